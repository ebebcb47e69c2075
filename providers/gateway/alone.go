package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// A gateway that restarts itself may for a moment be two processes.
const (
	aloneTries = 4
	alonePause = time.Second
)

// alone reports whether at most one gateway works in the state directory, and nothing
// that rebuilds its databases. Otherwise it tells, and nothing must be written there: of
// two gateways each writes what it knows over what the other, or keyform, wrote.
func (r *reader) alone(ctx context.Context) bool {
	for try := 1; ; try++ {
		rivals, doctor := r.rivals()
		switch {
		case len(rivals) < 2 && doctor == nil:
			return true
		case try < aloneTries && r.pause(ctx) == nil:
			r.lookAgain()
			continue
		case doctor != nil:
			r.errorf("KF0318", "State directory under repair", r.spec.Attrs["state_dir"],
				"%s doctor (pid %d) works on the databases in %s. Try again when it has ended.", r.place.product.Bins[0], doctor.pid, r.show(r.place.stateDir))
		default:
			r.errorf("KF0317", "Two gateways in one state directory", r.spec.Attrs["state_dir"],
				"%s and %s both work in %s. Each of them would write what it read there once over what keyform writes. Stop one of them, or give it a state directory of its own.",
				r.named(rivals[0]), r.named(rivals[1]), r.show(r.place.stateDir))
		}
		return false
	}
}

func (r *reader) pause(ctx context.Context) error {
	sleep := r.host.Sleep
	if sleep == nil {
		sleep = fsys.Pause
	}
	return sleep(ctx, alonePause)
}

// named is a process in a message.
func (r *reader) named(in instance) string {
	if in.configPath == "" {
		return fmt.Sprintf("pid %d", in.pid)
	}
	return fmt.Sprintf("pid %d (%s)", in.pid, r.show(in.configPath))
}

// rivals are the gateways that work in the state directory, and the doctor that does. A
// process and its descendants are one gateway.
func (r *reader) rivals() (gateways []instance, doctor *instance) {
	for _, in := range r.processes() {
		switch {
		case !r.worksIn(&in):
		case in.role == roleDoctor:
			doctor = &in
		case in.role == "":
			gateways = append(gateways, in)
		}
	}
	if r.host.Proc == nil {
		return gateways, doctor
	}
	var apart []instance
	for i, in := range gateways {
		under := false
		for j, other := range gateways {
			under = under || i != j && r.host.Proc.descends(in.pid, other.pid)
		}
		if !under {
			apart = append(apart, in)
		}
	}
	return apart, doctor
}
