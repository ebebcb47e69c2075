package apply

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/source"
)

// Resolver gets secrets. secrets.Resolver is the real one, behind an adapter that
// knows the tokens of the sources.
type Resolver interface {
	// Resolve gives the value of every reference that it could resolve, and a
	// failure for each of the others.
	Resolve(ctx context.Context, uses []plan.SecretUse) (secrets.Values, []source.Failure)
}

// Reloader makes a gateway read its stores again. What it returns holds no secret.
type Reloader interface {
	// RPC calls a method of the running gateway. A *reload.Error of kind NotRunning
	// is tried again for a while: a gateway that restarts itself is away for seconds.
	// unresolved is how many references the gateway says it could not resolve.
	RPC(ctx context.Context, g *plan.GatewayPlan, method string) (unresolved int, err error)
	// Restart restarts the gateway's service.
	Restart(ctx context.Context, g *plan.GatewayPlan) error
	// Command runs the user's own command.
	Command(ctx context.Context, g *plan.GatewayPlan, argv []string) error
}

// Deps is what a run needs of the world.
type Deps struct {
	// Host is the machine; its FS carries every access to a store and to keyform's
	// own files.
	Host gateway.Host
	// GOOS is the operating system, as in runtime.GOOS, which "" stands for.
	GOOS string
	// Secrets may be nil where the plan needs none.
	Secrets Resolver
	// PlanKey is the key of the plan's fingerprints.
	PlanKey []byte
	// LockTimeout is how long to wait for keyform's own lock and for each store's; 0
	// tries once.
	LockTimeout time.Duration
	// Now and Sleep are the clock, Rand names temporary files, keys and runs; nil is
	// the real one.
	Now   func() time.Time
	Sleep fsys.Sleep
	Rand  io.Reader
	// Reload may be nil where no gateway of the plan has to be told.
	Reload Reloader
	// Provision makes the database of an agent's store by the gateway's own command line,
	// "" being the shared store's; nil where no store of the plan needs that.
	Provision func(ctx context.Context, g *plan.GatewayPlan, agent string) error
	// Commands runs one of the gateway's own commands, which write the stores of a plan
	// whose Rules.Commands says so; nil where none does.
	Commands gateway.Runner
	// Running asks whether a gateway runs now; nil believes the plan.
	Running func(ctx context.Context, g *plan.GatewayPlan) (bool, error)
	// Progress is called with every step, one call at a time; nil is nobody.
	Progress func(Event)
	// RunID names the run in the journal and the backups; "" is 8 random hexadecimal
	// digits. It must not have been used before.
	RunID string
	// User, Hostname, Command and PID say in the journal and to other runs who this
	// is. PID 0 is this process.
	User, Hostname, Command string
	PID                     int
}

func (d Deps) withDefaults() (Deps, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Sleep == nil {
		d.Sleep = fsys.Pause
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.GOOS == "" {
		d.GOOS = runtime.GOOS
	}
	if d.PID == 0 {
		d.PID = os.Getpid()
	}
	if d.Progress == nil {
		d.Progress = func(Event) {}
	}
	if d.RunID == "" {
		var b [4]byte
		if _, err := io.ReadFull(d.Rand, b[:]); err != nil {
			return d, fmt.Errorf("name of the run: %w", err)
		}
		d.RunID = hex.EncodeToString(b[:])
	}
	return d, nil
}

func (d Deps) fs() fsys.FS { return d.Host.FS }

// host is the machine with the clock of the run.
func (d Deps) host() gateway.Host {
	h := d.Host
	h.Sleep = d.Sleep
	return h
}
