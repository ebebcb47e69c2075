package product

// The models that OpenClaw uses where its configuration names none.
const (
	opus46 = "anthropic/claude-opus-4-6"
	gpt54  = "openai/gpt-5.4"
	gpt55  = "openai/gpt-5.5"
	gpt56  = "openai/gpt-5.6-sol"
	gpt6   = "openai/gpt-6-astra"
)

// splitReleases are those with the order in a file beside the store, 2026.4.7 to 2026.6.1,
// after the last one of the others.
func splitReleases(r45 Release) []Release {
	// From 2026.4.7 on orders are in a file of their own, which counts beside a store
	// only: 2026.6.11 ignores the order of an agent that has no store row.
	r47 := r45.from("2026.4.7")
	r47.Generation, r47.OrderNeedsStore = TwoFiles, true
	r47.Variables = vars47
	r47.SyncedIDs, r47.RetiredIDs = []string{minimaxCLI, codexDefault}, nil
	r412 := r47.from("2026.4.12")
	r412.Variables = vars412
	// From 2026.4.20 on what is synced is laid over the store at run time.
	r420 := r412.from("2026.4.20")
	r420.SyncedIDs = []string{minimaxCLI}
	r422 := r420.from("2026.4.22")
	r422.Variables = vars422
	r423 := r422.from("2026.4.23")
	r423.DefaultModel = gpt55
	r424 := r423.from("2026.4.24")
	r424.Variables, r424.AuthAliases = vars424, auth424
	r424.SyncedIDs = []string{minimaxCLI, codexDefault}
	r425 := r424.from("2026.4.25")
	r425.Variables, r425.SyncedIDs = vars425, []string{minimaxCLI, codexDefault, claudeCLI}
	r427 := r425.from("2026.4.27")
	r427.Variables = vars427
	r429 := r427.from("2026.4.29")
	r429.Variables = vars429
	// From 2026.5.12 on the shared store is in agents/main/agent whatever the variable says.
	r512 := r429.from("2026.5.12")
	r512.FixedAgentDir, r512.Aliases = true, aliases512
	r518 := r512.from("2026.5.18")
	r518.AuthAliases = auth518
	r526 := r518.from("2026.5.26")
	r526.Variables = vars526
	r528 := r526.from("2026.5.28")
	r528.Aliases, r528.AuthAliases = nil, auth528
	// 2026.6.1 has an empty table for credentials, and still reads the files.
	r61 := r528.from("2026.6.1")
	r61.Variables, r61.AuthAliases = vars61, auth61
	r61.SyncedIDs = []string{minimaxCLI, openaiDefault, claudeCLI}
	return []Release{r47, r412, r420, r422, r423, r424, r425, r427, r429, r512, r518, r526, r528, r61}
}
