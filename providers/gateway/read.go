package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/envfile"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// Read reads every declared gateway, in order. key is the key of the plan's
// fingerprints, 32 bytes. A gateway that cannot be read is told in the diagnostics and missing
// from the snapshot. The end of ctx ends reading, as an error among the diagnostics.
func Read(ctx context.Context, host Host, specs []schema.Gateway, key []byte) (plan.Snapshot, diag.Diagnostics) {
	out := plan.Snapshot{FormatVersion: plan.FormatVersion}
	var diags diag.Diagnostics
	taken := map[string]string{}
	readers := make([]*reader, len(specs))
	done := make([]bool, len(specs))
	for i, spec := range specs {
		readers[i] = &reader{host: &host, spec: spec, all: specs, key: key}
		done[i] = readers[i].read(ctx, taken)
	}
	for i, r := range readers {
		if done[i] {
			r.remarkPredecessors(taken)
			out.Gateways = append(out.Gateways, r.out)
		}
		diags = append(diags, r.diags...)
	}
	return out, diags
}

// read reads one gateway. taken has the gateways read so far by their directories
// and files.
func (r *reader) read(ctx context.Context, taken map[string]string) bool {
	p := product.Find(r.spec.Product)
	if p == nil {
		r.errorf("KF0301", "Product that is not supported", r.spec.Attrs["product"], "%q: no such product is known. Supported are %s.", r.spec.Product, supportedProducts())
		return false
	}
	r.place.product = p
	if !r.locate() || !r.claim(taken, r.place.stateDir) || !r.ownDir() || !r.alone(ctx) {
		return false
	}
	r.foresee()
	// The configuration may say which release wrote it, so it is read with the widest
	// rules first, and with those of the release when that is known.
	widest := product.Include{Depth: 10}
	config, ok := r.readConfig(ctx, widest)
	if !ok {
		return false
	}
	row, ok := r.release(config.lastTouched())
	if !ok || !r.settleNames() {
		return false
	}
	if row.Include != widest && config.includes {
		if config, ok = r.readConfig(ctx, row.Include); !ok {
			return false
		}
	}
	ledger, hostKey, ok := r.readLedger()
	if !ok {
		return false
	}
	r.describe(row)
	r.out.Config = config.snapshot(r, r.out.Rules)
	r.readStoredRefs()
	if !r.readStores(ctx, config, ledger, hostKey) || !r.readEnv(ctx, row, ledger, hostKey) || !r.settle(ctx, ledger, hostKey) {
		return false
	}
	r.findCommands()
	r.readImports(ctx, row)
	if f, err := formOf(r.out.Rules); err == nil {
		r.readSources(ctx, f)
	}
	r.remarkConfig()
	return r.claimFiles(taken)
}

func supportedProducts() string {
	var names []string
	for _, p := range product.Products() {
		names = append(names, fmt.Sprintf("%s (%s)", p.Name, p.Supported()))
	}
	return strings.Join(names, "; ")
}

// describe fills in what is known once place and release are.
func (r *reader) describe(row *product.Release) {
	r.out.Name, r.out.Product = r.spec.Name, r.place.product.Name
	r.out.StateDir, r.out.ConfigPath, r.out.Home = r.place.stateDir, r.place.configPath, r.place.home
	r.out.Rules = row.Rules()
	if f, err := formOf(r.out.Rules); err == nil {
		r.out.Rules.Commands = f.sql && r.spec.Writer == schema.WriterGateway
	}
	r.out.Rules.Login, r.out.Rules.Logins = r.place.product.LoginCommands(r.spec.Instance)
	if r.place.unit != nil {
		r.out.Unit = r.place.unit.name
	} else {
		r.out.Unit = r.agentLabel()
	}
	if in := r.place.live; in != nil {
		r.out.Running, r.out.PID = true, in.pid
		r.out.Untold = r.host.exists(filepath.Join(DataDir(*r.host, r.place.stateDir), UntoldFile))
	}
}

// agentLabel is the launchd label of the gateway where its property list is installed,
// else "". Its contents are not read: what it sets is not known on macOS.
func (r *reader) agentLabel() string {
	label := r.place.product.Launchd + ".gateway"
	if r.spec.Instance != "" {
		label = r.place.product.Launchd + "." + r.spec.Instance
	}
	if !r.host.exists(filepath.Join(r.place.home, "Library", "LaunchAgents", label+".plist")) {
		return ""
	}
	return label
}

// label is a path as a user of this gateway knows it: relative to the state directory.
func (r *reader) label(path string) string {
	if rel, ok := strings.CutPrefix(path, r.place.stateDir+string(filepath.Separator)); ok {
		return filepath.ToSlash(rel)
	}
	return r.show(path)
}

// readEnv reads the .env file and finds the variables that come from elsewhere.
func (r *reader) readEnv(ctx context.Context, row *product.Release, ledger plan.Ledger, hostKey []byte) bool {
	spelled := filepath.Join(r.envDir(), envName)
	path, err := r.host.real(spelled)
	f := envfile.Parse(nil)
	if err == nil {
		r.out.Env = plan.EnvSnapshot{Path: path, Label: r.label(spelled)}
		var raw []byte
		raw, err = fsys.ReadStable(ctx, r.host.FS, path, r.host.Sleep, func([]byte) error { return nil })
		if err == nil {
			f = envfile.Parse(raw)
			r.out.Env.Exists, r.out.Env.Vars = true, readVars(f, r.spec.Name, r.key)
			r.applyVars(f, ledger, hostKey)
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		r.errorf("KF0421", "Environment file that cannot be read", diag.Range{}, "%s: %s.", r.show(spelled), reason(err))
		return false
	}
	r.readElsewhere(row, f)
	return true
}

// applyVars marks the variables that are as keyform wrote them last.
func (r *reader) applyVars(f *envfile.File, ledger plan.Ledger, hostKey []byte) {
	written := ledger.Written()[string(plan.EnvStore)]
	if len(written) == 0 || hostKey == nil {
		return
	}
	images := (&plan.EnvSnapshot{Vars: readVars(f, r.spec.Name, hostKey)}).Items()
	for i := range r.out.Env.Vars {
		v := &r.out.Env.Vars[i]
		item := "variable " + v.Name
		v.Applied = written[item] != "" && written[item] == images[item]
	}
}

// settle decides what a killed run has left pending in the ledger, by the stores.
func (r *reader) settle(ctx context.Context, ledger plan.Ledger, hostKey []byte) bool {
	r.out.Ledger = ledger
	if !ledger.HasPending() || hostKey == nil {
		return true
	}
	refs := map[string]plan.StoreRef{
		string(plan.EnvStore):    {Kind: plan.EnvStore, Path: r.out.Env.Path},
		string(plan.ConfigStore): {Kind: plan.ConfigStore, Path: r.out.Config.Path, AuthPath: r.out.Config.AuthPath},
	}
	for i := range r.out.Sources {
		ref := plan.StoreRef{Kind: plan.LegacyStore, Path: r.out.Sources[i].Path, Label: r.out.Sources[i].Label}
		refs[ref.Key()] = ref
	}
	for _, s := range r.out.Stores {
		ref := s.Ref()
		refs[ref.Key()] = ref
	}
	known := map[string]plan.Items{}
	r.out.Ledger = ledger.Settle(func(label, store string) (plan.Items, bool) {
		items, read := known[store]
		if !read {
			if ref, ok := refs[store]; ok {
				items = r.itemsOf(ctx, ref, label, hostKey)
			}
			known[store] = items
		}
		return items, items != nil
	})
	return true
}

// itemsOf reads a store again under the host's key; nil where it cannot be read.
func (r *reader) itemsOf(ctx context.Context, ref plan.StoreRef, label string, hostKey []byte) plan.Items {
	doc, err := ReadDocument(ctx, *r.host, ref, r.out.Rules)
	if err != nil {
		return nil
	}
	return doc.Items(label, hostKey)
}
