# One OpenRouter key for each team, from one map: a new team is one line in
# keyform.vars. A label is taken literally, so with for_each the id is an expression.

gateway "openclaw" {}

variable "teams" {
  type        = map(object({ email = optional(string) }))
  description = "The teams, by the id of their agent."
}

secret "openrouter" {
  for_each   = var.teams
  from       = secretfile("~/secrets/openrouter-${each.key}")
  min_length = 20
}

profile "team" {
  for_each = var.teams
  id       = "openrouter:${each.key}"
  api_key  = secret.openrouter[each.key]
  email    = each.value.email
}

agent "team" {
  for_each = var.teams
  id       = each.key
  order    = { openrouter = ["openrouter:${each.key}"] }
}
