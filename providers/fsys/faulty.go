package fsys

import (
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Fault says at which operation a Faulty breaks, and how.
type Fault struct {
	// At is the operation that breaks, counted from 1; 0 breaks none.
	At int
	// Points makes At count the calls of Point alone. How often files are read may depend
	// on the time, the steps on a database do not.
	Points bool
	// Err is what the operation returns instead of being done.
	Err error
	// Sticky makes every later operation fail as well, as on a full disk.
	Sticky bool
	// Short makes a Write that breaks write the first half of its bytes.
	Short bool
	// Kill ends the process, as SIGKILL does, instead of returning Err. A Write
	// that is killed has written the first half of its bytes.
	Kill bool
	// Interrupt sends this process SIGINT instead, leaves it a moment to notice, and
	// lets the operation go on.
	Interrupt bool
}

// Faulty is an FS for tests: it counts the operations on another one, reading ones
// and those of open files included, and breaks as its Fault says. Safe for
// concurrent use as far as the other one is.
type Faulty struct {
	under FS
	fault Fault

	mu     sync.Mutex
	ops    []string
	points int
	broken bool
}

var _ FS = (*Faulty)(nil)

// NewFaulty wraps under.
func NewFaulty(under FS, fault Fault) *Faulty { return &Faulty{under: under, fault: fault} }

// Ops lists the operations so far in their order, broken ones included, each as
// "Rename /new/name": the method and the name it works on.
func (f *Faulty) Ops() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.ops...)
}

// step counts an operation and gives the error it has to return, if any. half is
// what is done before it breaks in the middle; nil for operations that have none.
func (f *Faulty) step(op, name string, half func()) error {
	if !f.breaks(op, name, false) {
		return nil
	}
	return f.fail(op, name, half)
}

// fail ends an operation as the Fault says.
func (f *Faulty) fail(op, name string, half func()) error {
	if f.fault.Interrupt {
		signalSelf(os.Interrupt)
		time.Sleep(noticed)
		return nil
	}
	if half != nil && (f.fault.Kill || f.fault.Short) {
		half()
	}
	if f.fault.Kill {
		killSelf()
	}
	return &fs.PathError{Op: op, Path: name, Err: f.fault.Err}
}

// breaks counts an operation and says whether it is to break.
func (f *Faulty) breaks(op, name string, point bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops = append(f.ops, op+" "+name)
	n := len(f.ops)
	if point {
		f.points++
	}
	if f.fault.Points {
		n = 0
		if point {
			n = f.points
		}
	}
	now := f.fault.At > 0 && n == f.fault.At
	f.broken = f.broken || now
	return now || f.broken && f.fault.Sticky
}

// noticed is how long a process is left to notice an interrupt.
const noticed = 20 * time.Millisecond

// killSelf ends the process at once: no deferred call, no exit handler runs.
func killSelf() {
	signalSelf(os.Kill)
	select {}
}

func signalSelf(s os.Signal) {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Signal(s)
	}
	if err != nil {
		panic("cannot signal this process: " + err.Error())
	}
}

// ReadFile counts and may break.
func (f *Faulty) ReadFile(name string) ([]byte, error) {
	if err := f.step("ReadFile", name, nil); err != nil {
		return nil, err
	}
	return f.under.ReadFile(name)
}

// ReadDir counts and may break.
func (f *Faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.step("ReadDir", name, nil); err != nil {
		return nil, err
	}
	return f.under.ReadDir(name)
}

// Lstat counts and may break.
func (f *Faulty) Lstat(name string) (fs.FileInfo, error) {
	if err := f.step("Lstat", name, nil); err != nil {
		return nil, err
	}
	return f.under.Lstat(name)
}

// Stat counts and may break.
func (f *Faulty) Stat(name string) (fs.FileInfo, error) {
	if err := f.step("Stat", name, nil); err != nil {
		return nil, err
	}
	return f.under.Stat(name)
}

// EvalSymlinks counts and may break.
func (f *Faulty) EvalSymlinks(name string) (string, error) {
	if err := f.step("EvalSymlinks", name, nil); err != nil {
		return "", err
	}
	return f.under.EvalSymlinks(name)
}

// Mkdir counts and may break.
func (f *Faulty) Mkdir(name string, perm fs.FileMode) error {
	if err := f.step("Mkdir", name, nil); err != nil {
		return err
	}
	return f.under.Mkdir(name, perm)
}

// Create counts and may break; so do the calls on its File.
func (f *Faulty) Create(name string, perm fs.FileMode) (File, error) {
	if err := f.step("Create", name, nil); err != nil {
		return nil, err
	}
	file, err := f.under.Create(name, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{fs: f, name: name, under: file}, nil
}

// Append counts and may break; so do the calls on its File.
func (f *Faulty) Append(name string, perm fs.FileMode) (File, error) {
	if err := f.step("Append", name, nil); err != nil {
		return nil, err
	}
	file, err := f.under.Append(name, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{fs: f, name: name, under: file}, nil
}

// Rename counts and may break.
func (f *Faulty) Rename(oldname, newname string) error {
	if err := f.step("Rename", newname, nil); err != nil {
		return err
	}
	return f.under.Rename(oldname, newname)
}

// Remove counts and may break.
func (f *Faulty) Remove(name string) error {
	if err := f.step("Remove", name, nil); err != nil {
		return err
	}
	return f.under.Remove(name)
}

// Chmod counts and may break.
func (f *Faulty) Chmod(name string, perm fs.FileMode) error {
	if err := f.step("Chmod", name, nil); err != nil {
		return err
	}
	return f.under.Chmod(name, perm)
}

// Chown counts and may break.
func (f *Faulty) Chown(name string, uid, gid int) error {
	if err := f.step("Chown", name, nil); err != nil {
		return err
	}
	return f.under.Chown(name, uid, gid)
}

// Chtimes counts and may break.
func (f *Faulty) Chtimes(name string, mtime time.Time) error {
	if err := f.step("Chtimes", name, nil); err != nil {
		return err
	}
	return f.under.Chtimes(name, mtime)
}

// SyncDir counts and may break.
func (f *Faulty) SyncDir(name string) error {
	if err := f.step("SyncDir", name, nil); err != nil {
		return err
	}
	return f.under.SyncDir(name)
}

// Flock counts and may break.
func (f *Faulty) Flock(name string) (io.Closer, error) {
	if err := f.step("Flock", name, nil); err != nil {
		return nil, err
	}
	return f.under.Flock(name)
}

// Point counts and may break; see the function of that name.
func (f *Faulty) Point(op, name string) error {
	if !f.breaks(op, name, true) {
		return nil
	}
	return f.fail(op, name, nil)
}
