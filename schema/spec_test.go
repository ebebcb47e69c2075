package schema

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/schema/diag"
)

var update = flag.Bool("update", false, "rewrite the expectations of testdata/spec")

// TestSpec loads the files of every testdata/spec/*.txtar and compares what comes
// of them with the last file of the archive: "config", a dump, where there are no
// errors, or "diagnostics". Special files: "inputs" has lines "var NAME=VALUE",
// "var-file PATH", "env NAME=VALUE", "version V"; "secrets" has lines that nothing
// shown may hold.
func TestSpec(t *testing.T) {
	names, err := filepath.Glob("testdata/spec/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no specs: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { runSpec(t, name) })
	}
}

func runSpec(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in := Inputs{Version: "0.1.0-dev", Host: Host{Name: "box"}, Products: []string{"clawdbot", "openclaw", "opensoul"}}
	var kept []txtar.File
	var want, secrets string
	for _, f := range archive.Files {
		switch f.Name {
		case "config", "diagnostics":
			want += "-- " + f.Name + " --\n" + string(f.Data)
			continue
		case "inputs":
			in = specInputs(t, in, string(f.Data))
		case "secrets":
			secrets = string(f.Data)
		default:
			path := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		kept = append(kept, f)
	}
	cfg, diags := Load(dir, in)
	result := specResult(cfg, diags, dir)
	checkLeaks(t, strings.Fields(secrets), cfg, diags)
	got := string(txtar.Format(&txtar.Archive{Files: result}))
	if *update {
		archive.Files = append(kept, result...)
		if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("unexpected result (-want +got):\n%s", d)
	}
}

func specInputs(t *testing.T, in Inputs, lines string) Inputs {
	t.Helper()
	for line := range strings.Lines(lines) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "var":
			v, err := ParseVar(rest)
			if err != nil {
				t.Fatal(err)
			}
			in.Vars = append(in.Vars, v)
		case "var-file":
			in.Vars = append(in.Vars, VarInput{File: rest})
		case "env":
			in.Environ = append(in.Environ, rest)
		case "version":
			in.Version = rest
		default:
			t.Fatalf("unknown input %q", line)
		}
	}
	return in
}

func specResult(cfg *Config, diags diag.Diagnostics, dir string) []txtar.File {
	var files []txtar.File
	if !diags.HasErrors() {
		files = append(files, txtar.File{Name: "config", Data: []byte(dump(cfg))})
	}
	if len(diags) > 0 {
		var b strings.Builder
		for _, d := range diags {
			fmt.Fprintf(&b, "%s %s %s: %s\n", d.Severity, d.Code, d.Summary, rangeText(d))
			fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(strings.ReplaceAll(d.Detail, dir, "DIR"), "\n", "\n    "))
		}
		files = append(files, txtar.File{Name: "diagnostics", Data: []byte(b.String())})
	}
	return files
}

func rangeText(d diag.Diagnostic) string {
	s := "no place"
	if r := d.Range; !r.Empty() {
		s = fmt.Sprintf("%s:%d,%d-%d,%d", r.Filename, r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
	}
	if d.Within != "" {
		s += " in " + d.Within
	}
	return s
}

// checkLeaks looks for the secrets of a spec in everything that a user is shown.
func checkLeaks(t *testing.T, secrets []string, cfg *Config, diags diag.Diagnostics) {
	t.Helper()
	var shown bytes.Buffer
	view := diags.View(cfg.Files)
	if err := view.WriteJSON(&shown); err != nil {
		t.Fatal(err)
	}
	if err := view.WriteText(&shown, diag.TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		fmt.Fprintf(&shown, "%+v\n", d)
	}
	for _, s := range secrets {
		if strings.Contains(shown.String(), s) {
			t.Errorf("the output holds the secret %q", s)
		}
	}
}
