package onepassword

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

const goodToken = "ops_canary"

func opRef(text string) schema.Ref {
	return schema.Ref{Source: schema.SourceOnePassword, Args: []string{text}}
}

// scripted is a source whose helpers give these answers, one after another, and
// what they and the pauses between them were given.
type scripted struct {
	*client
	runs   int
	tokens []string
	asked  [][]string
	pauses []time.Duration
}

func script(env map[string]string, answers ...protocol.Response) *scripted {
	s := &scripted{}
	s.client = &client{
		seams: source.Seams{
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Random:    func() float64 { return 0.5 },
			Wait: func(ctx context.Context, d time.Duration) error {
				s.pauses = append(s.pauses, d)
				return ctx.Err()
			},
		},
		run: func(_ context.Context, tok string, refs []string) protocol.Response {
			s.tokens, s.asked = append(s.tokens, tok), append(s.asked, refs)
			s.runs++
			return answers[s.runs-1]
		},
	}
	return s
}

func TestRetries(t *testing.T) {
	fine := protocol.Response{Values: map[string]string{"op://v/i/f": "fake"}}
	failed := func(why protocol.Reason) protocol.Response { return protocol.Response{Failure: why} }
	for _, x := range []struct {
		name    string
		answers []protocol.Response
		want    source.Kind // "" for a value
	}{
		{"first answer", []protocol.Response{fine}, ""},
		{"service back at once", []protocol.Response{failed(protocol.ServerError), fine}, ""},
		{"network back later", []protocol.Response{failed(protocol.Transport), failed(protocol.Transport), fine}, ""},
		{"service gone", []protocol.Response{failed(protocol.ServerError), failed(protocol.ServerError), failed(protocol.ServerError)}, source.Unreachable},
		{"limit used up", []protocol.Response{failed(protocol.RateLimited)}, source.RateLimited},
		{"wrong token", []protocol.Response{failed(protocol.WrongToken)}, source.Unauthenticated},
		{"no right", []protocol.Response{failed(protocol.Forbidden)}, source.Denied},
		{"helper killed", []protocol.Response{failed(protocol.NoAnswer)}, source.Other},
		{"items not listed", []protocol.Response{{Problems: map[string]protocol.Reason{"op://v/i/f": protocol.Other}}}, source.Other},
		{"reference forgotten", []protocol.Response{{}}, source.Other},
		{"reason of a later release", []protocol.Response{failed("later")}, source.Other},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := script(map[string]string{protocol.TokenVariable: goodToken}, x.answers...)
			got := s.Fetch(t.Context(), source.Request{Refs: []schema.Ref{opRef("op://v/i/f")}})[0]
			switch {
			case x.want == "" && (got.Failure != nil || got.Value.Reveal() != "fake"):
				t.Errorf("got %v", got.Failure)
			case x.want != "" && (got.Failure == nil || got.Failure.Kind != x.want):
				t.Errorf("got %v, want kind %s", got.Failure, x.want)
			}
			if s.runs != len(x.answers) {
				t.Errorf("%d helpers, want %d", s.runs, len(x.answers))
			}
			want := []time.Duration{time.Second, 2 * time.Second}[:len(x.answers)-1]
			if diff := cmp.Diff(want, append([]time.Duration{}, s.pauses...)); diff != "" {
				t.Errorf("pauses: %s", diff)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	block := &schema.Source{Type: "onepassword", Name: "work", Token: &schema.Use{}}
	for _, x := range []struct {
		name, env string
		req       source.Request
		used      string // "" where no helper is started
		advice    string
	}{
		{"from the environment", goodToken, source.Request{}, goodToken, ""},
		{"from the block", goodToken, source.Request{Block: block, Token: secret.FromString("ops_block")}, "ops_block", ""},
		{"none", "", source.Request{}, "", "Set OP_SERVICE_ACCOUNT_TOKEN"},
		{"not one", "eyJ0canary", source.Request{}, "", `begins with "ops_"`},
		{"with a line break", goodToken + "\n", source.Request{}, "", "no spaces or line breaks"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := script(map[string]string{protocol.TokenVariable: x.env}, protocol.Response{Values: map[string]string{"op://v/i/f": "fake"}})
			x.req.Refs = []schema.Ref{opRef("op://v/i/f")}
			got := s.Fetch(t.Context(), x.req)[0]
			if diff := cmp.Diff(x.used, strings.Join(s.tokens, " ")); diff != "" {
				t.Error(diff)
			}
			if x.used != "" {
				return
			}
			if f := got.Failure; f == nil || f.Kind != source.Unauthenticated || !strings.Contains(f.Advice, x.advice) || strings.Contains(f.Error(), "canary") {
				t.Errorf("got %v", f)
			}
		})
	}
}

func TestOneBatchWithoutWhatCannotBe(t *testing.T) {
	s := script(map[string]string{protocol.TokenVariable: goodToken}, protocol.Response{Values: map[string]string{"op://v/i/f": "fake"}})
	named := schema.Ref{Source: schema.SourceOnePassword, Args: []string{"op://v/i/f"}, Alias: "default"}
	got := s.Fetch(t.Context(), source.Request{Refs: []schema.Ref{opRef("op://v/i"), opRef("op://v/i/f"), named}})
	if diff := cmp.Diff([][]string{{"op://v/i/f"}}, s.asked); diff != "" {
		t.Error(diff)
	}
	if got[0].Failure == nil || got[0].Failure.Kind != source.Malformed || got[1].Failure != nil || got[2].Failure != nil {
		t.Errorf("got %v", got)
	}
	none := script(nil)
	none.Fetch(t.Context(), source.Request{Refs: []schema.Ref{opRef("op://v/i")}})
	if none.runs != 0 {
		t.Error("a helper was started for nothing")
	}
}

func TestAmbiguityNamesTheChoice(t *testing.T) {
	s := script(map[string]string{protocol.TokenVariable: goodToken}, protocol.Response{
		Problems:   map[string]protocol.Reason{"op://v/i/f": protocol.TooManyItems},
		Candidates: map[string][]string{"op://v/i/f": {"bbb", "aaa"}},
	})
	got := s.Fetch(t.Context(), source.Request{Refs: []schema.Ref{opRef("op://v/i/f")}})[0].Failure
	if got == nil || got.Kind != source.Ambiguous || !strings.Contains(got.Message, "Their ids: aaa, bbb.") {
		t.Errorf("got %v", got)
	}
}

func TestParse(t *testing.T) {
	for _, x := range []struct {
		stdout string
		err    error
		want   protocol.Reason
	}{
		{`{"version":1,"failure":"rateLimited"}`, nil, protocol.RateLimited},
		{`{"version":2}`, nil, protocol.OtherVersion},
		{`{"version":1}`, errors.New("exit status 2"), protocol.NoAnswer},
		{`panic: canary`, nil, protocol.NoAnswer},
		{``, nil, protocol.NoAnswer},
	} {
		b := &limitedBuffer{left: 100}
		if _, err := b.Write([]byte(x.stdout)); err != nil {
			t.Fatal(err)
		}
		if got := parse(b, x.err).Failure; got != x.want {
			t.Errorf("%s: got %q, want %q", x.stdout, got, x.want)
		}
	}
	if _, err := (&limitedBuffer{left: 1}).Write([]byte("ab")); err == nil {
		t.Error("the limit does not limit")
	}
}

// Every reason that the protocol knows is said in words of its own.
func TestEveryReasonHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("protocol", "protocol.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	unknown := failure(opRef("op://v/i/f"), nil, protocol.Unknown)
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || fmt.Sprint(spec.Type) != "Reason" || spec.Names[0].Name == "Unknown" {
			return true
		}
		n++
		why, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if f := failure(opRef("op://v/i/f"), nil, protocol.Reason(why)); err != nil || f.Message == unknown.Message || f.Advice == "" {
			t.Errorf("%s: %v, %v", why, f, err)
		}
		return true
	})
	if n < 30 {
		t.Errorf("%d reasons found, want all of protocol.go", n)
	}
}
