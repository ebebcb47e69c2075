# OpenSoul beside OpenClaw, each in a directory of its own.

gateway "opensoul" {}

gateway "openclaw" {
  version = "2026.2.26"
}

provider "openai" {
  api_key  = env("OPENAI_KEY")
  gateways = ["opensoul"]
}

# The same id in both: each gateway has its own store.
profile "anthropic:default" {
  api_key = env("ANTHROPIC_KEY")
}

agent "main" {
  order    = { anthropic = ["anthropic:default", "anthropic:manual"] }
  gateways = ["opensoul"]
}
