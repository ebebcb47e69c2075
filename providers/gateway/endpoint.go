package gateway

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/envfile"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// RPCEndpoint finds where, and with which secret, the RPC of a running gateway of a
// plan is called: port, token and password as the server takes them, which is the
// configuration before the environment (OpenClaw 2026.2.26 to 2026.9.6; its own client
// asks the other way round). Errors hold no secret.
func RPCEndpoint(ctx context.Context, host Host, g *plan.GatewayPlan) (reload.Endpoint, error) {
	var none reload.Endpoint
	r, err := planned(&host, g)
	if err != nil {
		return none, err
	}
	row, err := r.place.product.At(g.Release)
	if err != nil {
		return none, err
	}
	config, ok := r.readConfig(ctx, row.Include)
	if !ok {
		return none, errors.New(r.diags[len(r.diags)-1].Detail)
	}
	r.place.live = r.current()
	e := endpoint{reader: r, row: row, gateway: config.merged.get("gateway")}
	for _, file := range []string{filepath.Join(r.envDir(), envName), r.gatewayEnv(row)} {
		if raw, err := host.FS.ReadFile(file); file != "" && err == nil {
			e.files = append(e.files, envfile.Parse(raw))
		}
	}
	return e.resolve()
}

// Running tells whether a live gateway uses the place of a plan's gateway now, and
// its process.
func Running(host Host, g *plan.GatewayPlan) (pid int, running bool, err error) {
	r, err := planned(&host, g)
	if err != nil {
		return 0, false, err
	}
	if in := r.current(); in != nil {
		return in.pid, true, nil
	}
	return 0, false, nil
}

// planned is a reader of a gateway that was read before.
func planned(host *Host, g *plan.GatewayPlan) (*reader, error) {
	p := product.Find(g.Product)
	if p == nil {
		return nil, fmt.Errorf("no product %q is known", g.Product)
	}
	r := &reader{host: host}
	r.spec.Name = g.Name
	r.place = place{product: p.In(g.StateDir, g.ConfigPath), home: g.Home, stateDir: g.StateDir, configPath: g.ConfigPath, owner: host.UID}
	if info, err := host.FS.Stat(g.StateDir); err == nil {
		if uid, _, ok := fsys.Owner(info); ok && host.UID >= 0 {
			r.place.owner = uid
		}
	}
	if g.Unit != "" {
		r.place.unit = host.findUnit(g.Unit, g.Home)
	}
	return r, nil
}

// endpoint puts an Endpoint together.
type endpoint struct {
	*reader
	row     *product.Release
	gateway *value
	// files are the environment files, the first one winning.
	files []*envfile.File
}

// env is the first of the variables that is set in the gateway's environment.
func (e *endpoint) env(names ...string) string {
	for _, name := range names {
		if e.place.live != nil {
			if v := strings.TrimSpace(e.place.live.env[name]); v != "" {
				return v
			}
		}
		if v := e.unitEnv(name); v != "" {
			return v
		}
		for _, f := range e.files {
			if v, _ := f.Lookup(name); strings.TrimSpace(v) != "" {
				return strings.TrimSpace(v)
			}
		}
	}
	return ""
}

func (e *endpoint) resolve() (reload.Endpoint, error) {
	p := e.place.product
	ep := reload.Endpoint{}
	tls, _ := e.gateway.get("tls", "enabled").leafBool()
	ep.URL = reload.Loopback(e.port(), tls)
	if tls {
		pin, err := e.pin()
		if err != nil {
			return ep, err
		}
		ep.Pin = pin
	}
	mode := e.gateway.get("auth", "mode").str()
	if mode == "none" {
		device, err := e.device()
		ep.Device = device
		return ep, err
	}
	password, err := e.secret("password", p.PasswordEnv)
	// Beside a proxy that vouches for users, a password is for callers on this host; a
	// token cannot be there (OpenClaw 2026.9.6).
	if mode == "password" || mode == "trusted-proxy" || mode == "" && !password.IsZero() {
		ep.Password = password
		return ep, err
	}
	ep.Token, err = e.secret("token", p.TokenEnv)
	return ep, err
}

// device is the one of the gateway's own command-line client, nil if it has none yet.
func (e *endpoint) device() (*reload.Device, error) {
	raw, err := e.host.FS.ReadFile(filepath.Join(e.place.stateDir, "identity", "device.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return reload.ParseDevice(raw)
}

// port is the one that the gateway listens on: what its lock says, else what it finds
// unless it was started with --port.
func (e *endpoint) port() int {
	if in := e.place.live; in != nil && in.port > 0 {
		return in.port
	}
	p := e.place.product
	if n, err := strconv.Atoi(e.env(e.own(p.PortEnv)...)); err == nil && n > 0 {
		return n
	}
	if v := e.gateway.get("port"); v != nil {
		if n, ok := v.leaf.Number(); ok && n > 0 && n < 1<<16 {
			return int(n)
		}
	}
	if name := e.env(p.ProfileEnv); e.row.PortOfProfile && name != "" && !strings.EqualFold(name, product.DefaultInstance) {
		return profilePort(name)
	}
	return p.Port
}

// own are the variables that the release asks.
func (e *endpoint) own(variables []string) []string {
	if e.row.OwnVariables {
		return variables[:1]
	}
	return variables
}

// profilePort is the default port of an instance: 20000 and the rest of the name's
// FNV-1a hash at the division by 40000 (OpenClaw 2026.8.1 to 2026.9.6).
func profilePort(name string) int {
	hash := fnv.New32a()
	hash.Write([]byte(name)) //nolint:errcheck // it cannot fail
	return 20000 + int(hash.Sum32()%40000)
}

// pin is the fingerprint of the gateway's certificate.
func (e *endpoint) pin() (string, error) {
	path := e.gateway.get("tls", "certPath").str()
	if path == "" {
		path = filepath.Join(e.place.stateDir, "gateway", "tls", "gateway-cert.pem")
	}
	raw, err := e.host.FS.ReadFile(e.host.expand(path, e.place.home))
	if err != nil {
		return "", fmt.Errorf("certificate of the gateway: %w", err)
	}
	return reload.Fingerprint(raw)
}

// secret is what the gateway itself takes for its token or password: a text, or a
// reference, of which only one to a variable can be followed here.
func (e *endpoint) secret(key string, variables []string) (secret.Value, error) {
	v := e.gateway.get("auth", key)
	if source := v.get(sourceKey).str(); source == "env" {
		return secret.FromString(e.env(v.get("id").str())), nil
	} else if source != "" {
		return secret.Value{}, fmt.Errorf("gateway.auth.%s is a reference of source %q, which only the gateway follows; set reload to \"restart\" or to a command", key, source)
	}
	text := v.str()
	if text == "" {
		return secret.FromString(e.env(e.own(variables)...)), nil
	}
	// From 2026.5 on "$NAME" is a reference too. A token of that form, with a variable of
	// that name beside it, is not to be expected in an earlier one.
	if name, ok := strings.CutPrefix(text, "$"); ok && variable.MatchString(name) {
		if value := e.env(name); value != "" {
			return secret.FromString(value), nil
		}
	}
	return secret.FromString(e.substitute(text)), nil
}

var (
	variable     = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	substitution = regexp.MustCompile(`\$?\$\{[A-Z_][A-Z0-9_]*\}`)
)

// substitute is env-substitution of the products: ${NAME}, and $${NAME} for a literal one.
func (e *endpoint) substitute(text string) string {
	return substitution.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "$$") {
			return found[1:]
		}
		return e.env(found[2 : len(found)-1])
	})
}

// leafBool is a boolean's value, and whether the value is one.
func (v *value) leafBool() (value, ok bool) {
	if v == nil {
		return false, false
	}
	return v.leaf.Bool()
}
