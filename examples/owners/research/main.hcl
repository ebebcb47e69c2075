# The second owner of this host: one agent's own profile and its order. The shared
# profiles belong to ../platform.

keyform {
  owner = "research"
}

gateway "openclaw" {}

agent "research" {
  profile "anthropic:research" {
    api_key = env("RESEARCH_ANTHROPIC_KEY")
  }

  order = { anthropic = ["anthropic:research", "anthropic:default"] }
}
