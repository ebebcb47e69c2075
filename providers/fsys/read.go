package fsys

import (
	"context"
	"errors"
	"time"
)

// errChanging is the reason to read again when the size moved under the reader.
var errChanging = errors.New("the file kept changing while it was read")

// ReadStable reads path until parse accepts the content and the file has the size
// that was read. Gateways before OpenClaw 2026.3.28 write their stores by truncating
// and filling them, so a reader can meet an empty or half a file; it is whole again
// within milliseconds. There are 8 tries over about 500 ms; after them the last
// error of parse is returned, as it is.
//
// An error of reading itself, a missing file among them, ends it at once. sleep
// pauses, or gives an error when ctx ends; nil is a real pause. parse may be called
// several times.
func ReadStable(ctx context.Context, f FS, path string, sleep Sleep, parse func([]byte) error) ([]byte, error) {
	if sleep == nil {
		sleep = Pause
	}
	pauses := [...]time.Duration{10, 20, 40, 80, 100, 125, 125} // milliseconds
	for try := 0; ; try++ {
		data, err := f.ReadFile(path)
		if err != nil {
			return nil, err
		}
		parseErr := parse(data)
		if parseErr == nil {
			info, err := f.Stat(path)
			if err != nil {
				return nil, err
			}
			if info.Size() == int64(len(data)) {
				return data, nil
			}
			parseErr = errChanging
		}
		if try == len(pauses) {
			return nil, parseErr
		}
		if err := sleep(ctx, pauses[try]*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// Sleep pauses for d, or returns the error of ctx when that ends first.
type Sleep func(ctx context.Context, d time.Duration) error

// Pause is the Sleep of the real clock.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
