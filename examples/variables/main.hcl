# Environment variables in the gateway's .env file: API keys under the names that this
# release reads, and a plain value beside them. The rest of the file stays as it is.

variable "region" {
  type    = string
  default = "eu"

  validation {
    condition     = contains(["eu", "us"], var.region)
    error_message = "The region is eu or us."
  }
}

locals {
  base_url = "https://llm.${var.region}.example.com/v1"
}

gateway "openclaw" {}

provider "anthropic" {
  api_key = env("ANTHROPIC_KEY")
}

provider "openai" {
  api_key = env("OPENAI_KEY")
  env     = { OPENAI_BASE_URL = local.base_url }
}
