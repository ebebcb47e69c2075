# Clawdia: an API key for all, a setup-token, and Claude Code's login left to Clawdia.

gateway "clawdia" {}

provider "openrouter" {
  api_key = env("OPENROUTER_KEY")
}

profile "anthropic:work" {
  token  = env("CLAUDE_SETUP_TOKEN")
  issued = "2026-11-01"
}

# anthropic:claude-cli is copied from Claude Code by Clawdia itself. It is used first,
# and keyform neither writes nor deletes it. Its entry in clawdia.json is of an old
# kind, which keyform corrects without being told.
agent "main" {
  order = { anthropic = ["anthropic:claude-cli", "anthropic:work"] }
}
