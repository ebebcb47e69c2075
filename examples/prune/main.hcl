# Nothing but what is declared: profiles and orders that nobody declares are deleted.
# What a sync of the gateway's own would bring back (here Qwen's login) stays.

gateway "openclaw" {
  unmanaged = "prune"
}

profile "anthropic:default" {
  api_key = env("ANTHROPIC_KEY")
}
