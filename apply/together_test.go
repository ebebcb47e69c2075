package apply

import (
	"errors"
	"io/fs"
	"testing"
)

func TestTogether(t *testing.T) {
	locked := &LockedError{What: "the store"}
	if err := together(nil, nil); err != nil {
		t.Errorf("of nothing came %v", err)
	}
	if err := together(nil, locked); err != error(locked) {
		t.Errorf("a single error became %T", err)
	}
	err := together(fs.ErrPermission, nil, locked)
	var found *LockedError
	if !errors.Is(err, fs.ErrPermission) || !errors.As(err, &found) {
		t.Errorf("not both are found in %v", err)
	}
	if want := fs.ErrPermission.Error() + "; then " + locked.Error(); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
