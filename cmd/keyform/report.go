package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/keyform/keyform/apply"
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/schema/diag"
)

// reportDocument is the JSON form of what an apply did.
type reportDocument struct {
	*apply.Report
	Diagnostics []diag.Entry `json:"diagnostics"`
}

func writeReportJSON(w io.Writer, report *apply.Report, diags []diag.Entry) error {
	if report == nil {
		report = &apply.Report{FormatVersion: apply.FormatVersion, Gateways: []apply.GatewayReport{}}
	}
	if diags == nil {
		diags = []diag.Entry{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(reportDocument{report, diags})
}

var stateWords = map[apply.State]string{
	apply.NotStarted: "not started",
	apply.Failed:     "failed, as it was",
	apply.Partly:     "written in part",
	apply.Written:    "written, not verified",
	apply.Verified:   "written, verified",
}

// writeReport shows what an apply did, a line for each store.
func writeReport(w io.Writer, p *plan.Plan, report *apply.Report) {
	if report == nil || !p.HasChanges() || untouched(report) {
		writeTold(w, report)
		return
	}
	width, applied := 0, 0
	for _, g := range report.Gateways {
		for _, s := range g.Stores {
			width = max(width, len(s.Label), len("gateway"))
			if s.State == apply.Verified || s.State == apply.Written {
				applied += s.Changes
			}
		}
	}
	fmt.Fprintln(w)
	for _, g := range report.Gateways {
		if len(report.Gateways) > 1 && len(g.Stores) > 0 {
			fmt.Fprintf(w, "  gateway %s\n", g.Name)
		}
		if g.Recovered != "" {
			fmt.Fprintf(w, "  cleared up after run %s, which was killed\n", g.Recovered)
		}
		for _, s := range g.Stores {
			fmt.Fprintf(w, "  %-*s  %-10s  %s", width, s.Label, countOf(s.Changes, "change"), stateWords[s.State])
			if s.State != apply.NotStarted {
				fmt.Fprintf(w, "  %d ms", s.Milliseconds)
			}
			if s.Provisioned > 0 {
				fmt.Fprintf(w, ", after %d ms in which the gateway made it", s.Provisioned)
			}
			if s.Rewritten > 0 {
				fmt.Fprintf(w, " (written again %s: the gateway had put old values back)", countOf(s.Rewritten, "time"))
			}
			fmt.Fprintln(w)
		}
		if r := g.Reload; r != nil {
			fmt.Fprintf(w, "  %-*s  %-10s  %s: %s  %d ms\n", width, "gateway", r.How, r.What, reloadWords[r.State], r.Milliseconds)
		}
		writeNotes(w, g)
	}
	fmt.Fprintf(w, "\nApplied %s as run %s.\n", countOf(applied, "change"), report.Run)
}

// writeTold shows what gateways were told without a store being written.
func writeTold(w io.Writer, report *apply.Report) {
	if report == nil {
		return
	}
	for _, g := range report.Gateways {
		if r := g.Reload; r != nil {
			fmt.Fprintf(w, "\n  gateway %s  %s  %s: %s  %d ms\n", g.Name, r.How, r.What, reloadWords[r.State], r.Milliseconds)
			writeNotes(w, g)
		}
	}
}

func writeNotes(w io.Writer, g apply.GatewayReport) {
	for _, n := range g.Notes {
		fmt.Fprintf(w, "  %s\n", n)
	}
}

// untouched tells that a run was refused before it began with any store.
func untouched(report *apply.Report) bool {
	for _, g := range report.Gateways {
		for _, s := range g.Stores {
			if s.State != apply.NotStarted {
				return false
			}
		}
	}
	return true
}

var reloadWords = map[string]string{"done": "told", "failed": "failed", "not_running": "not running any more"}

func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// progress tells of waiting while it happens: a lock that is held, a vault that is
// asked. Everything quick is left to the report.
type progress struct {
	w     io.Writer
	quiet bool
}

func (p *progress) event(e apply.Event) {
	if p.quiet {
		return
	}
	switch e.Kind {
	case apply.LockWaiting:
		fmt.Fprintf(p.w, "gateway %s: waiting for %s\n", e.Gateway, e.Detail)
	case apply.Recovered:
		fmt.Fprintf(p.w, "gateway %s: clearing up after run %s, which was killed\n", e.Gateway, e.Detail)
	case apply.ReloadStarted:
		fmt.Fprintf(p.w, "gateway %s: telling it (%s)\n", e.Gateway, e.Reload.What)
	case apply.ReloadWaiting:
		fmt.Fprintf(p.w, "gateway %s: it does not answer yet, as while it restarts; waiting (%s)\n", e.Gateway, e.Detail)
	}
}
