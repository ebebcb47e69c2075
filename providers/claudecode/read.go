package claudecode

import (
	"context"
	"errors"
	"io/fs"

	"github.com/keyform/keyform/providers/fsys"
)

// readLogin reads the keychain where there is one, else the file.
func (r *Reading) readLogin(ctx context.Context, h *Host) error {
	if h.OS == "darwin" && h.Run != nil {
		raw, found, err := h.keychain(ctx, r.Place)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.Keychain = err.Error()
		}
		if found {
			r.FromKeychain = true
			if r.Login, err = Parse(raw); err != nil {
				r.Broken = err.Error()
			}
			return nil
		}
	}
	return r.readFile(ctx, h)
}

func (r *Reading) readFile(ctx context.Context, h *Host) error {
	info, err := h.FS.Lstat(r.Place.File)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		r.LinkTarget = r.Place.File
		if real, err := h.FS.EvalSymlinks(r.Place.File); err == nil {
			r.LinkTarget = real
		}
		info, err = h.FS.Stat(r.Place.File)
	}
	if err == nil && h.OS != "windows" && info.Mode().Perm()&0o077 != 0 {
		r.LooseMode = info.Mode().Perm()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Releases up to 2.1.40 truncate and fill the file, so half of one is read again. A
	// byte order mark does not go away by waiting.
	_, err = fsys.ReadStable(ctx, h.FS, r.Place.File, h.Sleep, func(raw []byte) (err error) {
		if r.Login, err = Parse(raw); errors.Is(err, errBOM) {
			r.Broken = err.Error()
			return nil
		}
		return err
	})
	var path *fs.PathError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.As(err, &path):
		r.Broken, r.Unreadable = path.Err.Error(), true
	default:
		r.Broken = err.Error()
	}
	return nil
}
