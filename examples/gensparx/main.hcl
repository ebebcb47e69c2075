# GenSparx: one key shared by all agents, another one for agent ops.

gateway "gensparx" {}

provider "anthropic" {
  api_key = env("ANTHROPIC_KEY")
  order   = ["anthropic:default", "anthropic:manual"]
}

profile "anthropic:default" {
  api_key = env("ANTHROPIC_KEY")
}

agent "ops" {
  profile "openrouter:ops" {
    api_key = env("OPENROUTER_KEY")
  }
}
