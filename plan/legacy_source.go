package plan

import "github.com/keyform/keyform/schema"

// LegacySource is a file of an earlier form of the credential stores, which the release
// does not read any more: what is only in there is stranded.
type LegacySource struct {
	// Path is real and absolute; Label is how a user knows it.
	Path  string `json:"path"`
	Label string `json:"label"`
	// Agent is whose it is, as in StoreSnapshot: "" for the shared store's.
	Agent string `json:"agent,omitempty"`
	// Image is the fingerprint of the whole content, under LegacyDomain.
	Image Fingerprint `json:"image"`
	// Profiles and Orders are what it holds, in the order of the file.
	Profiles []LegacyProfile     `json:"profiles,omitempty"`
	Orders   map[string][]string `json:"orders,omitempty"`
	// LastGood by provider, and Usage, the ids with usageStats, in the order of the file.
	LastGood map[string]string `json:"last_good,omitempty"`
	Usage    []LegacyUsage     `json:"usage,omitempty"`
	// Form is the name that the file had when it was in use: "auth-profiles.json".
	Form string `json:"form"`
	// Aside tells that an importer has put it aside already: it is never renamed again.
	Aside bool `json:"aside,omitempty"`
	// Blocks tells that the release refuses to work as long as the file is there.
	Blocks bool `json:"blocks,omitempty"`
	// Interrupted tells that the gateway's own importer has read it and not put it aside: it
	// goes on with the file as it is, and never again without it.
	Interrupted bool `json:"interrupted,omitempty"`
	// Problem says why nothing can be taken from it, "" if it can.
	Problem string `json:"problem,omitempty"`
}

// LegacyProfile is one credential in a LegacySource.
type LegacyProfile struct {
	LiveProfile
	// Was is the id in the file, where the release spells that provider otherwise now; ""
	// where it is the profile's.
	Was string `json:"was,omitempty"`
	// Entry is the fingerprint of all of it, under EntryDomain.
	Entry Fingerprint `json:"entry"`
}

// LegacyUsage are the usageStats of one profile in a LegacySource. ID and Was are as in
// LegacyProfile, Entry is the fingerprint of all of it under UsageDomain.
type LegacyUsage struct {
	ID    string      `json:"id"`
	Was   string      `json:"was,omitempty"`
	Entry Fingerprint `json:"entry"`
}

// LegacyDomain is what the fingerprint of a legacy file is bound to, EntryDomain that of
// one entry in it.
func LegacyDomain(path string) string { return "legacy " + path }

// EntryDomain is what the fingerprint of an entry of a legacy file is bound to.
func EntryDomain(path, id string) string { return "legacy " + path + " profile " + id }

// UsageDomain is what the fingerprint of the usageStats of an id is bound to.
func UsageDomain(path, id string) string { return "legacy " + path + " usage " + id }

// The lists of a legacy file, as references of SourceLegacy name them.
const (
	LegacyProfiles = "profiles"
	LegacyStats    = "usageStats"
)

// legacyUse is the use of what a list of a legacy file has under an id.
func legacyUse(s *LegacySource, list, id, domain string, want Fingerprint) SecretUse {
	return SecretUse{Ref: schema.Ref{Source: schema.SourceLegacy, Args: []string{s.Path, list, id}}, Domain: domain, Want: want}
}

// Items gives the one item of a LegacySource: its content.
func (s *LegacySource) Items() Items { return Items{legacyItem: s.Image} }

// legacyItem names the content of a file as a whole among Items.
const legacyItem = "file"

func (s *LegacySource) ref() StoreRef {
	return StoreRef{Kind: LegacyStore, Agent: s.Agent, Path: s.Path, Label: s.Label}
}

// better tells whether a stranded credential takes the place of the live one, which is
// nil where there is none, and why not. The live store is what the release reads and
// writes, so it wins unless what it has is of no use; of two logins the one that was
// refreshed later wins, never an older refresh token over a newer one.
func (p *LegacyProfile) better(live *LiveProfile, rules Rules, now int64) (yes bool, why string) {
	switch {
	case live == nil:
		return true, ""
	case live.Kind == p.Kind && live.Credential == p.Credential && live.Access == p.Access && live.Refresh == p.Refresh:
		return false, ""
	case live.Refreshing:
		return false, "the gateway is refreshing the live one"
	case p.Kind == schema.OAuth && live.Kind == schema.OAuth:
		if p.Account != "" && live.Account != "" && p.Account != live.Account {
			return false, "the live one is that of another account"
		}
		return p.later(live), "the live login was refreshed later"
	case p.Kind == schema.Token && live.Kind == schema.Token && rules.usable(&p.LiveProfile, now) && rules.usable(live, now):
		return p.later(live), "the live one expires later"
	case rules.usable(live, now):
		return false, "the live one is in use"
	case !rules.usable(&p.LiveProfile, now):
		return false, "neither of the two can be used"
	}
	return true, ""
}

// later tells that both expire, and this one later.
func (p *LegacyProfile) later(live *LiveProfile) bool {
	return p.Expires != nil && live.Expires != nil && *p.Expires > *live.Expires
}
