package gateway

import (
	"path/filepath"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/schema"
)

// Discover gives the gateways that are where their products live by default, as if
// each were declared without arguments. A link that a product left behind when it took
// over a predecessor's directory is no gateway of its own.
func Discover(host Host) []schema.Gateway {
	var out []schema.Gateway
	for _, p := range product.Products() {
		dir := filepath.Join(host.Home, p.StateDir)
		if !host.exists(dir) {
			continue
		}
		if real, err := host.real(dir); err == nil {
			if owner := product.OwnerOf(filepath.Base(real)); owner != nil && owner.Name != p.Name {
				continue
			}
		}
		out = append(out, schema.Gateway{Name: p.Name, Product: p.Name, Migrate: true, Reload: schema.Reload{Mode: "live"}})
	}
	return out
}
