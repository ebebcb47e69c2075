package gateway

import (
	"context"
	"errors"
	"fmt"
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
// configuration before the environment (OpenClaw 2026.2.26; its own client asks the
// other way round). Errors hold no secret.
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
	e := endpoint{reader: r, gateway: config.merged.get("gateway"), dotenv: envfile.Parse(nil)}
	if raw, err := host.FS.ReadFile(filepath.Join(r.envDir(), envName)); err == nil {
		e.dotenv = envfile.Parse(raw)
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
	gateway *value
	dotenv  *envfile.File
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
		if v, _ := e.dotenv.Lookup(name); strings.TrimSpace(v) != "" {
			return strings.TrimSpace(v)
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
	token, password := e.secret("token", p.TokenEnv), e.secret("password", p.PasswordEnv)
	switch mode := e.gateway.get("auth", "mode").str(); {
	case mode == "none":
		raw, err := e.host.FS.ReadFile(filepath.Join(e.place.stateDir, "identity", "device.json"))
		if errors.Is(err, fs.ErrNotExist) {
			return ep, nil
		}
		if err != nil {
			return ep, err
		}
		ep.Device, err = reload.ParseDevice(raw)
		return ep, err
	case mode == "password", mode == "" && !password.IsZero():
		ep.Password = password
	default:
		ep.Token = token
	}
	return ep, nil
}

// port is the one that the gateway listens on, unless it was started with --port.
func (e *endpoint) port() int {
	p := e.place.product
	if n, err := strconv.Atoi(e.env(p.PortEnv...)); err == nil && n > 0 {
		return n
	}
	if v := e.gateway.get("port"); v != nil {
		if n, ok := v.leaf.Number(); ok && n > 0 && n < 1<<16 {
			return int(n)
		}
	}
	return p.Port
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

// secret is what the gateway itself takes for its token or password.
func (e *endpoint) secret(key string, variables []string) secret.Value {
	if text := e.gateway.get("auth", key).str(); text != "" {
		return secret.FromString(e.substitute(text))
	}
	return secret.FromString(e.env(variables...))
}

var substitution = regexp.MustCompile(`\$?\$\{[A-Z_][A-Z0-9_]*\}`)

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
