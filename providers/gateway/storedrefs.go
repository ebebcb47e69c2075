package gateway

import (
	"io/fs"
	"path/filepath"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/schema"
)

// readStoredRefs looks at what stored references lead to, by the rules of OpenClaw
// 2026.9.6, which are the strictest: a file or a program has to be the gateway's user's
// own, and nothing but what it seems to be.
func (r *reader) readStoredRefs() {
	if !r.out.Rules.References {
		return
	}
	for _, ref := range r.host.StoredRefs {
		switch {
		case ref.Source == schema.SourceOnePassword && r.out.OnePassword == "":
			r.out.OnePassword = r.onePassword()
		case ref.Source == schema.SourceFile:
			if r.out.StoredFiles == nil {
				r.out.StoredFiles = map[string]string{}
			}
			path := plan.StoredFile(ref.Args[0], r.place.home)
			r.out.StoredFiles[path] = r.storedFile(path)
		}
	}
}

// storedFile says why the gateway would refuse a file, "" if it would not.
func (r *reader) storedFile(path string) string {
	const largest = 1 << 20
	info, err := r.host.FS.Lstat(path)
	switch {
	case err != nil:
		return reason(err)
	case !filepath.IsAbs(path):
		return "the path has to be absolute, or from ~/"
	case info.Mode()&fs.ModeSymlink != 0:
		return "it is a link, which the gateway does not follow: name the file itself"
	case !info.Mode().IsRegular():
		return "it is not a plain file"
	case fsys.Links(info) > 1:
		return "it has several names (hard links): copy it into a file of its own"
	case !r.ownedByGateway(info):
		return "it belongs to another user than the gateway: use chown"
	case info.Mode().Perm()&0o077 != 0:
		return "others may read it: use chmod 600"
	case info.Size() == 0:
		return "it is empty"
	case info.Size() > largest:
		return "it is larger than 1 MiB"
	}
	return ""
}

func (r *reader) ownedByGateway(info fs.FileInfo) bool {
	uid, _, known := fsys.Owner(info)
	return !known || r.place.owner < 0 || uid == r.place.owner
}

// onePassword is 1Password's program, which has to be absolute, no link, and writable by
// its owner, the gateway's user, alone.
func (r *reader) onePassword() string {
	for _, dir := range filepath.SplitList(r.host.getenv("PATH")) {
		real, err := r.host.FS.EvalSymlinks(filepath.Join(dir, "op"))
		if err != nil || !filepath.IsAbs(real) {
			continue
		}
		if info, err := r.host.FS.Stat(real); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o022 == 0 && r.ownedByGateway(info) {
			return real
		}
	}
	return ""
}
