# Secrets from 1Password, by service accounts: the default one reads its token from
# OP_SERVICE_ACCOUNT_TOKEN, the one called "finance" from a file. This needs an
# account, so `make test` only validates it.

variable "vault" {
  type    = string
  default = "Gateways"
}

source "onepassword" "finance" {
  token = secretfile("/etc/keyform/finance.token")
}

secret "anthropic" {
  from       = onepassword("op://${var.vault}/anthropic/credential")
  pattern    = "^sk-ant-api"
  min_length = 20
}

gateway "openclaw" {}

provider "anthropic" {
  api_key = secret.anthropic
}

profile "anthropic:default" {
  api_key = secret.anthropic
}

profile "openrouter:finance" {
  api_key = onepassword("op://Finance/openrouter/api keys/production", "finance")
}
