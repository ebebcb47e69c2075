package child

import (
	"errors"
	"strings"

	onepassword "github.com/1password/onepassword-sdk-go"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
)

// reason tells an error of the SDK (version 0.4.1) apart by its text, for almost
// none has a type. Nothing of the text goes further: it may hold the core's stack
// trace, and parts of the token that it could not decode.
func reason(err error) protocol.Reason {
	var limited *onepassword.RateLimitExceededError
	if errors.As(err, &limited) {
		return protocol.RateLimited
	}
	text, _, _ := strings.Cut(err.Error(), "\nwasm stack trace")
	for _, known := range []struct {
		text string
		why  protocol.Reason
	}{
		{"token was not specified", protocol.NoToken},
		{"had invalid format", protocol.MalformedToken},
		{"invalid service account token", protocol.MalformedToken},
		{"you are not authenticated", protocol.WrongToken},
		{"failed to authenticate", protocol.WrongToken},
		{"the right permissions", protocol.Forbidden},
		{"rate limit exceeded", protocol.RateLimited},
		{"429 Too Many Requests", protocol.RateLimited},
		{"internal server error", protocol.ServerError},
		{"unexpected status code in response: 5", protocol.ServerError},
		{"503 Service Unavailable", protocol.ServerError},
		{"502 Bad Gateway", protocol.ServerError},
		{"504 Gateway Timeout", protocol.ServerError},
		{"context deadline exceeded", protocol.Deadline},
		{"context canceled", protocol.Canceled},
		{"is not allowed", protocol.HostNotAllowed},
		{"x509:", protocol.Certificate},
		{`"https://`, protocol.Transport}, // net/http: Post "https://...": EOF
		{"bad request", protocol.Refused},
		{"resource not found", protocol.Refused},
		{"wasm error", protocol.CoreStopped},
	} {
		if strings.Contains(text, known.text) {
			return known.why
		}
	}
	return protocol.Unknown
}
