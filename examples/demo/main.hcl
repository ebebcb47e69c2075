# Two gateways on one host, and the credentials that both are to use.

gateway "openclaw" {}

gateway "clawdbot" {}

secret "anthropic" {
  from    = secretfile("~/secrets/anthropic") # or onepassword("op://…")
  pattern = "^sk-ant-api"
}

provider "anthropic" {
  api_key = secret.anthropic # ANTHROPIC_API_KEY in the gateways' .env
}

profile "anthropic:default" {
  api_key = secret.anthropic
}

profile "anthropic:manual" { # renewed: the one in the stores is the old one
  token  = secretfile("~/secrets/anthropic-setup-token")
  issued = "2026-11-01"
}

agent "main" {
  order = { anthropic = ["anthropic:default", "anthropic:manual"] }
}

agent "research" {
  gateways = ["openclaw"]

  profile "openrouter:research" { # for this agent alone
    api_key = secretfile("~/secrets/openrouter")
  }
}
