package fsys_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/providers/fsys"
)

func TestRemoveTree(t *testing.T) {
	dir := t.TempDir()
	kept, gone := filepath.Join(dir, "kept"), filepath.Join(dir, "gone")
	for _, d := range []string{kept, filepath.Join(gone, "sub")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "file"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(kept, filepath.Join(gone, "link")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is gone needs no removing
		if err := fsys.RemoveTree(fsys.OS{}, gone); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(kept, gone); err != nil {
		t.Fatal(err)
	}
	if err := fsys.RemoveTree(fsys.OS{}, gone); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(gone); !os.IsNotExist(err) {
		t.Errorf("the directory is there: %v", err)
	}
	if _, err := os.ReadFile(filepath.Join(kept, "file")); err != nil {
		t.Errorf("a link was followed: %v", err)
	}
}
