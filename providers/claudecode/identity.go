package claudecode

import (
	"context"
	"errors"
	"io/fs"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/jsondoc"
)

// Identity is what .claude.json says of the account: a cache that Claude Code fills
// when somebody logs in, and shows without asking again.
type Identity struct {
	// Path is the file that was read, "" for none.
	Path string
	// Account is a UUID in lower case, Email an email; "" where there is none.
	Account, Email string
	// ConsoleKey tells that there is an API key of a login to the Console, which Claude
	// Code uses where nobody is logged in otherwise.
	ConsoleKey bool
	// Broken says why the file cannot be read, "" where it can or there is none. With such
	// a file 2.1.328 does not start.
	Broken string
}

// readIdentity reads the first of the files that exists.
func (r *Reading) readIdentity(ctx context.Context, h *Host) error {
	for _, path := range r.Place.Identity {
		var root *jsondoc.Node
		_, err := fsys.ReadStable(ctx, h.FS, path, h.Sleep, func(raw []byte) (err error) {
			root, err = object(raw)
			return err
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r.Identity.Path = path
		if err != nil {
			r.Identity.Broken = withoutPath(err)
			return nil
		}
		account := root.Get("oauthAccount")
		r.Identity.Account = identifier(account.Get("accountUuid"))
		if email, ok := account.Get("emailAddress").Str(); ok && emailForm.MatchString(email) {
			r.Identity.Email = email
		}
		key, _ := root.Get("primaryApiKey").Str()
		r.Identity.ConsoleKey = key != ""
		return nil
	}
	return nil
}

// object parses a JSON object; its errors hold no content.
func object(raw []byte) (*jsondoc.Node, error) {
	doc, err := jsondoc.ParseStrict(raw)
	if err != nil {
		return nil, err
	}
	if doc.Root().Kind() != jsondoc.Object {
		return nil, errNotObject
	}
	return doc.Root(), nil
}

// withoutPath is an error's text without the path that the message around it names.
func withoutPath(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
