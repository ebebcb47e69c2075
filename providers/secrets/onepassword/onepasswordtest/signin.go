package onepasswordtest

import (
	"encoding/json"
	"strings"
)

// The requests of a sign-in that are not sealed yet.
const (
	pathStart    = "/api/v3/auth/start"
	pathExchange = "/api/v2/auth"
	pathConfirm  = "/api/v2/auth/confirm-key"
)

func (s *service) start(body []byte) (any, error) {
	var q struct{ Email string }
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, badRequest(err)
	}
	a := s.account
	if q.Email != a.email {
		return nil, unauthorized("no such account")
	}
	id := strings.ToUpper(newID())
	s.sessions[id] = &session{
		handshake: newHandshake(srpIdentity(secretKeyID, a.email), a.salt, a.x),
		key:       symmetricKey{id: id},
	}
	return map[string]any{
		"status": "ok", "sessionID": id,
		"accountKeyFormat": "A3", "accountKeyUuid": secretKeyID, "userAuth": a.signIn(),
	}, nil
}

func (s *session) exchange(body []byte) (any, error) {
	var q struct{ UserA string }
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, badRequest(err)
	}
	b, err := s.handshake.exchange(q.UserA)
	if err != nil {
		return nil, badRequest(err)
	}
	return map[string]any{"userB": b}, nil
}

func (s *session) confirm(body []byte) (any, error) {
	var q struct{ ClientVerifyHash string }
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, badRequest(err)
	}
	proof, err := decode(q.ClientVerifyHash)
	if err != nil {
		return nil, badRequest(err)
	}
	if proof, err = s.handshake.confirm(proof); err != nil {
		return nil, unauthorized(err.Error())
	}
	s.key.raw = s.handshake.key
	return map[string]any{"serverVerifyHash": encode(proof)}, nil
}
