package reload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/keyform/keyform/providers/secrets/secret"
)

// CommandTimeout bounds a restart and a command of the user's. A gateway may finish
// its running turns first, 35 s in OpenClaw 2026.2.26.
const CommandTimeout = 2 * time.Minute

// Host is this machine as far as services and commands are concerned. Run and
// Getenv must be set; it is safe for concurrent use if they are.
type Host struct {
	// GOOS is "linux", "darwin" or another value of runtime.GOOS.
	GOOS string
	// UID is the effective user id of keyform, -1 on Windows.
	UID    int
	Getenv func(string) string
	Run    Runner
}

// Unit is a gateway's service.
type Unit struct {
	// Name is a systemd unit ("openclaw-gateway.service") or a launchd label
	// ("ai.openclaw.gateway").
	Name string
	// Owner and OwnerUID are the user whose service it is.
	Owner    string
	OwnerUID int
}

var unitName = regexp.MustCompile(`^[A-Za-z0-9_@][A-Za-z0-9_@.:\\-]*$`)

// Restart restarts a gateway's service and gives an *[Error] or nil. When it
// returns, the service manager has started the gateway; it listens some seconds
// later.
//
// On Linux it runs "systemctl --user restart" with XDG_RUNTIME_DIR of the current
// user where that is not set. For another owner's service keyform must be root and
// goes through "--machine=OWNER@.host", which needs systemd 248; that way and
// launchd ("launchctl kickstart -k") are written after their manuals and have not
// been verified on a real machine.
func (h Host) Restart(ctx context.Context, u Unit) error {
	if !unitName.MatchString(u.Name) {
		return &Error{Kind: Failed, What: "restart", Where: "the service manager", Detail: "the service's name is not valid"}
	}
	p := Process{Env: h.environment()}
	other := u.OwnerUID != h.UID
	switch {
	case other && h.UID != 0:
		return &Error{Kind: Unauthorized, What: "restart of " + u.Name, Where: "the service manager",
			Detail: fmt.Sprintf("the service belongs to user %d and keyform runs as user %d", u.OwnerUID, h.UID)}
	case h.GOOS == "darwin":
		p.Argv = []string{"launchctl", "kickstart", "-k", "gui/" + strconv.Itoa(u.OwnerUID) + "/" + u.Name}
	case h.GOOS != "linux":
		return &Error{Kind: Failed, What: "restart of " + u.Name, Where: "the service manager", Detail: "keyform restarts services on Linux and macOS only"}
	case other:
		p.Argv = []string{"systemctl", "--user", "--machine=" + u.Owner + "@.host", "restart", "--", u.Name}
	default:
		p.Argv = []string{"systemctl", "--user", "restart", "--", u.Name}
		if h.Getenv("XDG_RUNTIME_DIR") == "" {
			p.Env = append(p.Env, "XDG_RUNTIME_DIR=/run/user/"+strconv.Itoa(h.UID))
		}
	}
	return h.run(ctx, p, "restart of "+u.Name, nil)
}

// Command runs the user's own reload command and gives an *[Error] or nil. The
// command gets a small environment (search path, home, locale, session; nothing
// that could hold a credential) and no input. Its output is dropped, except that an
// error shows the end of it with known and everything formed like a credential
// masked.
func (h Host) Command(ctx context.Context, argv []string, known []secret.Value) error {
	if len(argv) == 0 || argv[0] == "" {
		return &Error{Kind: Failed, What: "reload", Where: "the reload command", Detail: "the command is empty"}
	}
	return h.run(ctx, Process{Argv: argv, Env: h.environment()}, "reload", known)
}

func (h Host) run(ctx context.Context, p Process, what string, known []secret.Value) error {
	ctx, cancel := context.WithTimeout(ctx, CommandTimeout)
	defer cancel()
	output, err := h.Run(ctx, p)
	if err == nil {
		return nil
	}
	e := &Error{Kind: Failed, What: what, Where: scrub(filepath.Base(p.Argv[0]), known)}
	text := string(output)
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Kind, e.cause = Timeout, context.DeadlineExceeded
	case ctx.Err() != nil:
		e.cause, text = ctx.Err(), "interrupted"
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		text = "the program was not found"
	case strings.Contains(text, "Failed to connect to bus"), strings.Contains(text, "Could not find domain"):
		e.Kind = NotRunning
	case errors.As(err, &exit):
		text = exit.ProcessState.String() + ": " + text
	default:
		text = err.Error() + ": " + text
	}
	e.Detail = scrub(lastLines(text), known)
	return e
}

// environment holds what systemctl, launchctl and ordinary scripts need.
func (h Host) environment() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
		"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "SystemRoot", "USERPROFILE", "TEMP"} {
		if value := h.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// lastLines keeps the end, where programs say why they gave up.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
