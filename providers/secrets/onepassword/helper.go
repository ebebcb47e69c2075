package onepassword

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"time"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
	"github.com/keyform/keyform/providers/secrets/source"
)

// helper starts keyform itself as the process that holds the SDK.
type helper struct {
	executable func() (string, error)
	lookupEnv  func(string) (string, bool)
}

// passedOn are the variables of keyform's environment that the helper gets: those
// by which a Go program finds a proxy and root certificates, and the one without
// which Windows has no network.
func passedOn() []string {
	return []string{
		"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR",
		"SYSTEMROOT",
	}
}

// run starts a helper, asks it and waits until it is gone. It ends the helper and
// all that it may have started when ctx ends.
func (h helper) run(ctx context.Context, token string, refs []string) protocol.Response {
	request, err := json.Marshal(protocol.Request{Version: protocol.Version, References: refs})
	if err != nil {
		return protocol.Response{Failure: protocol.BadRequest}
	}
	exe, err := h.executable()
	if err != nil {
		return protocol.Response{Failure: protocol.NotStarted}
	}
	cmd := exec.CommandContext(ctx, exe, "internal", "op-resolve")
	cmd.Env = []string{protocol.TokenVariable + "=" + token}
	for _, name := range passedOn() {
		if v, ok := h.lookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	// An answer is at most every value and its reference, escaped. What the helper
	// says on stderr, a panic at worst, is not read by anybody.
	stdout := &limitedBuffer{left: (len(refs) + 1) * 6 * source.MaxBytes}
	cmd.Stdout = stdout
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return protocol.Response{Failure: protocol.NotStarted}
	}
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return protocol.Response{Failure: protocol.NotStarted}
	}
	// It stays open: its end tells the helper that keyform is gone. Wait closes it.
	_, writeErr := stdin.Write(request)
	return parse(stdout, errors.Join(writeErr, cmd.Wait()))
}

func parse(stdout *limitedBuffer, err error) protocol.Response {
	var resp protocol.Response
	switch {
	case err != nil || json.Unmarshal(stdout.Bytes(), &resp) != nil:
		return protocol.Response{Failure: protocol.NoAnswer}
	case resp.Version != protocol.Version:
		return protocol.Response{Failure: protocol.OtherVersion}
	}
	return resp
}

// limitedBuffer is a buffer that refuses what is more than left bytes.
type limitedBuffer struct {
	bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(p) > b.left {
		return 0, io.ErrShortBuffer
	}
	b.left -= len(p)
	return b.Buffer.Write(p)
}
