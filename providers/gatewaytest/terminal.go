//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// Answer runs the gateway's command on a terminal, which the program script makes,
// waits until it has asked the question, types the answer, and wants success.
func (h *Home) Answer(t testing.TB, question, answer string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	script, err := exec.LookPath("script")
	if err != nil {
		t.Fatalf("the program script, which makes terminals: %v", err)
	}
	cmd := h.command(ctx, args)
	sized := "stty cols 120 rows 40 && exec " + shellWords(cmd.Args) // of no size, a question is not in one piece
	if runtime.GOOS == "linux" {
		cmd.Args = []string{"script", "-qec", sized, "/dev/null"}
	} else {
		cmd.Args = []string{"script", "-q", "/dev/null", "sh", "-c", sized}
	}
	cmd.Path = script
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	terminal := &typist{question: question, answer: answer, in: in}
	cmd.Stdout, cmd.Stderr = terminal, terminal
	if err := cmd.Run(); err != nil || terminal.question != "" {
		t.Fatalf("%s %q: %v; asked: %v\n%q", h.Release, args, err, terminal.question == "", end(terminal.seen.String()))
	}
}

// typist answers a question when it appears.
type typist struct {
	question, answer string // the question is "" once answered
	in               io.Writer
	seen             bytes.Buffer
}

func (y *typist) Write(b []byte) (int, error) {
	y.seen.Write(b)
	if y.question != "" && strings.Contains(y.seen.String(), y.question) {
		y.question = ""
		if _, err := io.WriteString(y.in, y.answer+"\r"); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func shellWords(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(words, " ")
}
