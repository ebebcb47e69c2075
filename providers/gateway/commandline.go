package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// commandTime bounds one command of a gateway's: 40 s were seen on a loaded machine.
const commandTime = 3 * time.Minute

// noProvider has no order to lose. The command goes on when keyform is killed, and then
// does what it does at any later moment, beside the next run.
const noProvider = "keyform"

// Command is one command of a gateway's own command line.
type Command struct {
	// Args are what follows the program. They hold no secret.
	Args []string
	// Input is what the command gets on its standard input; the zero Value is nothing.
	Input secret.Value
	// what says what it is for, in a message: "which makes the database", "" for nothing.
	what string
}

// Provision lets the gateway's own command line make the databases that a store of an
// agent needs, and nothing in them: clearing the order of a provider that no gateway has
// does that and writes no credential (OpenClaw 2026.6.11 and 2026.9.6). agent is "" for
// the shared store, which comes with main's. The command gets no secret, and no more of the
// environment than it needs; the error quotes nothing of what it prints.
func Provision(ctx context.Context, host Host, g *plan.GatewayPlan, agent string) error {
	if agent == "" {
		agent = product.MainAgent
	}
	env := commandEnv(host, g, g.ConfigPath)
	if !g.Running {
		env = append(env, deadPort(g)...)
	}
	return start(ctx, host, g, env, Command{Args: []string{"models", "auth", "order", "clear", "--provider", noProvider, "--agent", agent}, what: "which makes the database"})
}

// Run runs a command that changes credentials to its end, with a copy of the
// configuration in place of the gateway's own: paste-api-key, paste-token and logout of
// OpenClaw enter the profile there, or take it out, and write the file anew without its
// comments. What is listed is the plan's to say, and a gateway that watches the file shall
// see what is planned and nothing else. The command does not reach a running gateway,
// which is told by the caller. The error quotes nothing of what the command prints.
func Run(ctx context.Context, host Host, g *plan.GatewayPlan, c Command) (err error) {
	if err := CleanCommands(host, g); err != nil {
		return err
	}
	config := filepath.Join(commandDir(g), filepath.Base(g.ConfigPath))
	if err := fsys.MkdirAll(host.FS, commandDir(g), 0o700); err != nil {
		return err
	}
	defer func() {
		if cleaned := CleanCommands(host, g); err == nil {
			err = cleaned
		}
	}()
	content, err := host.FS.ReadFile(g.ConfigPath)
	switch {
	case err == nil:
		err = fsys.WriteAtomic(host.FS, config, content, fsys.WriteOptions{})
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return err
	}
	env := append(commandEnv(host, g, config), deadPort(g)...)
	if p := product.Find(g.Product); p != nil {
		rows := p.Releases()
		for _, name := range rows[len(rows)-1].ReadOnlyEnv {
			env = append(env, name+"=0") // the state directory's .env does not win over it
		}
	}
	return start(ctx, host, g, env, c)
}

// commandDir is where the copy of the configuration is while a command runs: always the
// same, since OpenClaw 2026.9.6 notes the state of every configuration by its path.
func commandDir(g *plan.GatewayPlan) string { return filepath.Join(g.StateDir, ".keyform-command") }

// CleanCommands removes what a killed Run has left.
func CleanCommands(host Host, g *plan.GatewayPlan) error {
	return fsys.RemoveTree(host.FS, commandDir(g))
}

// start runs one of the gateway's own commands to its end, as the owner of its state
// directory.
func start(ctx context.Context, host Host, g *plan.GatewayPlan, env []string, c Command) error {
	if len(g.CommandLine) == 0 {
		return fmt.Errorf("the command of %s was not found", g.Product)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, g.CommandLine[0], append(g.CommandLine[1:len(g.CommandLine):len(g.CommandLine)], c.Args...)...)
	cmd.Dir, cmd.Env = g.StateDir, env
	if !c.Input.IsZero() {
		cmd.Stdin = strings.NewReader(c.Input.Reveal())
	}
	apart(cmd)
	runAsOwner(cmd, host, g.StateDir)
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	said := g.Product + " " + strings.Join(c.Args, " ")
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", said, ctx.Err())
	case err != nil:
		if c.what != "" {
			said += ", " + c.what + ","
		}
		return fmt.Errorf("%s failed (%w): run it by hand to see why", said, err)
	}
	return nil
}

// commandEnv is the environment of a gateway's command: this gateway's places, and what
// a program needs to be found.
func commandEnv(host Host, g *plan.GatewayPlan, config string) []string {
	env := []string{"HOME=" + g.Home, "TERM=dumb", "NO_COLOR=1"}
	if len(g.CommandLine) > 0 {
		env = append(env, "PATH="+filepath.Dir(g.CommandLine[0])+string(filepath.ListSeparator)+host.getenv("PATH"))
	}
	if p := product.Find(g.Product); p != nil {
		p = p.In(g.StateDir, g.ConfigPath)
		env = append(env, p.StateDirEnv[0]+"="+g.StateDir, p.ConfigEnv[0]+"="+config)
	}
	return env
}

// deadPort names a port on which no gateway is.
func deadPort(g *plan.GatewayPlan) []string {
	const discard = 9
	p := product.Find(g.Product)
	if p == nil {
		return nil
	}
	return []string{p.In(g.StateDir, g.ConfigPath).PortEnv[0] + "=" + strconv.Itoa(discard)}
}

// owner is the user of a directory where that is another one than root, who runs keyform.
func owner(host Host, dir string) (uid, gid int, other bool) {
	info, err := host.FS.Stat(dir)
	if err != nil || host.UID != 0 {
		return 0, 0, false
	}
	uid, gid, known := fsys.Owner(info)
	return uid, gid, known && uid != 0
}
