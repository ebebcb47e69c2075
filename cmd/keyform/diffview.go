package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

// writeDiff shows the masked unified diff of every file that the plan writes.
func (a *app) writeDiff(ctx context.Context, w io.Writer, p *plan.Plan) error {
	color := a.useColor(w)
	for i := range p.Gateways {
		g := &p.Gateways[i]
		for j := range g.Writes {
			sw := &g.Writes[j]
			name := plan.ShowPath(sw.Store.Path, g.Home)
			content, err := gateway.ReadContent(ctx, a.host(nil), sw.Store, g.Rules)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			before, after, err := gateway.Preview(sw, g.Rules, content)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			old := name
			if content.Missing() {
				old = "/dev/null"
			}
			text := plan.UnifiedDiff(old, name, before, after)
			if _, err := io.WriteString(w, paintDiff(text, color)); err != nil {
				return err
			}
		}
	}
	if p.HasChanges() {
		_, err := io.WriteString(w, "\n")
		return err
	}
	return nil
}

func paintDiff(text string, color bool) string {
	if !color {
		return text
	}
	codes := map[byte]string{'+': "32", '-': "31", '@': "36"}
	var b strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		body, end, _ := strings.Cut(line, "\n")
		if code := ""; body != "" {
			if code = codes[body[0]]; code != "" {
				body = "\x1b[" + code + "m" + body + "\x1b[0m"
			}
		}
		b.WriteString(body)
		if strings.HasSuffix(line, "\n") {
			b.WriteString("\n" + end)
		}
	}
	return b.String()
}
