package gateway

import (
	"slices"
	"strings"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/schema/diag"
)

// refusalOf says why the store of an agent ("" for the shared one) must not be written
// now, "" if it may.
func (r *reader) refusalOf(agent, path string) string {
	switch {
	case r.refusal != "":
		return r.refusal
	case r.relocating && (agent == "" || strings.TrimSuffix(agent, ownSuffix) == product.MainAgent):
		return "OpenClaw has not finished moving the credentials of agent main to the shared store, and will delete what stands in the former. Start the gateway, or run \"openclaw doctor --fix\", and plan again."
	case r.inQuarantine(path):
		return quarantineRefusal
	}
	return ""
}

// quarantineRefusal is why a database in quarantine is not written: OpenClaw would take
// the file for another one then and write it again, damaged as it is.
const quarantineRefusal = "OpenClaw has found the database damaged and keeps it in quarantine, which a write would end. Restore or repair it, run \"openclaw doctor --fix\", and plan again."

func (r *reader) inQuarantine(path string) bool {
	return slices.ContainsFunc(r.quarantined, func(q string) bool { return r.host.same(path, q) })
}

// warnQuarantine tells of a database that the gateway does not write.
func (r *reader) warnQuarantine(path string) {
	if r.inQuarantine(path) {
		r.warnf("KF0658", "Database in quarantine", diag.Range{},
			"%s: OpenClaw has found it damaged and refuses to write it: no login in it is refreshed any more. Restore it from a backup, or repair it, and run \"openclaw doctor --fix\".", r.label(path))
	}
}

// interrupted tells that OpenClaw is in the middle of its own import of a file, or was
// when it was ended: the file must stay where it is.
func (r *reader) interrupted(path string) bool {
	return slices.ContainsFunc(r.importing, func(i sqlstore.Import) bool {
		return r.host.same(path, i.Source) || r.host.same(path, i.Archive)
	})
}

// warnImports tells of imports whose file is gone under both of its names: OpenClaw stops
// at such a one (resumePendingAuthProfileMigrationArchives, 2026.9.6).
func (r *reader) warnImports() {
	for _, i := range r.importing {
		if r.host.exists(i.Source) || i.Archive != "" && r.host.exists(i.Archive) {
			continue
		}
		r.warnf("KF0657", "Import that was interrupted", diag.Range{},
			"%s: OpenClaw has begun to import it and not ended, and it is not there any more, nor is the archive that it was to become. \"openclaw doctor --fix\" stops at that. Put it back from a backup, and run that.", r.label(i.Source))
	}
}

// same tells that two paths are one file, links followed.
func (h *Host) same(path, other string) bool {
	if path == other {
		return true
	}
	real, err := h.real(path)
	if err != nil || other == "" {
		return false
	}
	otherReal, err := h.real(other)
	return err == nil && real == otherReal
}
