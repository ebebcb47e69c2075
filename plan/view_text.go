package plan

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Style says how the text form looks.
type Style struct {
	// Color switches ANSI colours on. Symbols carry the meaning, never colour alone.
	Color bool
	// Verbose names what is left alone as well.
	Verbose bool
}

// The width that text is laid out for, and the widest name that others line up with.
const (
	textWidth = 80
	nameWidth = 28
)

var actionColors = map[Action]string{Create: "32", Update: "33", Migrate: "36", Delete: "31"}

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// WriteText writes the view for people: the summary first, one change a line, the
// reason beside it.
func (v *View) WriteText(w io.Writer, s Style) error {
	var b strings.Builder
	for i := range v.Gateways {
		if i > 0 {
			b.WriteByte('\n')
		}
		v.writeGateway(&b, &v.Gateways[i], s)
	}
	if v.ClaudeCode != nil {
		if len(v.Gateways) > 0 {
			b.WriteByte('\n')
		}
		v.ClaudeCode.write(&b, v.ClaudeCode.Summary, s)
	}
	v.writeFooter(&b, s)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeHeader(b *strings.Builder, g *GatewayView, s Style) {
	b.WriteString(s.paint("1", strings.TrimSpace(g.Product+" "+g.Release)))
	b.WriteString(" at " + ShowPath(g.StateDir, g.home))
	if g.Evidence != "" {
		b.WriteString(" (from " + g.Evidence + ")")
	}
	if g.Running {
		b.WriteString(", gateway running\n")
	} else {
		b.WriteString(", not running\n")
	}
	if g.TreatedAs != "" {
		b.WriteString("newer than what this keyform knows, and treated as " + g.TreatedAs + "\n")
	}
}

func (v *View) writeGateway(b *strings.Builder, g *GatewayView, s Style) {
	writeHeader(b, g, s)
	var mine []ChangeView
	stores := map[string]bool{}
	for _, c := range v.Changes {
		if c.Gateway == g.Name {
			mine = append(mine, c)
			stores[c.Store.Path] = true
		}
	}
	switch {
	case len(mine) > 0:
		fmt.Fprintf(b, "%s in %s\n", count(len(mine), "change"), count(len(stores), "store"))
	case len(v.Gateways) > 1:
		b.WriteString("no changes\n")
	}
	for i := 0; i < len(mine); {
		j := i
		for j < len(mine) && mine[j].Store.Path == mine[i].Store.Path {
			j++
		}
		writeStore(b, mine[i:j], s)
		i = j
	}
	writeSteps(b, g, s)
	writeRest(b, g, s)
}

func writeStore(b *strings.Builder, changes []ChangeView, s Style) {
	title := changes[0].Store.Label
	if changes[0].Store.Kind == AuthStore {
		title = pad(storeTitle(changes[0].Store.Agent), 25) + changes[0].Store.Label
	}
	b.WriteString("\n  " + s.paint("1", title) + "\n")
	width := 0
	for _, c := range changes {
		if n := utf8.RuneCountInString(c.Name); n > width {
			width = min(n, nameWidth)
		}
	}
	for _, c := range changes {
		head := "    " + s.paint(actionColors[c.Symbol], string(c.Symbol)) + " " + pad(c.Name, width) + "   "
		column := 4 + 2 + max(width, utf8.RuneCountInString(c.Name)) + 3
		line := c.Summary
		if c.from != "" {
			if column+utf8.RuneCountInString(line)+2+utf8.RuneCountInString(c.from) > textWidth {
				line += "\n" + c.from
			} else {
				line += "  " + c.from
			}
		}
		if c.Reason != "" {
			if r := "(" + c.Reason + ")"; !strings.Contains(line, "\n") && column+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(r) <= textWidth {
				line += " " + r
			} else {
				line += "\n" + c.Reason
			}
		}
		b.WriteString(head)
		b.WriteString(strings.TrimLeft(indent(line, column), " "))
		for _, warning := range c.Warnings {
			b.WriteString("      " + s.paint("33", "!") + " " + strings.TrimLeft(indent(warning, 8), " "))
		}
	}
}

// writeRest tells what is left alone and what else a reader should know.
func writeRest(b *strings.Builder, g *GatewayView, s Style) {
	if n := len(g.Unmanaged); n > 0 {
		b.WriteByte('\n')
		if !s.Verbose {
			fmt.Fprintf(b, "  %s not managed here and %s (-verbose).\n", countOther(n), map[bool]string{true: "stays as it is", false: "stay as they are"}[n == 1])
		} else {
			b.WriteString("  Not managed here, left as they are:\n")
			for _, a := range g.Unmanaged {
				b.WriteString("    . " + a + "\n")
			}
		}
	}
	if len(g.Notes) > 0 {
		b.WriteByte('\n')
		for _, n := range g.Notes {
			b.WriteString("  " + strings.TrimLeft(indent(n, 2), " "))
		}
	}
}

func (v *View) writeFooter(b *strings.Builder, s Style) {
	b.WriteByte('\n')
	c := v.Counts
	var rest []string
	if v.Errored {
		b.WriteString(s.paint("1", "This plan has errors and cannot be applied.") + "\n")
	}
	if c.Total() == 0 && !v.Errored && v.ClaudeCode != nil && !v.ClaudeCode.AsDeclared {
		b.WriteString(s.paint("1", "No changes") + " that keyform makes. Claude Code is not as declared: see above.\n")
	} else if steps := v.stepsText(); c.Total() == 0 && !v.Errored && steps != "" {
		b.WriteString(s.paint("1", "No changes") + " that keyform makes. " + steps + "\n")
	} else if c.Total() == 0 && !v.Errored {
		b.WriteString(s.paint("1", "No changes.") + " What is live matches the configuration.\n")
	} else if c.Total() > 0 {
		b.WriteString(s.paint("1", "Plan:") + fmt.Sprintf(" %d to add, %d to change, %d to migrate, %d to delete.\n", c.Add, c.Change, c.Migrate, c.Delete))
		rest = append(rest, v.reloadText(), v.stepsText())
	}
	rest = append(v.costText(), rest...)
	if v.Unchecked > 0 {
		rest = append(rest, count(v.Unchecked, "secret")+" not checked: the declared value was not compared with the live one.")
	}
	for _, r := range rest {
		if r != "" {
			b.WriteString(indent(r, 6))
		}
	}
}

func (v *View) costText() []string {
	if len(v.Cost) == 0 {
		return nil
	}
	return []string{"Secrets: " + strings.Join(v.Cost, "; ") + "."}
}

// reloadText says how the gateways learn of the change.
func (v *View) reloadText() string {
	modes := map[string]bool{}
	var waits []string
	restarts := false
	for _, g := range v.Gateways {
		if g.Running {
			modes[g.Reload] = true
		}
		restarts = restarts || g.RestartsItself
		if g.EnvWaits {
			waits = append(waits, ".env")
		}
		if g.ConfigWaits {
			waits = append(waits, "the configuration")
		}
		if g.OrdersWait {
			waits = append(waits, "an order")
		}
	}
	if len(modes) == 0 {
		return ""
	}
	text := "Reload: " + strings.Join(sortedKeys(modes), ", ")
	switch waits = distinct(waits); len(waits) {
	case 0:
	case 1:
		text += "; " + waits[0] + ` waits for a restart (reload = "restart" would do it)`
	default:
		text += "; " + strings.Join(waits, " and ") + ` wait for a restart (reload = "restart" would do it)`
	}
	if restarts {
		text += "; for the configuration the gateway restarts itself"
	}
	return text + "."
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func countOther(n int) string {
	if n == 1 {
		return "1 other profile is"
	}
	return fmt.Sprintf("%d other profiles are", n)
}

func pad(s string, width int) string {
	if n := width - utf8.RuneCountInString(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// indent wraps text to the width, every line of it starting at column.
func indent(text string, column int) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		at := 0
		for _, word := range strings.Split(line, " ") {
			n := utf8.RuneCountInString(word)
			if at > column && at+1+n > textWidth {
				b.WriteByte('\n')
				at = 0
			}
			if at == 0 {
				b.WriteString(strings.Repeat(" ", column))
				at = column
			} else {
				b.WriteByte(' ')
				at++
			}
			b.WriteString(word)
			at += n
		}
		b.WriteByte('\n')
	}
	return b.String()
}
