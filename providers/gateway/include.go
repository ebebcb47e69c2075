package gateway

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/product"
)

const includeKey = "$include"

// includer reads a configuration and the files that it includes, as config/includes of
// clawdbot 2026.1.24-3 and OpenClaw 2026.2.26 does. Its errors name files and places
// and quote nothing.
type includer struct {
	ctx  context.Context
	host *Host
	rule product.Include
	// dir is the directory of the configuration, which included files may be confined to.
	dir   string
	files map[string]*jsondoc.Doc
}

// open parses a file once.
func (c *includer) open(path string) (*jsondoc.Doc, error) {
	if doc := c.files[path]; doc != nil {
		return doc, nil
	}
	var doc *jsondoc.Doc
	_, err := fsys.ReadStable(c.ctx, c.host.FS, path, c.host.Sleep, func(raw []byte) (err error) {
		doc, err = jsondoc.Parse(raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.files[path] = doc
	return doc, nil
}

// resolve gives a value with what it includes. chain are the files that lead to it,
// the one that it is in last.
func (c *includer) resolve(n *jsondoc.Node, chain []string) (*value, error) {
	switch n.Kind() {
	case jsondoc.Array:
		out := &value{array: true, items: make([]*value, 0, n.Len())}
		for item := range n.Items() {
			v, err := c.resolve(item, chain)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, v)
		}
		return out, nil
	case jsondoc.Object:
		return c.resolveObject(n, chain)
	}
	return &value{leaf: n}, nil
}

func (c *includer) resolveObject(n *jsondoc.Node, chain []string) (*value, error) {
	own := newObject()
	for key, m := range n.Members() {
		if key == includeKey {
			continue
		}
		v, err := c.resolve(m, chain)
		if err != nil {
			return nil, err
		}
		own.set(key, v)
	}
	directive := n.Get(includeKey)
	if directive == nil {
		return own, nil
	}
	paths, err := c.paths(directive, chain)
	if err != nil {
		return nil, err
	}
	included := newObject()
	for _, path := range paths {
		doc, err := c.open(path)
		if err != nil {
			return nil, c.failed(directive, chain, "includes a file that cannot be used: "+filepath.Base(path)+": "+reason(err))
		}
		v, err := c.resolve(doc.Root(), append(slices.Clone(chain), path))
		if err != nil {
			return nil, err
		}
		if directive.Kind() == jsondoc.String {
			included = v
		} else {
			included = merge(included, v)
		}
	}
	if len(own.names) == 0 {
		return included, nil
	}
	if !included.isObject() {
		return nil, c.failed(directive, chain, "stands beside other keys, so the included file has to hold an object")
	}
	return merge(included, own), nil
}

// paths gives the files that a directive names, checked as the release checks them.
func (c *includer) paths(directive *jsondoc.Node, chain []string) ([]string, error) {
	var names []string
	switch directive.Kind() {
	case jsondoc.String:
		name, _ := directive.Str()
		names = []string{name}
	case jsondoc.Array:
		for item := range directive.Items() {
			name, ok := item.Str()
			if !ok {
				return nil, c.failed(directive, chain, "has to be a path or a list of paths")
			}
			names = append(names, name)
		}
	default:
		return nil, c.failed(directive, chain, "has to be a path or a list of paths")
	}
	out := make([]string, 0, len(names))
	for _, name := range names {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(chain[len(chain)-1]), name)
		}
		path, err := c.host.FS.EvalSymlinks(filepath.Clean(name))
		if err != nil {
			return nil, c.failed(directive, chain, "includes a file that cannot be used: "+reason(err))
		}
		if problem := c.refuse(path, chain); problem != "" {
			return nil, c.failed(directive, chain, problem)
		}
		out = append(out, path)
	}
	return out, nil
}

// refuse says why the release does not include a file, "" if it does.
func (c *includer) refuse(path string, chain []string) string {
	switch {
	case slices.Contains(chain, path):
		return "goes round in a circle"
	case len(chain) > c.rule.Depth:
		return fmt.Sprintf("is nested more than %d files deep", c.rule.Depth)
	case c.rule.Confined && !strings.HasPrefix(path, c.dir+string(filepath.Separator)):
		return "leads out of the directory of the configuration, which this release does not follow"
	}
	info, err := c.host.FS.Stat(path)
	switch {
	case err != nil:
		return "includes a file that cannot be used: " + reason(err)
	case c.rule.MaxBytes > 0 && info.Size() > c.rule.MaxBytes:
		return fmt.Sprintf("includes a file of more than %d bytes, which this release refuses", c.rule.MaxBytes)
	case c.rule.Confined && fsys.Links(info) > 1:
		return "includes a file with several names (hard links), which this release refuses"
	}
	return ""
}

func (c *includer) failed(at *jsondoc.Node, chain []string, problem string) error {
	line, column := at.Pos()
	return fmt.Errorf("%s, line %d, column %d: $include %s", filepath.Base(chain[len(chain)-1]), line, column, problem)
}

// part is one file's share of an object.
type part struct {
	file string
	// path is where the share is in the file.
	path []string
	node *jsondoc.Node
}

// parts finds the files that an object at the path want below n is put together from.
// resolve has succeeded before, so nothing here can fail.
func (c *includer) parts(n *jsondoc.Node, at, want, chain []string) []part {
	var out []part
	if directive := n.Get(includeKey); directive != nil {
		paths, err := c.paths(directive, chain)
		if err != nil {
			return nil
		}
		for _, path := range paths {
			if doc := c.files[path]; doc != nil {
				out = append(out, c.parts(doc.Root(), nil, want, append(slices.Clone(chain), path))...)
			}
		}
	}
	if len(want) == 0 {
		if n.Get(includeKey) == nil || n.Len() > 1 {
			out = append(out, part{chain[len(chain)-1], at, n})
		}
		return out
	}
	if child := n.Get(want[0]); child != nil {
		out = append(out, c.parts(child, append(slices.Clone(at), want[0]), want[1:], chain)...)
	}
	return out
}

// includes reports whether an $include is anywhere in n.
func includes(n *jsondoc.Node) bool {
	for key, m := range n.Members() {
		if key == includeKey || includes(m) {
			return true
		}
	}
	for item := range n.Items() {
		if includes(item) {
			return true
		}
	}
	return false
}
