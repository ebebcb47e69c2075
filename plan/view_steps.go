package plan

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// writeSteps tells what only a person can do.
func writeSteps(b *strings.Builder, g *GatewayView, s Style) {
	if len(g.Steps) == 0 {
		return
	}
	b.WriteString("\n  " + s.paint("1", "For you to do") + "\n")
	width := 0
	for _, step := range g.Steps {
		width = max(width, min(utf8.RuneCountInString(step.Name), nameWidth))
	}
	for _, step := range g.Steps {
		column := 4 + 2 + max(width, utf8.RuneCountInString(step.Name)) + 3
		b.WriteString("    " + s.paint("33", "!") + " " + pad(step.Name, width) + "   ")
		b.WriteString(strings.TrimLeft(indent(step.What+"\nlog in: "+step.Command, column), " "))
	}
}

// stepsText counts what is left for a person, "" for nothing.
func (v *View) stepsText() string {
	n := 0
	for i := range v.Gateways {
		n += len(v.Gateways[i].Steps)
	}
	if n == 0 {
		return ""
	}
	return map[bool]string{true: "1 thing is", false: fmt.Sprintf("%d things are", n)}[n == 1] + " for you to do: see above."
}
