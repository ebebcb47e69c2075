package gateway

import (
	"context"
	"time"

	"github.com/keyform/keyform/plan"
)

// Runner runs one of a gateway's own commands to its end; [Run] is the real one.
type Runner func(ctx context.Context, g *plan.GatewayPlan, c Command) error

// Limited is a Container that cannot hold every content.
type Limited interface {
	// Fits says what it is about now that cannot take the place of was, nil if it can. The
	// error says nothing about a value.
	Fits(was, now Content) error
}

// commanded is the container of a store that only the gateway's own commands change. They
// take the locks, one command at a time; what they do is not one change but several.
type commanded struct {
	*database
	gateway *plan.GatewayPlan
	agent   string
	run     Runner
}

// OpenCommanded gives the container of a store that the gateway's own commands write. run
// may be nil where nothing is written.
func OpenCommanded(host Host, g *plan.GatewayPlan, ref plan.StoreRef, run Runner) Container {
	return &commanded{openDatabase(host, ref, g.Rules), g, ref.Agent, run}
}

// Fits checks what the commands would have to do.
func (c *commanded) Fits(was, now Content) error {
	_, err := credentialCommands(c.agent, c.gateway.Rules, was, now, c.host.now())
	return err
}

// Hold takes no lock: each command takes those it needs.
func (c *commanded) Hold(ctx context.Context, o HoldOptions, f func(Held) error) error {
	if err := o.Announce(nil); err != nil {
		return &LockError{Err: err}
	}
	return f(&commandedHeld{c, ctx, o.Now})
}

// commandedHeld is such a store while it is being written.
type commandedHeld struct {
	*commanded
	// ctx ends the work between two commands; one that has begun is let end.
	ctx context.Context
	at  func() time.Time
}

// Swap runs the commands that make now of was. They keep what they know of an entry and no
// more, and date an expiry by their own clock: the caller reads what has become of it.
func (h *commandedHeld) Swap(was, now Content) (placed bool, err error) {
	if h.run == nil {
		return false, errNoCommands
	}
	if is, err := h.content(); err != nil || !is.Equal(was) {
		return false, moved(err)
	}
	todo, err := credentialCommands(h.agent, h.gateway.Rules, was, now, h.at())
	if err != nil {
		return false, err
	}
	if placed, err = h.do(was, todo, false); err != nil {
		return placed, err
	}
	// A deletion takes the profile out of the orders by itself.
	is, err := h.content()
	if err != nil {
		return placed, err
	}
	if todo, err = orderCommands(h.agent, h.gateway.Rules, is, now); err != nil {
		return placed, err
	}
	return h.do(was, todo, placed)
}

func moved(err error) error {
	if err == nil {
		err = ErrMoved
	}
	return err
}

// do runs commands. One that fails may have done its work all the same.
func (h *commandedHeld) do(was Content, todo []Command, placed bool) (bool, error) {
	for _, c := range todo {
		if err := h.ctx.Err(); err != nil {
			return placed, err
		}
		err := h.run(context.WithoutCancel(h.ctx), h.gateway, c)
		if err == nil {
			placed = true
			continue
		}
		if is, readErr := h.content(); readErr == nil && !is.Equal(was) {
			placed = true
		}
		return placed, err
	}
	return placed, nil
}

// content is what the store holds.
func (h *commandedHeld) content() (Content, error) {
	return h.commanded.Read(context.WithoutCancel(h.ctx), func(Content) error { return nil })
}
