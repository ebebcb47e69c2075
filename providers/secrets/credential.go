package secrets

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// credentialsDirectory is the variable in which systemd (247 and later) tells a
// service where the files of LoadCredential= and SetCredential= are.
const credentialsDirectory = "CREDENTIALS_DIRECTORY"

// credential is credential("NAME"): a credential that systemd gave to the service
// as which keyform runs.
type credential struct{ file secretFile }

func newCredential(s source.Seams) source.Source { return credential{secretFile{s}} }

func (c credential) Fetch(_ context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		out = append(out, c.fetch(ref))
	}
	return out
}

func (credential) Cost(n int) string { return count(n, "systemd credential", "systemd credentials") }

func (c credential) fetch(ref schema.Ref) source.Result {
	name := argument(ref)
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\") {
		return source.Failed(ref, source.Malformed, "The name of a systemd credential is a plain file name.", "Write the name that LoadCredential= has before its colon.")
	}
	dir, _ := c.file.seams.LookupEnv(credentialsDirectory)
	if !filepath.IsAbs(dir) {
		return source.Failed(ref, source.NotFound, "keyform was not started as a systemd service with credentials: CREDENTIALS_DIRECTORY is not set.",
			fmt.Sprintf("Put LoadCredential=%s:PATH into the service's unit, or refer to another place.", name))
	}
	// No check of the mode: systemd guards these files by ACLs, which show as
	// rights of the group.
	return c.file.read(ref, filepath.Join(dir, name), nil)
}
