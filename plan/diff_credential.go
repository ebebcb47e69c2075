package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keyform/keyform/schema"
)

// credentialWant is what a profile is to hold: a secret, or with ref a reference that
// the gateway resolves.
type credentialWant struct {
	use SecretUse
	ref *StoredRef
}

// unchecked tells that it is not known whether the live credential is the wanted one.
func (w *credentialWant) unchecked() bool { return w.ref == nil && w.use.Want == "" }

// compareProfile gives the op and the change that make live what is declared, or
// nil where it already is.
func (d *differ) compareProfile(p *schema.Profile, m *model, want credentialWant) (Op, *Change) {
	live, use := m.live.Profile(p.ID), want.use
	op := PutProfile{ID: p.ID, Provider: p.Provider, Kind: p.Kind, Secret: use, Reference: want.ref, Expires: p.Expires}
	after := &Object{Type: "profile", Provider: p.Provider, Kind: p.Kind, Value: use.Want, From: use.Ref.String(), Expires: asFloat(p.Expires)}
	if live == nil {
		d.countUnchecked(want)
		return op, &Change{Action: Create, After: after, Summary: want.text(p, d.opts.Now)}
	}
	before := &Object{Type: "profile", Provider: live.Provider, Kind: live.Kind, Value: live.Credential, Expires: live.Expires}
	rekey := want.replaces(p, live)
	if want.unchecked() && !rekey {
		d.countUnchecked(want)
		after.Value = live.Credential
	}
	if rekey && live.Kind == p.Kind && (live.Reference == nil) == (want.ref == nil) && p.Lifecycle.Ignores(string(p.Kind)) {
		rekey = false
	}
	says := want.replacement(p, live, rekey)
	cools := rekey && slices.Contains(m.live.Usage, p.ID)
	if cools && !d.keepsUsage(p, live) {
		says = append(says, "cooldown cleared")
	}
	if live.Provider != p.Provider && !p.Lifecycle.Ignores("provider") {
		says = append(says, fmt.Sprintf("provider %s -> %s", live.Provider, p.Provider))
	} else {
		op.Provider = live.Provider
	}
	op.KeepSecret = !rekey
	says = append(says, d.compareExpires(p, live, rekey, &op, after)...)
	if len(says) == 0 {
		return nil, nil
	}
	c := &Change{Action: Update, Before: before, After: after, Summary: join(says...), Rekey: rekey}
	if cools && d.keepsUsage(p, live) {
		c.Warnings = append(c.Warnings, "what the gateway noted of the old credential stays, a cooldown too: its own command does not clear it")
	}
	return op, c
}

// compareExpires applies the rule that an undeclared expiry outlives only an
// unchanged credential.
func (d *differ) compareExpires(p *schema.Profile, live *LiveProfile, rekey bool, op *PutProfile, after *Object) []string {
	declared := p.Expires != nil && !p.Lifecycle.Ignores("expires") && !p.Lifecycle.Ignores("issued")
	switch {
	case declared && !d.sameExpiry(live.Expires, *p.Expires):
		return []string{"expires " + dateText(float64(*p.Expires), d.opts.Now)}
	case declared:
		return nil
	case rekey && live.Expires != nil:
		op.Expires, op.KeepExpires, after.Expires = nil, false, nil
		return []string{"its expiry is dropped"}
	}
	// What nobody declares and the gateway takes for an expiry long past, earlier releases
	// took for none (OpenClaw 2026.3.2): it would keep the credential from being used.
	if never := live.Expires; never != nil && *never <= 0 && d.rules.StrictExpiry && live.Kind == schema.Token && !p.Lifecycle.Ignores("expires") {
		op.Expires, op.KeepExpires, after.Expires = nil, false, nil
		return []string{"its expiry of " + strconv.FormatFloat(*never, 'f', -1, 64) + " is dropped, which " + d.live.Product + " takes for past"}
	}
	op.Expires, op.KeepExpires, after.Expires = nil, true, live.Expires
	return nil
}

func (d *differ) countUnchecked(want credentialWant) {
	if want.unchecked() {
		d.unchecked++
	}
}

// text says what a new profile holds.
func (w *credentialWant) text(p *schema.Profile, now int64) string {
	text := credentialText(p.Kind, p.Expires, now)
	if w.ref != nil {
		text = strings.Replace(text, "(sensitive)", "by reference "+w.ref.String(), 1)
	}
	return text
}

// replaces tells that the live credential is not the wanted one, as far as that is known.
func (w *credentialWant) replaces(p *schema.Profile, live *LiveProfile) bool {
	switch {
	case live.Kind != p.Kind, (live.Reference == nil) != (w.ref == nil):
		return true
	case w.ref != nil:
		return *w.ref != *live.Reference
	}
	return w.use.Want != "" && w.use.Want != live.Credential
}

// replacement says what becomes of the live credential, nothing where it stays.
func (w *credentialWant) replacement(p *schema.Profile, live *LiveProfile, rekey bool) []string {
	is, was := "(sensitive)", "(sensitive)"
	if w.ref != nil {
		is = "reference " + w.ref.String()
	}
	if live.Reference != nil {
		was = "reference " + live.Reference.String()
	}
	switch {
	case live.Kind != p.Kind:
		return []string{fmt.Sprintf("%s -> %s %s", live.Kind, p.Kind, is)}
	case live.Reference != nil && w.ref == nil:
		return []string{fmt.Sprintf("%s stored reference -> (sensitive) value", p.Kind)}
	case live.Reference == nil && w.ref != nil:
		return []string{fmt.Sprintf("%s stored value -> %s", p.Kind, is)}
	case rekey && w.ref != nil:
		return []string{fmt.Sprintf("%s %s -> %s", p.Kind, was, is)}
	case rekey:
		return []string{fmt.Sprintf("%s (sensitive) will change", p.Kind)}
	}
	return nil
}
