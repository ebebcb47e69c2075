# Logins: one that clawdbot copies from Claude Code, and one that it holds itself.
gateway "clawdbot" {}

profile "anthropic:claude-cli" {
  import = "claude_code"
}

profile "openai-codex:default" {
  oauth {
    account = "acct-ops"
  }
}

agent "main" {
  order = { anthropic = ["anthropic:claude-cli", "anthropic:default"] }
}
