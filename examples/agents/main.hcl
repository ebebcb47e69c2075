# OpenClaw with three agents. All of them use the shared profiles; "research" has one
# of its own, in its own store, and tries it before anything else.

gateway "openclaw" {}

profile "anthropic:default" {
  api_key = env("ANTHROPIC_KEY")
}

profile "anthropic:batch" {
  api_key = env("ANTHROPIC_BATCH_KEY")
}

agent "main" {
  order = { anthropic = ["anthropic:default", "anthropic:batch"] }
}

agent "research" {
  profile "openrouter:research" {
    api_key = secretfile("~/secrets/openrouter-research")
  }

  order = {
    anthropic  = ["anthropic:batch", "anthropic:default"]
    openrouter = ["openrouter:research"]
  }
}
