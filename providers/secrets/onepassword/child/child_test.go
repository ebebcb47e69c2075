package child_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/secrets/onepassword/child"
	"github.com/keyform/keyform/providers/secrets/onepassword/onepasswordtest"
	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
)

type (
	vault = onepasswordtest.Vault
	item  = onepasswordtest.Item
	field = onepasswordtest.Field
	file  = onepasswordtest.File
	fault = onepasswordtest.Fault
)

const (
	vaultID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	itemID  = "cccccccccccccccccccccccccc"
	refA    = "op://ai/openai/credential"
)

// twins are the ids of the two vaults of one name, and of the two items.
func twins() []string { return []string{"dddddddddddddddddddddddddd", "eeeeeeeeeeeeeeeeeeeeeeeeee"} }

func account() []vault {
	twinIDs := twins()
	return []vault{
		{ID: vaultID, Title: "ai", Items: []item{
			{ID: itemID, Title: "openai", Fields: []field{{ID: "credential", Value: "fake-openai"}, {ID: "org", Section: "extra", Type: "Text", Value: "org-1"}}},
			{ID: twinIDs[0], Title: "twin", Fields: []field{{ID: "credential", Value: "fake-1"}}},
			{ID: twinIDs[1], Title: "twin", Fields: []field{{ID: "credential", Value: "fake-2"}}},
			{Title: "double", Fields: []field{{ID: "f1", Title: "key", Value: "1"}, {ID: "f2", Title: "key", Value: "2"}}},
			{Title: "old", Archived: true, Fields: []field{{ID: "credential", Value: "fake-old"}}},
			{Title: "kit", Files: []file{{Name: "key.txt", Section: "s", Content: []byte("fake-file")}, {Name: "image.png", Section: "s", Content: []byte("\x89PNG\xff\xfe")}}},
		}},
		{Title: "infra", Items: []item{
			{Title: "db", Category: "Login", Fields: []field{
				{ID: "username", Type: "Text", Value: "root"}, {ID: "password", Value: "fake-db"},
				{ID: "code", Type: "Totp", Section: "s", Value: "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"}}},
			{Title: "pw", Category: "Password", Notes: "a note", Fields: []field{{ID: "password", Value: "fake-pw"}}},
		}},
		{ID: twinIDs[0], Title: "same"}, {ID: twinIDs[1], Title: "same"},
	}
}

// ask runs the helper in this process, with its input open as keyform keeps it.
func ask(t *testing.T, token string, refs ...string) protocol.Response {
	t.Helper()
	request, err := json.Marshal(protocol.Request{Version: protocol.Version, References: refs})
	if err != nil {
		t.Fatal(err)
	}
	open, end := io.Pipe()
	defer end.Close()
	var stdout bytes.Buffer
	code := child.Main(t.Context(), io.MultiReader(bytes.NewReader(request), open), &stdout, environment(token))
	var resp protocol.Response
	if err := json.Unmarshal(stdout.Bytes(), &resp); err != nil || code != 0 {
		t.Fatalf("exit %d, %v", code, err)
	}
	return resp
}

func environment(token string) func(string) string {
	return func(name string) string {
		if name == protocol.TokenVariable {
			return token
		}
		return ""
	}
}

// at is a fault for the requests whose path contains text.
func at(text string, f fault) func(onepasswordtest.Request) fault {
	return func(r onepasswordtest.Request) fault {
		if strings.Contains(r.Path, text) {
			return f
		}
		return fault{}
	}
}

func serve(t *testing.T, vaults ...vault) *onepasswordtest.Server {
	t.Helper()
	s := onepasswordtest.New(t, vaults...)
	s.Hook(t)
	return s
}

func TestValuesAndProblems(t *testing.T) {
	s := serve(t, account()...)
	want := protocol.Response{
		Version: protocol.Version,
		Values: map[string]string{
			refA:                        "fake-openai",
			"op://infra/db/password":    "fake-db",
			"op://infra/pw/password":    "fake-pw",
			"op://AI/OpenAI/Credential": "fake-openai",
			"op://" + vaultID + "/" + itemID + "/credential": "fake-openai",
			"op://ai/openai/extra/org":                       "org-1",
			"op://infra/db/username":                         "root",
			"op://infra/pw/notesPlain":                       "a note",
			"op://ai/kit/s/key.txt":                          "fake-file",
		},
		Problems: map[string]protocol.Reason{
			"op://none/x/y":              protocol.VaultNotFound,
			"op://ai/none/credential":    protocol.ItemNotFound,
			"op://ai/old/credential":     protocol.ItemNotFound, // archived
			"op://ai/openai/none":        protocol.FieldNotFound,
			"op://ai/openai/none/org":    protocol.NoMatchingSections,
			"op://same/x/y":              protocol.TooManyVaults,
			"op://AI/Twin/credential":    protocol.TooManyItems,
			"op://ai/double/key":         protocol.TooManyFields,
			"op://ai/kit/s/image.png":    protocol.UnsupportedFile,
			refA + "?ssh-format=openssh": protocol.NotSSHKey,
			refA + "?attribute=otp":      protocol.NotOneTime,
			"not a reference":            protocol.Parsing,
		},
		Candidates: map[string][]string{"op://same/x/y": twins(), "op://AI/Twin/credential": twins()},
	}
	refs := []string{}
	for ref := range want.Values {
		refs = append(refs, ref)
	}
	for ref := range want.Problems {
		refs = append(refs, ref)
	}
	got := ask(t, s.Token(), refs...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSignInFailures has what the SDK makes of a token, and of each answer to the
// sign-in.
func TestSignInFailures(t *testing.T) {
	s := serve(t, account()...)
	for _, x := range []struct {
		name, token string
		fault       fault
		want        protocol.Reason
		requests    int
	}{
		{"no token", "", fault{}, protocol.NoToken, 0},
		{"short token", "x", fault{}, protocol.MalformedToken, 0},
		{"not base64", "ops_!!!", fault{}, protocol.MalformedToken, 0},
		{"not a token's JSON", "ops_e30", fault{}, protocol.MalformedToken, 0},
		{"wrong secret", s.WrongToken(), fault{}, protocol.WrongToken, 3},
		{"400", s.Token(), fault{Status: 400}, protocol.Refused, 1},
		{"401", s.Token(), fault{Status: 401}, protocol.WrongToken, 1},
		{"403", s.Token(), fault{Status: 403}, protocol.Forbidden, 1},
		{"404", s.Token(), fault{Status: 404}, protocol.Refused, 1},
		{"429", s.Token(), fault{Status: 429}, protocol.RateLimited, 1},
		{"500", s.Token(), fault{Status: 500}, protocol.ServerError, 1},
		{"502", s.Token(), fault{Status: 502}, protocol.ServerError, 1},
		{"503", s.Token(), fault{Status: 503}, protocol.ServerError, 1},
		{"504", s.Token(), fault{Status: 504}, protocol.ServerError, 1},
		{"dropped", s.Token(), fault{Drop: true}, protocol.Transport, 1},
		{"unknown", s.Token(), fault{Status: 418}, protocol.Unknown, 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			s.SetFault(nil)
			s.Requests()
			if x.fault != (fault{}) {
				s.SetFault(at("auth/start", x.fault))
			}
			if got := ask(t, x.token, refA).Failure; got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
			if n := len(s.Requests()); n != x.requests {
				t.Errorf("%d requests, want %d: the SDK has learned to retry, or forgotten to", n, x.requests)
			}
		})
	}
}

// TestDataFailures has the answers to what follows the sign-in.
func TestDataFailures(t *testing.T) {
	s := serve(t, account()...)
	for _, x := range []struct {
		at      string
		fault   fault
		failure protocol.Reason
		problem protocol.Reason // of the reference, where there is no failure
	}{
		{"v1/vaults", fault{Status: 401}, protocol.WrongToken, ""},
		{"v1/vaults", fault{Status: 403}, protocol.Forbidden, ""},
		{"v1/vaults", fault{Status: 429}, protocol.RateLimited, ""},
		{"v1/vaults", fault{Status: 500}, protocol.ServerError, ""},
		{"v1/vaults", fault{Drop: true}, protocol.Transport, ""},
		{"items/batch", fault{Status: 429}, protocol.RateLimited, ""},
		{"overviews", fault{Status: 429}, "", protocol.Other},
		{"overviews", fault{Status: 500}, "", protocol.Other},
	} {
		t.Run(fmt.Sprint(x.at, x.fault), func(t *testing.T) {
			s.SetFault(at(x.at, x.fault))
			resp := ask(t, s.Token(), refA)
			if resp.Failure != x.failure || resp.Problems[refA] != x.problem {
				t.Errorf("got %q and %q, want %q and %q", resp.Failure, resp.Problems[refA], x.failure, x.problem)
			}
		})
	}
}

// TestBrokenVaultIsAskedOnce holds the SDK back from asking for the items of a
// vault again for every reference once they cannot be listed.
func TestBrokenVaultIsAskedOnce(t *testing.T) {
	var refs []string
	vaults := []vault{{ID: vaultID, Title: "bad", Items: []item{{Title: "i"}}}, {Title: "good", Items: []item{{Title: "i"}}}}
	for i := range 60 {
		id := fmt.Sprint("f", i)
		for v := range vaults {
			vaults[v].Items[0].Fields = append(vaults[v].Items[0].Fields, field{ID: id, Value: "fake-" + id})
			refs = append(refs, "op://"+vaults[v].Title+"/i/"+id)
		}
	}
	s := serve(t, vaults...)
	s.SetFault(at("vault/"+vaultID+"/items/overviews", fault{Status: 429}))
	resp := ask(t, s.Token(), refs...)
	if len(resp.Values) != 60 || len(resp.Problems) != 60 || resp.Problems[refs[0]] != protocol.Other {
		t.Errorf("%d values and %d problems, want 60 each", len(resp.Values), len(resp.Problems))
	}
	bad := 0
	for _, r := range s.Requests() {
		if strings.Contains(r.Path, vaultID) {
			bad++
		}
	}
	// One by the SDK's listing, one by its repetition for the probe.
	if bad > 2 {
		t.Errorf("%d requests to the vault that cannot be listed, want at most 2", bad)
	}
}

// TestNobodyWaits ends the helper when its input does.
func TestNobodyWaits(t *testing.T) {
	s := serve(t, account()...)
	open, end := io.Pipe()
	s.SetFault(func(onepasswordtest.Request) fault {
		end.Close()
		return fault{Delay: time.Hour}
	})
	var stdout bytes.Buffer
	request := `{"version":1,"references":["` + refA + `"]}`
	if code := child.Main(t.Context(), io.MultiReader(strings.NewReader(request), open), &stdout, environment(s.Token())); code != 1 || stdout.Len() > 0 {
		t.Errorf("exit %d with %q, want exit 1 and nothing", code, stdout.String())
	}
}

func TestBadRequests(t *testing.T) {
	for in, want := range map[string]protocol.Reason{
		"":              protocol.BadRequest,
		"{":             protocol.BadRequest,
		`{"version":2}`: protocol.OtherVersion,
	} {
		var stdout bytes.Buffer
		var resp protocol.Response
		code := child.Main(t.Context(), strings.NewReader(in), &stdout, environment(""))
		if err := json.Unmarshal(stdout.Bytes(), &resp); err != nil || code != 0 || resp.Failure != want {
			t.Errorf("%q: exit %d, %v, %q, want %q", in, code, err, resp.Failure, want)
		}
	}
}
