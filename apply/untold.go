package apply

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
)

// owe records, before stores are written that the gateway has to be told of, that it
// does not know of them. The record goes when it has been told, so that the run after
// one that was killed, interrupted or refused by the gateway tells it again, although
// the stores are as planned by then and the plan is empty.
func (g *gatewayRun) owe(stores []*storeRun) error {
	if g.untold || !g.tells(stores) {
		return nil
	}
	b, err := json.Marshal(map[string]string{"run": g.deps.RunID})
	if err != nil {
		return err
	}
	if err := g.dir.write(untoldName, append(b, '\n')); err != nil {
		return err
	}
	g.untold = true
	return nil
}

// told removes the record of owe. A record that stays makes the next run tell the
// gateway once more, which does no harm.
func (g *gatewayRun) told() {
	if !g.untold {
		return
	}
	g.untold = false
	if err := g.deps.fs().Remove(g.dir.file(untoldName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.note("the next run will tell the gateway once more: " + err.Error())
	}
}

// retell tells the gateway of what an earlier run has written.
func (g *gatewayRun) retell(ctx context.Context) error {
	if !g.untold {
		return nil
	}
	_, err := g.tell(ctx, nil)
	return err
}

// untold reports whether an earlier run left the record of owe.
func (dir dataDir) untold() (bool, error) {
	b, err := dir.read(untoldName)
	return b != nil && dir.d.Reload != nil, err
}
