package apply

import "github.com/hashicorp/go-multierror"

// together gathers the error of a step and those of clearing up after it, leaving
// out the nil ones; nil where all are. errors.Is and errors.As find each of them.
func together(errs ...error) error {
	all := multierror.Append(nil, errs...)
	all.ErrorFormat = func(errs []error) string {
		text := errs[0].Error()
		for _, err := range errs[1:] {
			text += "; then " + err.Error()
		}
		return text
	}
	if len(all.Errors) == 1 {
		return all.Errors[0]
	}
	return all.ErrorOrNil()
}
