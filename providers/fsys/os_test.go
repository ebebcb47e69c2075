//go:build unix

package fsys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestCreateGivesExactlyTheModeWhateverTheUmask(t *testing.T) {
	dir := t.TempDir()
	old := syscall.Umask(0o277)
	defer syscall.Umask(old)
	for _, perm := range []fs.FileMode{0o600, 0o400, 0o644} {
		name := filepath.Join(dir, perm.String())
		f, err := OS{}.Create(name, perm)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); err != nil {
			t.Errorf("a new file of mode %v cannot be written: %v", perm, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got := mode(t, name); got != perm {
			t.Errorf("mode %v, want %v", got, perm)
		}
		if _, err := (OS{}).Create(name, perm); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a second Create: %v, want ErrExist", err)
		}
	}
}

func TestAppendMakesTheFileAndKeepsTheModeOfAnOldOne(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	for i, want := range []string{"a", "aa"} {
		f, err := OS{}.Append(name, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("a")); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got := content(t, name); got != want {
			t.Errorf("content %q, want %q", got, want)
		}
		wantMode := fs.FileMode(0o600)
		if i == 0 {
			if err := (OS{}).Chmod(name, 0o640); err != nil {
				t.Fatal(err)
			}
		} else {
			wantMode = 0o640
		}
		if got := mode(t, name); i == 1 && got != wantMode {
			t.Errorf("mode %v, want %v", got, wantMode)
		}
	}
}

func TestAppendAndFlockRefuseASymbolicLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "elsewhere"), filepath.Join(dir, "journal")
	put(t, target, "kept")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := (OS{}).Append(link, 0o600); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("Append: %v, want ELOOP", err)
	}
	if _, err := (OS{}).Flock(link); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("Flock: %v, want ELOOP", err)
	}
}

func TestFlockIsExclusiveAndEndsWithClose(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	first, err := OS{}.Flock(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := mode(t, name); got != 0o600 {
		t.Errorf("mode %v, want 0600", got)
	}
	if _, err := (OS{}).Flock(name); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock: %v, want ErrLocked", err)
	}
	for range 2 {
		if err := first.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	second, err := OS{}.Flock(name)
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestChtimesSetsTheModificationTime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	put(t, name, "x")
	want := time.Date(2026, 1, 24, 12, 0, 0, int(7*time.Millisecond), time.UTC)
	if err := (OS{}).Chtimes(name, want); err != nil {
		t.Fatal(err)
	}
	info, err := OS{}.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(want) {
		t.Errorf("mtime %v, want %v", info.ModTime(), want)
	}
}

func TestInheritGivesWhatRootMadeToTheOwnerOfTheDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 12345, 12346); err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(dir, ".keyform", "backups")
	if err := MkdirAll(OS{}, deep, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(deep, "ledger.json")
	if err := WriteAtomic(OS{}, file, []byte("{}"), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Dir(deep), deep, file} {
		if uid, gid := owner(t, name); uid != 12345 || gid != 12346 {
			t.Errorf("%s belongs to %d:%d, want 12345:12346", name, uid, gid)
		}
	}
}

func mode(t *testing.T, name string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func owner(t *testing.T, name string) (uid, gid int) {
	t.Helper()
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, gid, _ = Owner(info)
	return uid, gid
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
