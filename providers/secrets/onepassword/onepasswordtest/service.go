package onepasswordtest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// service answers the SDK's requests.
type service struct {
	account account

	mu       sync.Mutex
	vaults   []*vault
	sessions map[string]*session
	fault    func(Request) Fault
	log      []Request
	files    map[string][]byte // sealed, by file id
}

type session struct {
	handshake *handshake
	key       symmetricKey // set by a correct proof
}

func newService() *service {
	return &service{account: newAccount(), sessions: map[string]*session{}, files: map[string][]byte{}}
}

// apiError is an answer other than 200.
type apiError struct {
	status int
	text   string
}

func (e apiError) Error() string { return e.text }

func notFound() error                { return apiError{http.StatusNotFound, "not found"} }
func unauthorized(text string) error { return apiError{http.StatusUnauthorized, text} }
func badRequest(err error) error     { return apiError{http.StatusBadRequest, err.Error()} }

// octets is an answer that is not sealed with the session key: the content of a
// file, which is sealed with a key of its own.
type octets []byte

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	sess, plain, fault, err := s.receive(r, body)
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-r.Context().Done():
			return
		}
	}
	if fault.Drop {
		panic(http.ErrAbortHandler)
	}
	if fault.Status != 0 {
		err = apiError{fault.Status, http.StatusText(fault.Status)}
	}
	var answer any
	if err == nil {
		answer, err = s.answer(r, sess, plain)
	}
	write(w, answer, err)
}

// write sends an answer or an error; a client that has gone away is its own affair.
func write(w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		var e apiError
		if errors.As(err, &e) {
			status = e.status
		}
		answer = map[string]any{"errorCode": status, "errorMessage": err.Error()}
	}
	if o, ok := answer.(octets); ok {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(o)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(answer))
}

// receive opens a request, logs it and has its fault decided.
func (s *service) receive(r *http.Request, body []byte) (*session, []byte, Fault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sess, plain, err := s.unseal(r, body)
	q := Request{Method: r.Method, Path: strings.TrimSuffix(r.URL.RequestURI(), "?")}
	s.log = append(s.log, q)
	var fault Fault
	if s.fault != nil {
		fault = s.fault(q)
	}
	return sess, plain, fault, err
}

// unseal finds the session of a request and decrypts its body.
func (s *service) unseal(r *http.Request, body []byte) (*session, []byte, error) {
	if r.URL.Path == pathStart {
		return nil, body, nil
	}
	id := r.Header.Get("X-AgileBits-Session-ID")
	sess := s.sessions[id]
	if sess == nil {
		return nil, body, unauthorized("no such session")
	}
	if sess.key.raw == nil || r.URL.Path == pathExchange || r.URL.Path == pathConfirm {
		return sess, body, nil
	}
	mac := r.Header.Get("X-AgileBits-MAC")
	part := strings.Split(mac, "|")
	if len(part) != 3 || mac != sess.key.mac(id, r, part[0], part[1]) {
		return nil, body, unauthorized("the request is not authentic")
	}
	if len(body) == 0 {
		return sess, body, nil
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, body, badRequest(err)
	}
	// The SDK sends no body with a GET, except when it repeats one after
	// signing in again: then it seals the empty text.
	plain, err := sess.key.open(e)
	if err != nil {
		return nil, body, badRequest(err)
	}
	return sess, plain, nil
}

// answer serves the sign-in, then seals what route answers.
func (s *service) answer(r *http.Request, sess *session, body []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case pathStart:
		return s.start(body)
	case pathExchange:
		return sess.exchange(body)
	case pathConfirm:
		return sess.confirm(body)
	}
	if sess.key.raw == nil {
		return nil, unauthorized("the session is not confirmed")
	}
	answer, err := s.route(r.Method, r.URL.Path, body)
	if err != nil {
		return nil, err
	}
	if o, ok := answer.(octets); ok {
		return o, nil
	}
	return sess.key.seal(answer), nil
}

// route answers a request of a signed-in client.
func (s *service) route(method, path string, body []byte) (any, error) {
	switch method + " " + path {
	case "POST /api/v2/auth/complete":
		return map[string]any{"accountUuid": s.account.id, "userUuid": s.account.user, "mfa": nil}, nil
	case "GET /api/v2/account/keysets":
		return s.account.keysets(), nil
	case "GET /api/v1/vaults":
		list := []any{}
		for _, v := range s.vaults {
			list = append(list, v.metadata())
		}
		return list, nil
	}
	part := strings.Split(strings.TrimPrefix(path, "/api/"), "/") // version, kind, vault id, ...
	if len(part) < 4 {
		return nil, notFound()
	}
	v := s.vault(part[2])
	if v == nil {
		return nil, notFound()
	}
	rest := strings.Join(part[3:], "/")
	switch method + " " + part[1] + " " + rest {
	case "GET vault items/overviews":
		return v.overviews(), nil
	case "POST vault items/batch":
		return v.batch(body)
	}
	if method != http.MethodGet || len(part) != 5 {
		return nil, notFound()
	}
	if file := s.files[part[4]]; part[1] == "file" && file != nil {
		return octets(file), nil
	}
	if it := v.find(part[4]); part[1] == "vault" && part[3] == "item" && it != nil {
		return map[string]any{"contentVersion": 1, "item": it}, nil
	}
	return nil, notFound()
}

func (s *service) vault(id string) *vault {
	for _, v := range s.vaults {
		if v.id == id {
			return v
		}
	}
	return nil
}
