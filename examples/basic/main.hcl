# One clawdbot and two ways to pay for Anthropic: a setup-token first, and an API
# key for when that is used up.

gateway "clawdbot" {}

secret "anthropic" {
  from    = env("ANTHROPIC_KEY")
  pattern = "^sk-ant-"
}

profile "anthropic:default" {
  api_key = secret.anthropic
}

profile "anthropic:max" {
  token  = env("CLAUDE_SETUP_TOKEN")
  issued = "2026-11-01"
}

agent "main" {
  order = { anthropic = ["anthropic:max", "anthropic:default"] }
}
