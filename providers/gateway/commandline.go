package gateway

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
)

// commandTime bounds one command of a gateway's: 40 s were seen on a loaded machine.
const commandTime = 3 * time.Minute

// noProvider has no order to lose. The command goes on when keyform is killed, and then
// does what it does at any later moment, beside the next run.
const noProvider = "keyform"

// commandLine is how the gateway's own commands are started: as its service starts it,
// else by its command in PATH. nil where there is neither, and where every database is
// there, which leaves nothing to ask the commands for.
func (r *reader) commandLine() []string {
	if !slices.ContainsFunc(r.out.Stores, func(s plan.StoreSnapshot) bool { return s.NoDatabase }) {
		return nil
	}
	if _, command := r.packageOfUnit(); command != nil {
		return command
	}
	if _, file := r.packageOnPath(r.host.getenv("PATH")); file != "" {
		return []string{file}
	}
	return nil
}

// Provision lets the gateway's own command line make the databases that a store of an
// agent needs, and nothing in them: clearing the order of a provider that no gateway has
// does that and writes no credential (OpenClaw 2026.6.11 and 2026.9.6). agent is "" for the shared
// store, which comes with main's. The command gets no secret, and no more of the
// environment than it needs; the error quotes nothing of what it prints.
func Provision(ctx context.Context, host Host, g *plan.GatewayPlan, agent string) error {
	if len(g.CommandLine) == 0 {
		return fmt.Errorf("the command of %s was not found", g.Product)
	}
	if agent == "" {
		agent = product.MainAgent
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	args := append(g.CommandLine[1:len(g.CommandLine):len(g.CommandLine)], "models", "auth", "order", "clear", "--provider", noProvider, "--agent", agent)
	cmd := exec.CommandContext(ctx, g.CommandLine[0], args...)
	cmd.Dir, cmd.Env = g.StateDir, commandEnv(host, g)
	runAsOwner(cmd, host, g.StateDir)
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s models auth order clear: %w", filepath.Base(g.CommandLine[0]), ctx.Err())
	case err != nil:
		return fmt.Errorf("%s models auth order clear --provider %s --agent %s, which makes the database, failed (%w): run it by hand to see why", g.Product, noProvider, agent, err)
	}
	return nil
}

// commandEnv is the environment of a gateway's command: this gateway's places, a port on
// which nothing of another gateway is, and what a program needs to be found.
func commandEnv(host Host, g *plan.GatewayPlan) []string {
	const deadPort = 9
	env := []string{
		"HOME=" + g.Home, "PATH=" + filepath.Dir(g.CommandLine[0]) + string(filepath.ListSeparator) + host.getenv("PATH"),
		"TERM=dumb", "NO_COLOR=1",
	}
	if p := product.Find(g.Product); p != nil {
		p = p.In(g.StateDir, g.ConfigPath)
		env = append(env, p.StateDirEnv[0]+"="+g.StateDir, p.ConfigEnv[0]+"="+g.ConfigPath)
		if !g.Running {
			env = append(env, p.PortEnv[0]+"="+strconv.Itoa(deadPort))
		}
	}
	return env
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
