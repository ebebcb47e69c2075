# Two owners on one host: this configuration and ../research manage one gateway
# together, each its own objects. Neither touches what the other one declares.

keyform {
  owner = "platform"
}

gateway "openclaw" {}

provider "anthropic" {
  order = ["anthropic:default"]
}

profile "anthropic:default" {
  api_key = env("PLATFORM_ANTHROPIC_KEY")

  lifecycle {
    prevent_destroy = true
  }
}
