package reload

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
)

// minProtocol and maxProtocol are the versions that keyform speaks. The gateway takes its
// own, which must lie between them: 3 up to OpenClaw 2026.5.7, 4 from 2026.5.12 to 2026.9.6
// at least. Of what is asked here nothing differs between the two.
const (
	minProtocol = 3
	maxProtocol = 4
)

type request struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Method string `json:"method"`
	Params any    `json:"params"`
}

// connectParams is checked by the gateway against a closed schema: no further keys,
// and client id and mode out of fixed lists.
type connectParams struct {
	MinProtocol int          `json:"minProtocol"`
	MaxProtocol int          `json:"maxProtocol"`
	Client      clientInfo   `json:"client"`
	Role        string       `json:"role"`
	Scopes      []string     `json:"scopes"`
	Caps        []string     `json:"caps"`
	Auth        *connectAuth `json:"auth,omitempty"`
	Device      *deviceProof `json:"device,omitempty"`
}

type clientInfo struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Version     string `json:"version"`
	Platform    string `json:"platform"`
	Mode        string `json:"mode"`
}

type connectAuth struct {
	Token    string `json:"token,omitempty"`
	Password string `json:"password,omitempty"`
}

// frame is any message of the server: an event, or a response to a request.
type frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Event   string          `json:"event"`
	OK      bool            `json:"ok"`
	Payload json.RawMessage `json:"payload"`
	Error   *frameError     `json:"error"`
}

type frameError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Retryable is how a gateway marks what is so for a moment only, as while it starts
	// (OpenClaw from 2026.4 on: it listens for seconds before it answers).
	Retryable bool `json:"retryable"`
}

// kind sorts a refusal. The codes are few and coarse (INVALID_REQUEST stands for a
// wrong token as for an unknown method), so the message decides.
func (e *frameError) kind() Kind {
	switch {
	case strings.HasPrefix(e.Message, "unknown method"):
		return UnknownMethod
	case e.Code == "UNAVAILABLE" && e.Retryable:
		return NotRunning
	case e.Code == "NOT_PAIRED", e.missingScope(), strings.HasPrefix(e.Message, "unauthorized"),
		strings.HasPrefix(e.Message, "device "), strings.HasPrefix(e.Message, "pairing required"):
		return Unauthorized
	default:
		return Failed
	}
}

// errInvalid marks a refusal of a request as such, before anything was done.
var errInvalid = errors.New("invalid request")

// cause is the mark of a refusal, nil if it has none.
func (e *frameError) cause() error {
	switch {
	case e.missingScope():
		return errMissingScope
	case e.Code == "INVALID_REQUEST" && e.kind() == Failed:
		return errInvalid
	}
	return nil
}

// errMissingScope marks a refusal that a device may lift. A gateway checks scopes
// before it does anything.
var errMissingScope = errors.New("missing scope")

func (e *frameError) missingScope() bool { return strings.HasPrefix(e.Message, "missing scope") }

// introduction is what keyform says of itself; the proof of a device comes later.
func introduction(ep Endpoint) connectParams {
	params := connectParams{
		MinProtocol: minProtocol,
		MaxProtocol: maxProtocol,
		Client:      clientInfo{ID: "gateway-client", DisplayName: "keyform", Version: "1", Platform: nodePlatform(), Mode: "backend"},
		Role:        "operator",
		Scopes:      []string{"operator.admin"},
		Caps:        []string{},
	}
	if !ep.Token.IsZero() || !ep.Password.IsZero() {
		params.Auth = &connectAuth{Token: ep.Token.Reveal(), Password: ep.Password.Reveal()}
	}
	return params
}

// nodePlatform is node's name of the operating system, which a gateway remembers
// for a paired device and compares.
func nodePlatform() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return runtime.GOOS
}
