//go:build unix

package onepassword

import (
	"bufio"
	"io"
	"os/exec"
	"testing"
)

// A helper that has started something takes it along: nothing that may hold the
// token outlives it.
func TestKillGroup(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "sleep 600 & echo started; wait")
	cmd.SysProcAttr = ownGroup()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	out := bufio.NewReader(stdout)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := killGroup(cmd.Process); err != nil {
		t.Fatal(err)
	}
	// Both hold the output open; it ends when both are gone.
	if _, err := io.ReadAll(out); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it ended by itself")
	}
}
