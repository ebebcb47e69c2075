package claudecode

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// The members of .credentials.json as 2.1.328 writes them.
const (
	loginKey     = "claudeAiOauth"
	inferScope   = "user:inference"
	accessKey    = "accessToken"
	refreshKey   = "refreshToken"
	expiresKey   = "expiresAt"
	loginEndsKey = "refreshTokenExpiresAt"
)

// Login is the login in a credentials document. The zero Login is none.
type Login struct {
	// Present tells that there is a login object, whatever is in it. Siblings tells that
	// the document holds anything else, such as tokens of MCP servers.
	Present, Siblings bool
	Access, Refresh   secret.Value
	// NotText tells that a token is no string, Blank that the access token is an empty one.
	NotText, Blank bool
	// Expires is when the access token ends, LoginExpires when the refresh token does, as
	// written: milliseconds since the epoch, if they are right. nil where there is none.
	Expires, LoginExpires *float64
	// ExpiresNotNumber tells that the expiry is something else than a number.
	ExpiresNotNumber bool
	// Scoped tells that scopes is a list with user:inference in it, without which Claude
	// Code takes the login for none.
	Scoped bool
	// Scopes are those of the list that are strings.
	Scopes []string
	// Account, Organization are UUIDs in lower case, Subscription is a word such as "max",
	// Ended why a login ended; "" where there is none, or something that is not of this form.
	Account, Organization, Subscription, Ended string
}

// errEmpty and errBOM are contents that Claude Code takes for nobody logged in.
var (
	errEmpty     = errors.New("it is empty")
	errBOM       = errors.New("it begins with a byte order mark, which makes Claude Code read nothing of it")
	errNotObject = errors.New("it is not a JSON object")
)

// Parse reads a credentials document as Claude Code does. Errors name a place at most,
// and hold no content.
func Parse(raw []byte) (Login, error) {
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return Login{}, errEmpty
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		return Login{}, errBOM
	}
	doc, err := jsondoc.ParseStrict(raw)
	if err != nil {
		return Login{}, fmt.Errorf("it is not JSON: %w", err)
	}
	root := doc.Root()
	if root.Kind() != jsondoc.Object {
		return Login{}, errNotObject
	}
	l := Login{}
	for key := range root.Members() {
		l.Siblings = l.Siblings || key != loginKey
	}
	n := root.Get(loginKey)
	if n == nil || n.Kind() == jsondoc.Null {
		return l, nil
	}
	l.Present = true
	l.fill(n)
	return l, nil
}

func (l *Login) fill(n *jsondoc.Node) {
	var access, refresh bool
	l.Access, access = token(n.Get(accessKey))
	l.Refresh, refresh = token(n.Get(refreshKey))
	l.NotText = access || refresh
	text, isText := n.Get(accessKey).Str()
	l.Blank = isText && text == ""
	l.Expires, l.ExpiresNotNumber = milliseconds(n.Get(expiresKey))
	l.LoginExpires, _ = milliseconds(n.Get(loginEndsKey))
	if scopes := n.Get("scopes"); scopes != nil && scopes.Kind() == jsondoc.Array {
		for s := range scopes.Items() {
			if text, ok := s.Str(); ok {
				l.Scopes = append(l.Scopes, text)
			}
		}
		l.Scoped = slices.Contains(l.Scopes, inferScope)
	}
	l.Account, l.Organization = identifier(n.Get("accountUuid")), identifier(n.Get("organizationUuid"))
	l.Subscription, l.Ended = word(n.Get("subscriptionType")), word(n.Get("loginEnded"))
}

// token reads a token as JavaScript's truth has it: Claude Code asks no more of one.
func token(n *jsondoc.Node) (v secret.Value, notText bool) {
	if n == nil {
		return v, false
	}
	if text, ok := n.Str(); ok {
		return secret.FromString(text), false
	}
	number, isNumber := n.Number()
	yes, isBool := n.Bool()
	if n.Kind() == jsondoc.Null || isNumber && number == 0 || isBool && !yes {
		return v, false
	}
	return secret.FromString(n.Raw()), true
}

func milliseconds(n *jsondoc.Node) (ms *float64, notNumber bool) {
	if n == nil || n.Kind() == jsondoc.Null {
		return nil, false
	}
	if f, ok := n.Number(); ok {
		return &f, false
	}
	return nil, true
}

// What is shown of a document has to have the form of what it should be: anything
// could stand in there, a token in the wrong place for one.
var (
	uuidForm  = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	wordForm  = regexp.MustCompile(`^[a-z][a-z_]{0,23}$`)
	emailForm = regexp.MustCompile(`^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}$`)
)

func identifier(n *jsondoc.Node) string {
	text, _ := n.Str()
	if !uuidForm.MatchString(text) {
		return ""
	}
	return strings.ToLower(text)
}

func word(n *jsondoc.Node) string {
	text, _ := n.Str()
	if !wordForm.MatchString(text) {
		return ""
	}
	return text
}

// Form is what Claude Code 2.1.328 makes of the login.
func (l Login) Form() plan.ClaudeForm {
	switch {
	case !l.Present:
		return plan.ClaudeAbsent
	case l.Blank && l.Refresh.IsZero():
		return plan.ClaudeEnded
	case l.Access.IsZero() || !l.Scoped:
		return plan.ClaudeBroken
	case l.Refresh.IsZero():
		return plan.ClaudeSetupToken
	}
	return plan.ClaudeLogin
}

// RefreshFingerprint is a keyed image of the refresh token, for finding the same one
// elsewhere; "" where there is none. key has 32 bytes.
func (l Login) RefreshFingerprint(key []byte, domain string) plan.Fingerprint {
	return plan.Fingerprint(l.Refresh.Fingerprint(key, domain))
}
