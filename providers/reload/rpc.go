package reload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// CallTimeout bounds a whole call. It is generous because a gateway that resolves
// references through a helper program does so before it answers.
const CallTimeout = 60 * time.Second

// maxMessage is the largest message a gateway may send, in bytes: its own limit.
const maxMessage = 25 << 20

// RPC calls method, throws the result away, and gives an *[Error] or nil. params is
// encoded as JSON; nil stands for {}. See [Call].
func RPC(ctx context.Context, ep Endpoint, method string, params any) error {
	_, err := Call(ctx, ep, method, params)
	return err
}

// Call opens a connection to ep, introduces itself, calls method and gives its
// result as the gateway sent it. It takes CallTimeout at most, or as long as ctx
// allows. The error is always an *[Error].
//
// OpenClaw 2026.2.26 gives the caller's scopes to whoever has its token; later ones
// (2026.3.13 and 2026.4.5 were tried) only if a device signs for them as well. They
// let any device pass that a caller on loopback brings along, while 2026.2.26 would
// write down a new device for good. So the call is made without one, and once more
// with a device made for it when the gateway says that a scope is missing. Otherwise
// a call is never repeated here.
//
// The connection is closed before Call returns. Calls do not affect each other and
// may run concurrently.
func Call(ctx context.Context, ep Endpoint, method string, params any) (json.RawMessage, error) {
	if params == nil {
		params = struct{}{}
	}
	var result json.RawMessage
	call := func(s *session) (err error) {
		result, err = s.ask("2", method, params)
		return err
	}
	err := within(ctx, ep, method, call)
	if ep.Device == nil && errors.Is(err, errMissingScope) {
		ep.Device = passing()
		err = within(ctx, ep, method, call)
	}
	return result, err
}

// Ready tells whether a gateway answers at ep and accepts the caller: nil, or an
// *[Error] as from [Call].
func Ready(ctx context.Context, ep Endpoint) error {
	return within(ctx, ep, "connect", func(*session) error { return nil })
}

// within runs f on a connection that is past its introduction.
func within(ctx context.Context, ep Endpoint, method string, f func(*session) error) error {
	if err := ep.check(); err != nil {
		return &Error{Kind: Failed, What: method, Where: "the gateway", Detail: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	s := &session{ctx: ctx, ep: ep, method: method}
	if err := s.dial(); err != nil {
		return err
	}
	defer s.conn.CloseNow() //nolint:errcheck // nothing is lost with it
	if err := s.connect(); err != nil {
		return err
	}
	return f(s)
}

// session is one connection. It is used by one goroutine.
type session struct {
	ctx    context.Context
	ep     Endpoint
	method string
	conn   *websocket.Conn
}

func (s *session) fail(kind Kind, detail string, cause error) *Error {
	return &Error{Kind: kind, What: s.method, Where: s.ep.URL, Detail: scrub(detail, s.ep.secrets()), cause: cause}
}

func (s *session) dial() error {
	conn, response, err := websocket.Dial(s.ctx, s.ep.URL, &websocket.DialOptions{HTTPClient: s.ep.client()})
	if err == nil {
		conn.SetReadLimit(maxMessage)
		s.conn = conn
		return nil
	}
	switch {
	case s.ctx.Err() != nil:
		return s.broken(err)
	case response != nil:
		return s.fail(Failed, fmt.Sprintf("what listens there is not a gateway (HTTP status %d)", response.StatusCode), nil)
	case errors.Is(err, syscall.ECONNREFUSED):
		return s.fail(NotRunning, "nothing listens there", nil)
	}
	var dialing *net.OpError
	if errors.As(err, &dialing) && dialing.Op == "dial" {
		return s.fail(NotRunning, dialing.Err.Error(), nil)
	}
	return s.fail(Failed, err.Error(), nil)
}

// connect answers the gateway's challenge. Both releases send it as their first
// message.
func (s *session) connect() error {
	var challenge struct {
		Nonce string `json:"nonce"`
	}
	for {
		f, err := s.read()
		if err != nil {
			return err
		}
		if f.Type == "event" && f.Event == "connect.challenge" {
			if json.Unmarshal(f.Payload, &challenge) != nil || challenge.Nonce == "" {
				return s.fail(Failed, "the gateway's challenge holds no nonce", nil)
			}
			break
		}
	}
	params := introduction(s.ep)
	if s.ep.Device != nil {
		params.Device = s.ep.Device.prove(params, s.ep.Token.Reveal(), challenge.Nonce, time.Now().UnixMilli())
	}
	_, err := s.ask("1", "connect", params)
	return err
}

// ask sends one request and waits for its response; events in between are passed over.
func (s *session) ask(id, method string, params any) (json.RawMessage, error) {
	text, err := json.Marshal(request{Type: "req", ID: id, Method: method, Params: params})
	if err != nil {
		return nil, s.fail(Failed, "the parameters cannot be encoded as JSON", nil)
	}
	if err := s.conn.Write(s.ctx, websocket.MessageText, text); err != nil {
		return nil, s.broken(err)
	}
	for {
		f, err := s.read()
		if err != nil {
			return nil, err
		}
		if f.Type != "res" || f.ID != id {
			continue
		}
		if f.OK {
			return f.Payload, nil
		}
		if f.Error == nil {
			f.Error = &frameError{Message: "no reason given"}
		}
		return nil, s.fail(f.Error.kind(), f.Error.Message, f.Error.cause())
	}
}

func (s *session) read() (frame, error) {
	_, text, err := s.conn.Read(s.ctx)
	if err != nil {
		return frame{}, s.broken(err)
	}
	var f frame
	if json.Unmarshal(text, &f) != nil {
		return frame{}, s.fail(Failed, "what listens there does not speak the gateway's protocol", nil)
	}
	return f, nil
}

// broken sorts the end of a connection before the answer. Status 1008 is how
// gateways end a handshake they do not accept; every other end is one of a gateway
// that stops or restarts.
func (s *session) broken(err error) *Error {
	var closed websocket.CloseError
	switch {
	case errors.Is(s.ctx.Err(), context.DeadlineExceeded):
		return s.fail(Timeout, "", context.DeadlineExceeded)
	case s.ctx.Err() != nil:
		return s.fail(Failed, "interrupted", s.ctx.Err())
	case errors.As(err, &closed) && closed.Code == websocket.StatusPolicyViolation:
		return s.fail(Unauthorized, closed.Reason, nil)
	case errors.As(err, &closed):
		return s.fail(NotRunning, "the gateway closed the connection: "+closed.Reason, nil)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return s.fail(NotRunning, "the connection ended before the answer", nil)
	default:
		return s.fail(Failed, err.Error(), nil)
	}
}
