package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/envfile"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// newSecret stands for a secret that a plan writes, until it is masked. No store holds
// it: a credential has no space.
const newSecret = "(sensitive) new, from the plan"

// Preview gives a store before and after a write, masked: every text that may be a
// secret reads "(sensitive)", one that the write puts there "(sensitive) new".
// Nothing is resolved for it.
func Preview(w *plan.StoreWrite, rules plan.Rules, c Content) (before, after string, err error) {
	doc, err := OpenDocument(w.Store, rules, c)
	if err != nil {
		return "", "", err
	}
	if before, err = masked(w.Store, doc.Content()); err != nil {
		return "", "", err
	}
	for _, c := range w.Changes {
		for _, op := range c.Ops {
			placeholder := func(*plan.SecretUse) (secret.Value, error) { return placeholderOf(op, c.After) }
			if err := doc.Do(op, placeholder); err != nil {
				return "", "", err
			}
		}
	}
	after, err = masked(w.Store, doc.Content())
	return before, after, err
}

// placeholderOf stands for the secret of an op.
func placeholderOf(op plan.Op, after *plan.Object) (secret.Value, error) {
	if entry, ok := op.(plan.ImportEntry); ok {
		return placeholderEntry(entry, after), nil
	}
	if _, ok := op.(plan.ImportUsage); ok {
		return secret.FromString("{}"), nil
	}
	imported, ok := op.(plan.ImportLogin)
	if !ok {
		return secret.FromString(newSecret), nil
	}
	login := claudecode.Copy{Access: secret.FromString(newSecret)}
	if imported.Kind == schema.OAuth {
		login.Refresh = login.Access
	}
	if after != nil && after.Expires != nil {
		login.Expires = *after.Expires
	}
	return login.Pack()
}

// placeholderEntry stands for an entry of a legacy file.
func placeholderEntry(op plan.ImportEntry, after *plan.Object) secret.Value {
	provider := ""
	if after != nil {
		provider = after.Provider
	}
	text, err := json.Marshal(map[string]string{typeKey: string(op.Kind), providerKey: provider, "credential": newSecret})
	if err != nil {
		return secret.Value{}
	}
	return secret.FromString(string(text))
}

func masked(ref plan.StoreRef, c Content) (string, error) {
	switch {
	case c.Store == nil && c.State == nil:
		return "", nil
	case ref.Kind == plan.EnvStore:
		return maskedEnv(c.Store), nil
	case ref.Kind == plan.LegacyStore:
		return "(the whole file, renamed)\n", nil
	case ref.Kind == plan.ConfigStore:
		return maskedJSON(c.Store, inAuth(ref.AuthPath))
	}
	return maskedCells(c)
}

// maskedCells shows a credential store, and its state below where that is apart. What is
// on one line, as in a database, is laid out: a line that long cannot be compared.
func maskedCells(c Content) (string, error) {
	var out strings.Builder
	for _, cell := range [][]byte{c.Store, c.State} {
		if cell == nil {
			continue
		}
		text, err := maskedJSON(cell, inStore)
		if err != nil {
			return "", err
		}
		if !strings.ContainsAny(text, "\r\n") {
			var wide bytes.Buffer
			if err := json.Indent(&wide, []byte(text), "", "  "); err != nil {
				return "", err
			}
			text = wide.String() + "\n"
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// maskedEnv is an outline of the file rather than its text: a comment may be an old
// assignment, and a line that is none may be a part of a secret.
func maskedEnv(raw []byte) string {
	var b strings.Builder
	f := envfile.Parse(raw)
	for _, name := range f.Names() {
		value, _ := f.Lookup(name)
		b.WriteString(name + "=" + mask(value))
		if n := f.Count(name); n > 1 {
			fmt.Fprintf(&b, " (%d times)", n)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func mask(text string) string {
	if text == newSecret {
		return secret.Redacted + " new"
	}
	return secret.Redacted
}

// shown tells whether the text at a path is no secret.
type shown func(path []string) bool

// inStore shows of a credential store what names things: ids, kinds, providers.
func inStore(path []string) bool {
	switch path[0] {
	case "order", "lastGood":
		return true
	case "profiles":
		return len(path) == 3 && inEntry(path[2])
	}
	return false
}

func inEntry(key string) bool {
	switch key {
	case "type", "mode", "provider", "email":
		return true
	}
	return false
}

// inAuth shows of a configuration the entries and orders of its auth object.
func inAuth(auth []string) shown {
	return func(path []string) bool {
		if len(path) <= len(auth) || strings.Join(path[:len(auth)], "\x00") != strings.Join(auth, "\x00") {
			return false
		}
		rest := path[len(auth):]
		return rest[0] == "order" || rest[0] == "profiles" && len(rest) == 3 && inEntry(rest[2])
	}
}

// maskedJSON masks every string that is not shown, and every comment.
func maskedJSON(raw []byte, show shown) (string, error) {
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		return "", err
	}
	if err := maskNode(doc.Root(), nil, show); err != nil {
		return "", err
	}
	return maskComments(string(doc.Bytes())), nil
}

func maskNode(n *jsondoc.Node, path []string, show shown) error {
	switch n.Kind() {
	case jsondoc.Object:
		for key, child := range n.Members() {
			if err := maskNode(child, append(path[:len(path):len(path)], key), show); err != nil {
				return err
			}
		}
	case jsondoc.Array:
		for child := range n.Items() {
			if err := maskNode(child, path, show); err != nil {
				return err
			}
		}
	case jsondoc.String:
		if len(path) == 0 || !show(path) {
			text, _ := n.Str()
			return n.Replace(jsondoc.StringOf(mask(text)))
		}
	}
	return nil
}

// maskComments takes the words out of the comments of a JSON5 text, which may be old
// values. Line ends stay.
func maskComments(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		rest := text[i:]
		switch {
		case rest[0] == '"' || rest[0] == '\'':
			end := 1
			for end < len(rest) && rest[end] != rest[0] {
				if rest[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(rest))
			b.WriteString(rest[:end])
			i += end
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			b.WriteString("// ...")
			i += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				end = len(rest) - 4
			}
			comment := rest[:end+4]
			b.WriteString("/* ..." + strings.Repeat("\n", strings.Count(comment, "\n")) + " */")
			i += len(comment)
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String()
}
