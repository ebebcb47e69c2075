// Keyform-bench measures whole runs of keyform: wall time, processor time (user and
// system) and peak memory, each the median of several runs after a warm-up, beside a
// bare Go program (bare/) that only reads and parses the same files. It lays the homes
// it needs in a temporary directory, with fake credentials, and runs keyform there with
// an environment of its own.
//
//	keyform-bench [-runs=7] [-large] [-agents=100,1000] KEYFORM
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyform/keyform/cmd/internal/benchhome"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "keyform-bench:", err)
		os.Exit(1)
	}
}

func run() error {
	runs := flag.Int("runs", 7, "measured runs of each row, at least 5")
	large := flag.Bool("large", false, "also a plan of 10000 agents")
	agents := flag.String("agents", "100,1000", "agents of the plans, besides one profile")
	lay := flag.String("lay", "", "only lay a home in this directory, of the first number of -agents")
	databases := flag.Bool("databases", false, "with -lay: a home with databases")
	flag.Parse()
	sizes, err := numbers(*agents)
	if err != nil {
		return err
	}
	if *lay != "" {
		return benchhome.Home{Dir: *lay, Databases: *databases}.Lay(sizes[0])
	}
	if flag.NArg() != 1 || *runs < 5 {
		flag.Usage()
		return fmt.Errorf("give the path of the keyform to measure, and at least 5 runs")
	}
	if *large {
		sizes = append(sizes, 10000)
	}
	dir, err := os.MkdirTemp("", "keyform-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, runs: *runs}
	if b.keyform, err = filepath.Abs(flag.Arg(0)); err != nil {
		return err
	}
	if err := b.buildBare(); err != nil {
		return err
	}
	return b.all(sizes)
}

func numbers(list string) ([]int, error) {
	var out []int
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n < 0 || n > 100000 {
			return nil, fmt.Errorf("-agents: %q is not a number from 0 to 100000", field)
		}
		out = append(out, n)
	}
	return out, nil
}

// bench is one run of this program.
type bench struct {
	dir           string
	keyform, bare string
	runs          int
}

func (b *bench) buildBare() error {
	b.bare = filepath.Join(b.dir, "bare.exe")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", b.bare, "./cmd/keyform-bench/bare")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// mostDatabases bounds the homes with databases, which take 660 KB for each agent.
const mostDatabases = 2000

// all prints the table, a row as soon as it is known.
func (b *bench) all(sizes []int) error {
	header()
	u, err := b.measure(nil, command{argv: []string{b.keyform, "version"}})
	if err != nil {
		return err
	}
	row("version", u, nil)
	for _, n := range append([]int{0}, sizes...) {
		if err := b.plan(n, false); err != nil {
			return err
		}
	}
	for _, n := range sizes {
		if n > mostDatabases {
			continue
		}
		if err := b.plan(n, true); err != nil {
			return err
		}
	}
	if err := b.apply(100); err != nil {
		return err
	}
	footer()
	return nil
}

// plan measures a plan without changes of a home with n agents besides main, with files
// for stores or with databases. The bare program reads files alone.
func (b *bench) plan(n int, databases bool) error {
	h, err := b.lay(n, databases)
	if err != nil {
		return err
	}
	defer os.RemoveAll(h.Dir)
	if _, err := runOnce(in(h, b.keyform, "apply", "-auto-approve", "-allow-mass-change")); err != nil {
		return err
	}
	// Exit code 2 would mean changes, and fails.
	u, err := b.measure(nil, in(h, b.keyform, "plan", "-detailed-exitcode"))
	if err != nil {
		return err
	}
	if databases {
		row("plan, no change, "+size(n)+", SQLite", u, nil)
		return nil
	}
	bare, err := b.measure(nil, in(h, b.bare, h.Dir))
	if err != nil {
		return err
	}
	row("plan, no change, "+size(n), u, &bare)
	return nil
}

// apply measures an apply that changes the stores of n agents, each time of a home as
// it was laid.
func (b *bench) apply(n int) error {
	h, err := b.lay(n, false)
	if err != nil {
		return err
	}
	defer os.RemoveAll(h.Dir)
	bare, err := b.measure(nil, in(h, b.bare, h.Dir))
	if err != nil {
		return err
	}
	again := func() error {
		if err := os.RemoveAll(h.Dir); err != nil {
			return err
		}
		return b.layIn(h, n)
	}
	u, err := b.measure(again, in(h, b.keyform, "apply", "-auto-approve", "-allow-mass-change"))
	if err != nil {
		return err
	}
	row(fmt.Sprintf("apply, %s, %d stores", size(n), n+1), u, &bare)
	return nil
}

// in gives a command that runs beside the configuration of a home.
func in(h benchhome.Home, argv ...string) command {
	return command{dir: h.Config(), argv: argv, env: h.Environ()}
}

func size(n int) string {
	if n == 0 {
		return "1 profile"
	}
	return fmt.Sprintf("%d agents", n)
}

// lay makes a home in a process of its own: the peak memory of this one is the least
// that can be told of the programs it starts.
func (b *bench) lay(n int, databases bool) (benchhome.Home, error) {
	h := benchhome.Home{Dir: filepath.Join(b.dir, strconv.Itoa(n)), Databases: databases}
	return h, b.layIn(h, n)
}

func (b *bench) layIn(h benchhome.Home, n int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.Command(self, "-lay="+h.Dir, "-databases="+strconv.FormatBool(h.Databases), "-agents="+strconv.Itoa(n)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("laying a home: %w: %s", err, out)
	}
	return nil
}
