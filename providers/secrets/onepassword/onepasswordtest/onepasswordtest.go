package onepasswordtest

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// Host is the name the SDK believes it talks to. It is under a domain that the
// SDK allows, and it is never looked up.
const Host = "onepasswordtest.b5local.com"

// Vault describes a vault to serve. It has a JSON form with these field names.
type Vault struct {
	ID          string // 26 characters of a-z and 2-7; made up when empty
	Title       string
	Description string
	Items       []Item
}

// Item describes an item.
type Item struct {
	ID       string // made up when empty
	Title    string
	Category string // as in the SDK; "ApiCredentials" when empty
	Notes    string
	Tags     []string
	Archived bool
	Fields   []Field
	Files    []File
}

// Field describes a field.
type Field struct {
	ID      string // made up when empty
	Title   string // ID when empty
	Section string // the section's ID and title; none when empty
	Type    string // as in the SDK; "Concealed" when empty
	Value   string
}

// File is a file attached to an item. The SDK resolves a reference to it by its
// name, if it is a text.
type File struct {
	Name    string
	Section string // as in Field
	Content []byte
}

// Request is one request as the server understood it.
type Request struct {
	Method string
	Path   string // with the query
}

// Fault is what to do with a request instead of answering it. The zero Fault
// answers it.
type Fault struct {
	Delay  time.Duration // first wait this long (or until the client gives up)
	Status int           // then answer with this HTTP status, if not 0
	Drop   bool          // or close the connection without an answer
}

// Server is a running stand-in for the service. It is safe for concurrent use.
type Server struct {
	service  *service
	frontend *frontend
}

// New serves the vaults on loopback until the test ends.
func New(t testing.TB, vaults ...Vault) *Server {
	t.Helper()
	s, stop, err := Start(vaults...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// Start serves the vaults on loopback until stop is called, which must happen
// once. The error is about a vault that cannot be, or about a listener.
func Start(vaults ...Vault) (s *Server, stop func(), err error) {
	s = &Server{service: newService()}
	for _, v := range vaults {
		if err := s.service.addVault(v); err != nil {
			return nil, nil, err
		}
	}
	dir, err := os.MkdirTemp("", "onepasswordtest-")
	if err != nil {
		return nil, nil, fmt.Errorf("onepasswordtest: %w", err)
	}
	if s.frontend, err = newFrontend(dir, s.service); err != nil {
		_ = os.RemoveAll(dir)
		return nil, nil, fmt.Errorf("onepasswordtest: %w", err)
	}
	return s, sync.OnceFunc(func() {
		s.frontend.close()
		_ = os.RemoveAll(dir)
	}), nil
}

// Hook leads http.DefaultTransport to the server until the test ends, for an SDK
// in the test's own process. Only one server can be hooked at a time.
func (s *Server) Hook(t testing.TB) {
	t.Helper()
	unhook, err := s.frontend.hook()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unhook)
}

// Token is a service account token that signs in to this server and no other.
func (s *Server) Token() string { return s.service.account.token() }

// WrongToken is a well-formed token of the same account with a wrong secret.
func (s *Server) WrongToken() string {
	a := newAccount()
	a.email, a.salt = s.service.account.email, s.service.account.salt
	return a.token()
}

// Env is the environment, to be added to that of a child process, that leads the
// child here. The child must be a Go program on an operating system where
// SSL_CERT_FILE sets the roots (not macOS, not Windows).
func (s *Server) Env() []string { return s.frontend.env() }

// SetFault has f decide about every request from now on; nil ends that. f must
// not call methods of the server.
func (s *Server) SetFault(f func(Request) Fault) {
	s.service.mu.Lock()
	defer s.service.mu.Unlock()
	s.service.fault = f
}

// Requests returns the requests since the last call and forgets them.
func (s *Server) Requests() []Request {
	s.service.mu.Lock()
	defer s.service.mu.Unlock()
	r := s.service.log
	s.service.log = nil
	return r
}
