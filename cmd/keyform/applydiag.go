package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/keyform/keyform/apply"
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/schema/diag"
)

// applyDiags turns the error of an apply into what a user reads.
func applyDiags(err error) diag.Diagnostics {
	d := diag.Diagnostic{Code: "KF0701", Summary: "Apply failed", Detail: err.Error()}
	var (
		partial     *apply.PartialError
		interrupted *apply.InterruptedError
		locked      *apply.LockedError
		stale       *apply.StaleError
		secrets     *apply.SecretsError
		refused     *apply.RefusedError
		verify      *apply.VerifyError
		clobbered   *apply.ClobberedError
		reload      *apply.ReloadError
	)
	var poison *lock.PoisonError
	switch {
	case errors.As(err, &poison):
		d.Code, d.Summary = "KF0709", "Lock of another form"
	case errors.As(err, &interrupted):
		d.Code, d.Summary = "KF0702", "Interrupted"
	case errors.As(err, &secrets):
		return secretDiags(secrets)
	case errors.As(err, &locked):
		d.Code, d.Summary = "KF0703", "Lock that is held"
	case errors.As(err, &stale):
		d.Code, d.Summary = "KF0704", "Stale plan"
	case errors.As(err, &refused):
		d.Code, d.Summary = "KF0705", "Apply refused"
	case errors.As(err, &clobbered):
		d.Code, d.Summary = "KF0706", "Gateway that writes old values back"
	case errors.As(err, &reload):
		d.Code, d.Summary = "KF0707", "Gateway that could not be told"
	case errors.As(err, &verify):
		d.Code, d.Summary = "KF0708", "Store that reads otherwise than written"
	}
	if errors.As(err, &partial) {
		d.Detail = partial.Err.Error() + " Part of the plan had been applied by then, as the lines above say. A new run does the rest."
	}
	return diag.Diagnostics{d}
}

func secretDiags(err *apply.SecretsError) diag.Diagnostics {
	var out diag.Diagnostics
	for i := range err.Failures {
		f := &err.Failures[i]
		out = append(out, diag.Diagnostic{
			Code: "KF0501", Summary: "Reference that does not resolve: " + string(f.Kind), Detail: f.Error(), Address: f.Addresses[0],
		})
	}
	return out
}

// refusePlan tells why a saved plan cannot be used.
func (a *app) refusePlan(path string, err error) error {
	d := diag.Diagnostic{Code: "KF0801", Summary: "Saved plan that cannot be used", Detail: fmt.Sprintf("%s: %s. Make a new one with keyform plan -out.", path, err)}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Detail = path + ": there is no such file."
	case errors.Is(err, plan.ErrPlanTag):
		d.Code, d.Summary = "KF0802", "Saved plan that was altered"
	case errors.Is(err, errNoKey):
		d.Code, d.Summary = "KF0803", "Saved plan without its key"
	}
	a.tell(diag.Diagnostics{d}, nil)
	return exit(exitError)
}
