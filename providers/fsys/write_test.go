//go:build unix

package fsys

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteAtomicReplacesAndTightensTheMode(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "auth-profiles.json")
	put(t, name, "old")
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomic(OS{}, name, []byte("new"), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := content(t, name); got != "new" {
		t.Errorf("content %q", got)
	}
	if got := mode(t, name); got != 0o600 {
		t.Errorf("mode %v, want 0600", got)
	}
	if diff := cmp.Diff([]string{"auth-profiles.json"}, names(t, dir)); diff != "" {
		t.Errorf("directory (-want +got):\n%s", diff)
	}
}

func TestWriteAtomicKeepsASymbolicLinkAndReplacesItsTarget(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "dotfiles", "openclaw.json")
	if err := os.Mkdir(filepath.Dir(target), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, target, "old")
	link := filepath.Join(dir, "openclaw.json")
	if err := os.Symlink(filepath.Join("dotfiles", "openclaw.json"), link); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomic(OS{}, link, []byte("new"), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.Readlink(link); err != nil || got != filepath.Join("dotfiles", "openclaw.json") {
		t.Errorf("link %q, %v", got, err)
	}
	if got := content(t, target); got != "new" {
		t.Errorf("target %q", got)
	}
}

func TestWriteAtomicKeepsTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	name := filepath.Join(t.TempDir(), "f")
	put(t, name, "old")
	if err := os.Chown(name, 12345, 12346); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomic(OS{}, name, []byte("new"), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if uid, gid := owner(t, name); uid != 12345 || gid != 12346 {
		t.Errorf("belongs to %d:%d, want 12345:12346", uid, gid)
	}
	refused := &denyChown{FS: OS{}}
	err := WriteAtomic(refused, name, []byte("newer"), WriteOptions{})
	var owner *OwnerError
	if !errors.As(err, &owner) || owner.UID != 12345 {
		t.Fatalf("error %v, want an OwnerError", err)
	}
	if got := content(t, name); got != "new" {
		t.Errorf("content %q after a refused chown", got)
	}
}

type denyChown struct{ FS }

func (denyChown) Chown(string, int, int) error { return syscall.EPERM }

func TestWriteAtomicRefusals(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, path string)
		says    string
	}{
		{"a link to nowhere", func(t *testing.T, path string) {
			if err := os.Symlink("gone", path); err != nil {
				t.Fatal(err)
			}
		}, "remove the link"},
		{"a directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "not a regular file"},
		{"a second name", func(t *testing.T, path string) {
			put(t, path, "old")
			if err := os.Link(path, path+".other"); err != nil {
				t.Fatal(err)
			}
		}, "2 names (hard links)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "store")
			test.prepare(t, path)
			before := names(t, dir)
			err := WriteAtomic(OS{}, path, []byte("new"), WriteOptions{})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("error %v, want one that says %q", err, test.says)
			}
			if diff := cmp.Diff(before, names(t, dir)); diff != "" {
				t.Errorf("directory (-before +after):\n%s", diff)
			}
		})
	}
}

func TestWriteAtomicAsksBeforeRenamingWithTheNewContentOnDisk(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "store")
	put(t, name, "old")
	stop := errors.New("the lock is lost")
	var seen []string
	err := WriteAtomic(OS{}, name, []byte("new"), WriteOptions{
		Rand: bytes.NewReader([]byte{1, 2, 3, 4, 5, 6, 7, 8}),
		Before: func() error {
			seen = names(t, dir)
			return stop
		},
	})
	if !errors.Is(err, stop) {
		t.Fatalf("error %v, want that of the check", err)
	}
	want := []string{".store.keyform-0102030405060708.tmp", "store"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("during the check (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"store"}, names(t, dir)); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	if got := content(t, name); got != "old" {
		t.Errorf("content %q", got)
	}
}

func TestWriteAtomicSyncsTheFileBeforeAndTheDirectoryAfterTheRename(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store")
	put(t, name, "old")
	f := NewFaulty(OS{}, Fault{})
	if err := WriteAtomic(f, name, []byte("new"), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	var ops []string
	for _, op := range f.Ops() {
		verb, _, _ := strings.Cut(op, " ")
		ops = append(ops, verb)
	}
	want := []string{"EvalSymlinks", "Lstat", "Create", "Lstat", "Write", "Sync", "Close", "Rename", "SyncDir"}
	if diff := cmp.Diff(want, ops); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

func TestCleanTempsRemovesOnlyOursOfThatFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		".store.keyform-0102030405060708.tmp", ".store.keyform-ffffffffffffffff.tmp",
		".other.keyform-0102030405060708.tmp", ".store.keyform-01.tmp", ".store.keyform-x.tmp", "store.tmp", "store",
	} {
		put(t, filepath.Join(dir, name), "x")
	}
	n, err := CleanTemps(OS{}, filepath.Join(dir, "store"))
	if err != nil || n != 2 {
		t.Errorf("removed %d, %v; want 2", n, err)
	}
	want := []string{".other.keyform-0102030405060708.tmp", ".store.keyform-01.tmp", ".store.keyform-x.tmp", "store", "store.tmp"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("directory (-want +got):\n%s", diff)
	}
	if n, err := CleanTemps(OS{}, filepath.Join(dir, "gone", "store")); n != 0 || err != nil {
		t.Errorf("a missing directory: %d, %v", n, err)
	}
}

func TestWriteErrorsSayWhatHappenedAndWhatToDo(t *testing.T) {
	tests := []struct {
		err  error
		says string
	}{
		{syscall.ENOSPC, "free some space"},
		{syscall.EROFS, "mounted read-only"},
		{syscall.EACCES, "run as the user that owns the directory"},
	}
	for _, test := range tests {
		name := filepath.Join(t.TempDir(), "store")
		f := NewFaulty(OS{}, Fault{At: 4, Err: test.err})
		err := WriteAtomic(f, name, []byte("new"), WriteOptions{})
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "as it was") {
			t.Errorf("%v: message %q", test.err, err)
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}
