package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
)

// faults says why the release refuses the configuration, one clause each, as far as that
// is in parts that keyform reads anyhow; nil for nothing that it knows of.
func (c configuration) faults(rules plan.Rules) []string {
	var out []string
	if rules.NoFlatEnv {
		// The schema of OpenClaw 2026.9.6 has these two. 2026.7.35 takes any variable.
		for name := range c.merged.get("env").each() {
			if name != "vars" && name != "shellEnv" {
				out = append(out, fmt.Sprintf("env.%s is not in env.vars", name))
			}
		}
	}
	entries := c.merged.get("agents", "entries")
	switch {
	case !rules.AgentEntries && entries != nil:
		out = append(out, "agents.entries is of later releases; this one has agents.list")
	case rules.AgentEntries:
		out = append(out, ownershipFault(entries, c.merged.get("agents", "ownership").str())...)
	}
	return out
}

// ownershipFault is the rule of OpenClaw 2026.8.1 and 2026.9.6 for several agents.
func ownershipFault(entries *value, ownership string) []string {
	var all, marked []string
	for id, entry := range entries.each() {
		all = append(all, id)
		if is, _ := entry.get("default").leafBool(); is {
			marked = append(marked, id)
		}
	}
	explicit := ownership == "explicit"
	switch {
	case len(marked) > 1:
		return []string{"agents.entries has several with default: true (" + strings.Join(slices.Sorted(slices.Values(marked)), ", ") + ")"}
	case explicit && len(marked) == 1:
		return []string{`agents.ownership is "explicit", and agents.entries.` + marked[0] + " has default: true"}
	case len(all) > 1 && len(marked) == 0 && !explicit:
		return []string{`agents.entries has several agents, and neither is agents.ownership "explicit" nor has one of them default: true`}
	}
	return nil
}
