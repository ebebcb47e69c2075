package claudecode

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/jsondoc"
)

// Shadow is something that Claude Code uses instead of the login.
type Shadow struct {
	// Name is the variable, or the setting; Where is the file that has it, "" for
	// keyform's own environment.
	Name, Where string
	// Effect ends the sentence "with it Claude Code ...".
	Effect string
}

// rule is a variable that comes before the login.
type rule struct {
	name, effect string
	// flag tells that the variable is a switch: on by 1, true, yes or on.
	flag bool
	// with is a variable that has to be there too.
	with string
}

// rules gives the variables and the setting that come before a login. Measured
// with "claude auth status" of 2.1.328; 2.1.40 takes no notice of those of federation,
// Mantle and CLAUDE_CODE_SIMPLE, and uses ANTHROPIC_API_KEY with -p only. The two file
// descriptors were read in its code.
func rules() []rule {
	return []rule{
		{name: "CLAUDE_CODE_SIMPLE", flag: true, effect: "takes no login at all"},
		{name: "CLAUDE_CODE_USE_BEDROCK", flag: true, effect: "uses Amazon Bedrock"},
		{name: "CLAUDE_CODE_USE_VERTEX", flag: true, effect: "uses Google Vertex AI"},
		{name: "CLAUDE_CODE_USE_FOUNDRY", flag: true, effect: "uses Microsoft Foundry"},
		{name: "CLAUDE_CODE_USE_MANTLE", flag: true, effect: "uses Amazon Bedrock"},
		{name: "ANTHROPIC_AUTH_TOKEN", effect: "sends that token"},
		{name: "ANTHROPIC_FEDERATION_RULE_ID", with: "ANTHROPIC_ORGANIZATION_ID", effect: "uses workload identity federation"},
		{name: "ANTHROPIC_API_KEY", effect: "sends that key"},
		{name: "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR", effect: "sends the key that it gets there"},
		{name: helperSetting, effect: "sends the key that this command prints"},
		{name: "CLAUDE_CODE_OAUTH_TOKEN", effect: "sends that token"},
		{name: "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR", effect: "sends the token that it gets there"},
	}
}

// helperSetting is a setting, not a variable.
const helperSetting = "apiKeyHelper"

// set reports whether the rule applies to what lookup finds.
func (u rule) set(lookup func(string) string) bool {
	value := lookup(u.name)
	if u.flag {
		return slices.Contains([]string{"1", "true", "yes", "on"}, strings.ToLower(strings.TrimSpace(value)))
	}
	return value != "" && (u.with == "" || lookup(u.with) != "")
}

// readShadows collects what comes before the login: from keyform's environment, from
// the user's settings and from the administrator's. Settings of a project depend on the
// directory that claude is started in, and are not read.
func (r *Reading) readShadows(ctx context.Context, h *Host) error {
	environment := func(name string) string {
		if name == helperSetting {
			return ""
		}
		return h.env(name)
	}
	r.shadow("", environment)
	for _, path := range []string{r.Place.sibling("settings.json"), h.managedSettings()} {
		var root *jsondoc.Node
		_, err := fsys.ReadStable(ctx, h.FS, path, h.Sleep, func(raw []byte) (err error) {
			root, err = object(raw)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			r.Settings = append(r.Settings, path+": "+withoutPath(err))
		case root.Get("env") != nil && root.Get("env").Kind() != jsondoc.Object:
			// Claude Code ignores the whole of settings that are not of their form.
			r.Settings = append(r.Settings, path+`: "env" is not an object`)
		default:
			r.shadow(path, settings(root))
		}
	}
	return nil
}

// settings looks into a settings document: variables are in its env.
func settings(root *jsondoc.Node) func(string) string {
	return func(name string) string {
		n := root.Get(name)
		if name != helperSetting {
			n = root.Get("env").Get(name)
		}
		if text, ok := n.Str(); ok || n == nil {
			return text
		}
		return n.Raw()
	}
}

func (r *Reading) shadow(where string, lookup func(string) string) {
	for _, u := range rules() {
		if u.set(lookup) {
			r.Shadows = append(r.Shadows, Shadow{Name: u.name, Where: where, Effect: u.effect})
		}
	}
}
