package lock

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// contendEnv makes this test binary contend for a lock instead of testing: its
// arguments are the form, the store, the goroutines and the rounds of each.
const contendEnv = "KEYFORM_TEST_CONTEND"

func TestMain(m *testing.M) {
	if os.Getenv(contendEnv) == "" {
		os.Exit(m.Run())
	}
	workers, _ := strconv.Atoi(os.Args[3])
	rounds, _ := strconv.Atoi(os.Args[4])
	if err := contend(Form(os.Args[1]), os.Args[2], workers, rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// document is a store with a counter in it.
type document struct {
	empty string
	// find gives the counter in the parsed store.
	find func(store map[string]any) (in map[string]any, key string)
}

// plain is only a counter; usage is a gateway's store, where it counts errors.
func plain() document {
	return document{`{"n":0}`, func(store map[string]any) (map[string]any, string) { return store, "n" }}
}

func usage() document {
	return document{
		`{"version":1,"profiles":{},"usageStats":{"demo:counter":{"errorCount":0}}}`,
		func(store map[string]any) (map[string]any, string) {
			stats, _ := store["usageStats"].(map[string]any)
			entry, _ := stats["demo:counter"].(map[string]any)
			return entry, "errorCount"
		},
	}
}

// parse gives the whole store and the counter in it.
func (d document) parse(b []byte) (store map[string]any, n int, err error) {
	if err := json.Unmarshal(b, &store); err != nil {
		return nil, 0, err
	}
	in, key := d.find(store)
	value, ok := in[key].(float64)
	if !ok {
		return nil, 0, errors.New("no counter in the store")
	}
	return store, int(value), nil
}

func (d document) read(path string) (n int, err error) {
	_, err = fsys.ReadStable(context.Background(), fsys.OS{}, path, nil, func(b []byte) error {
		_, n, err = d.parse(b)
		return err
	})
	return n, err
}

// contend adds workers times rounds to the counter, each in a lock of its own.
func contend(form Form, path string, workers, rounds int) error {
	errs := make(chan error, workers)
	for range workers {
		go func() {
			w := worker{document: plain(), form: form, path: path, name: rand.Text(), sleep: alone}
			for range rounds {
				if _, err := w.increment(); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	var all error
	for range workers {
		all = errors.Join(all, <-errs)
	}
	return all
}

// alone pauses, but does not watch a new lock for the strays of gateways: there are
// none.
func alone(ctx context.Context, d time.Duration) error {
	if d == settleTime {
		return nil
	}
	return fsys.Pause(ctx, d)
}

// worker adds to the counter of a store, as keyform writes one. It leaves the number
// of its last round there under its name.
type worker struct {
	document
	form  Form
	path  string
	name  string
	sleep fsys.Sleep
	round int
}

var errMoved = errors.New("the store is not what was read")

// increment adds one. When its lock is lost it looks whether the addition is in the
// store, and adds again, counted in retries, when it is not.
func (w *worker) increment() (retries int, err error) {
	w.round++
	for {
		err := w.once()
		var lost *LostError
		if !errors.As(err, &lost) && !errors.Is(err, errMoved) {
			return retries, err
		}
		retries++
	}
}

func (w *worker) once() error {
	l, err := Acquire(context.Background(), Options{
		FS: fsys.OS{}, Form: w.form, Target: w.path, Timeout: time.Minute, Sleep: w.sleep,
	})
	if err != nil {
		return err
	}
	if err := w.add(l.Check); err != nil {
		_ = l.Release()
		return err
	}
	return l.Release()
}

func (w *worker) add(check func() error) error {
	old, err := w.load()
	if err != nil {
		return err
	}
	store, n, err := w.parse(old)
	if err != nil {
		return err
	}
	in, key := w.find(store)
	if in[w.name] == float64(w.round) {
		return nil
	}
	in[key], in[w.name] = n+1, w.round
	b, err := json.Marshal(store)
	if err != nil {
		return err
	}
	return fsys.WriteAtomic(fsys.OS{}, w.path, b, fsys.WriteOptions{Before: func() error {
		now, err := w.load()
		if err == nil && !bytes.Equal(now, old) {
			err = errMoved
		}
		return errors.Join(err, check())
	}})
}

func (w *worker) load() ([]byte, error) {
	return fsys.ReadStable(context.Background(), fsys.OS{}, w.path, nil, func(b []byte) error {
		_, _, err := w.parse(b)
		return err
	})
}

func newCounter(t *testing.T) string {
	t.Helper()
	store := filepath.Join(t.TempDir(), "auth-profiles.json")
	if err := os.WriteFile(store, []byte(plain().empty), 0o600); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestAThousandRoundsBetweenProcessesAndGoroutinesLoseNoUpdate(t *testing.T) {
	const processes, workers, rounds = 2, 2, 250
	for _, form := range []Form{Dir, File} {
		t.Run(string(form), func(t *testing.T) {
			store := newCounter(t)
			var wg sync.WaitGroup
			for range processes {
				wg.Go(func() {
					cmd := exec.Command(os.Args[0], string(form), store, strconv.Itoa(workers), strconv.Itoa(rounds))
					cmd.Env = append(os.Environ(), contendEnv+"=1")
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("%v: %s", err, strings.TrimSpace(string(out)))
					}
				})
			}
			wg.Wait()
			n, err := plain().read(store)
			if err != nil || n != processes*workers*rounds {
				t.Errorf("counter %d, %v; want %d", n, err, processes*workers*rounds)
			}
		})
	}
}
