package reload

import (
	"context"
	"os/exec"
	"time"
)

// maxOutput is how much of a program's output is kept for an error, in bytes.
const maxOutput = 64 << 10

// Process is a program to run: its arguments, of which the first is the program,
// and its whole environment.
type Process struct {
	Argv []string
	Env  []string
}

// Runner runs p until it ends or ctx does, and gives its standard output and error
// together, the end of it at least. A program that cannot be started gives an error
// for which errors.Is(err, exec.ErrNotFound) or os.ErrNotExist may hold; one that
// ends with another status than 0 gives an *exec.ExitError or anything else.
type Runner func(ctx context.Context, p Process) (output []byte, err error)

// Exec is the [Runner] of the real machine. It gives the last 64 KiB of output, and
// 2 seconds after ctx it no longer waits for children that keep the output open.
func Exec(ctx context.Context, p Process) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.Argv[0], p.Argv[1:]...)
	cmd.Env = p.Env
	cmd.WaitDelay = 2 * time.Second
	var out tail
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.kept, err
}

// tail keeps the last maxOutput bytes written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - maxOutput; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}
