package lock

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"time"
)

func (o Options) withRandom() (Options, error) {
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	if o.Token == "" {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return o, fmt.Errorf("lock: random name: %w", err)
		}
		o.Token = hex.EncodeToString(b[:])
	}
	return o, nil
}

const (
	firstPause = 10 * time.Millisecond
	lastPause  = 400 * time.Millisecond
)

// pause gives how long to wait after the try-th attempt: from 10 ms doubling to
// 400 ms, and up to as much again at random. The gateways wait 100 ms to 10 s; they
// hold a lock for milliseconds only, and a person waits for us.
func (o Options) pause(try int) time.Duration {
	d := lastPause
	if try < 6 {
		d = min(d, firstPause<<try)
	}
	return d + time.Duration(o.Jitter()*float64(d))
}
