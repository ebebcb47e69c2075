package secrets

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// secretFile is secretfile("/path"): a file that holds a credential and nothing
// else. A link is followed, because mounted secrets are links.
type secretFile struct{ seams source.Seams }

func newSecretFile(s source.Seams) source.Source { return secretFile{s} }

func (f secretFile) Fetch(_ context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		out = append(out, f.fetch(ref))
	}
	return out
}

func (secretFile) Cost(n int) string { return count(n, "secret file", "secret files") }

func (f secretFile) fetch(ref schema.Ref) source.Result {
	path := argument(ref)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if f.seams.Home == "" {
			return source.Failed(ref, source.NotFound, "The home directory that ~/ stands for is not known.", "Write the whole path.")
		}
		path = filepath.Join(f.seams.Home, rest)
	}
	if !filepath.IsAbs(path) {
		return source.Failed(ref, source.Malformed, "The path of a secret file is neither absolute nor begins with ~/.", "Write the whole path: what a relative one means depends on where keyform is started.")
	}
	return f.read(ref, path, f.checkMode)
}

// checkMode refuses a file that somebody else may have written, and warns of one
// that somebody else may read.
func (f secretFile) checkMode(ref schema.Ref, info fs.FileInfo) *source.Failure {
	bits := info.Mode().Perm()
	if runtime.GOOS == "windows" {
		return nil // it has no such bits; what Go shows there says nothing
	}
	if bits&0o022 != 0 {
		return source.Failed(ref, source.Denied, "Its group or everybody may write the file, so what is in it may be anybody's.", "Take that right away: chmod go-w.").Failure
	}
	if bits&0o044 != 0 && f.seams.Warn != nil {
		f.seams.Warn(source.Warning{Ref: ref, Message: "Its group or everybody may read the file.", Advice: "Take that right away: chmod go-r."})
	}
	return nil
}

// read takes the content of the regular file at path, less one line end, if check
// has nothing against it. A nil check has nothing.
func (f secretFile) read(ref schema.Ref, path string, check func(schema.Ref, fs.FileInfo) *source.Failure) source.Result {
	info, err := f.seams.Files.Stat(path)
	if err != nil {
		return fileFailure(ref, err)
	}
	if !info.Mode().IsRegular() {
		return source.Failed(ref, source.Unsupported, "It is not a regular file.", "Refer to a file that holds the credential alone.")
	}
	if info.Size() > source.MaxBytes {
		return source.Failed(ref, source.Malformed, "It is larger than 64 KiB, which no credential is.", "Refer to a file that holds the credential alone.")
	}
	if check != nil {
		if failure := check(ref, info); failure != nil {
			return source.Result{Failure: failure}
		}
	}
	b, err := f.seams.Files.ReadFile(path)
	if err != nil {
		return fileFailure(ref, err)
	}
	return source.Result{Value: secret.New(source.TrimNewline(b))}
}

func fileFailure(ref schema.Ref, err error) source.Result {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Failed(ref, source.NotFound, "There is no such file.", "Create it with mode 0600, or correct the path.")
	case errors.Is(err, fs.ErrPermission):
		return source.Failed(ref, source.Denied, "The user that runs keyform may not read the file.", "Give that user the right to, or run keyform as another one.")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // the path is in the reference already
	}
	return source.Failed(ref, source.Other, "The file cannot be read: "+err.Error()+".", "Look at the file and at the disk that it is on.")
}
