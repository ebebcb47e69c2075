package reload_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// gateway speaks the server's side of the protocol as OpenClaw 2026.2.26 was seen
// to: the same frames, codes and messages.
type gateway struct {
	token     string // "" is auth.mode "none", which wants a device
	scoped    bool   // scopes want a device, as from OpenClaw 2026.3
	methods   map[string]answer
	onRequest func() // runs before a method is answered

	connect map[string]any // the params of the last connect request
	called  []string       // methods with their params
}

// answer is a result, a refusal, or an end of the connection.
type answer struct {
	result  any
	code    string
	message string
	close   websocket.StatusCode
	drop    bool
	silent  bool
	// retryable marks a refusal that holds for a moment only.
	retryable bool
}

const nonce = "bb589973-356e-4dec-8d25-fc9485bdd084"

func (g *gateway) start(t *testing.T) (server *httptest.Server, url string) {
	t.Helper()
	server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(server.Close)
	return server, "ws" + strings.TrimPrefix(server.URL, "http")
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	send := func(v any) {
		text, _ := json.Marshal(v)
		conn.Write(r.Context(), websocket.MessageText, text)
	}
	event := func(name string, payload any) {
		send(map[string]any{"type": "event", "event": name, "payload": payload})
	}
	refuse := func(id, code, message string, retryable bool) {
		send(map[string]any{"type": "res", "id": id, "ok": false, "error": map[string]any{"code": code, "message": message, "retryable": retryable}})
	}
	event("connect.challenge", map[string]any{"nonce": nonce, "ts": 1795243340580})
	for {
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var req struct {
			ID, Method string
			Params     map[string]any
		}
		if json.Unmarshal(text, &req) != nil {
			conn.Close(websocket.StatusPolicyViolation, "invalid request frame")
			return
		}
		if req.Method == "connect" {
			g.connect = req.Params
			if code, message := g.admit(req.Params); code != "" {
				refuse(req.ID, code, message, false)
				conn.Close(websocket.StatusPolicyViolation, message)
				return
			}
			send(map[string]any{"type": "res", "id": req.ID, "ok": true, "payload": map[string]any{"type": "hello-ok", "protocol": 3}})
			continue
		}
		params, _ := json.Marshal(req.Params)
		g.called = append(g.called, req.Method+" "+string(params))
		if g.onRequest != nil {
			g.onRequest()
		}
		event("health", map[string]any{"ok": true})
		a, known := g.methods[req.Method]
		device, _ := g.connect["device"].(map[string]any)
		switch {
		case g.scoped && device == nil:
			refuse(req.ID, "INVALID_REQUEST", "missing scope: operator.admin", false)
		case !known:
			refuse(req.ID, "INVALID_REQUEST", "unknown method: "+req.Method, false)
		case a.silent:
		case a.drop:
			return
		case a.close != 0:
			conn.Close(a.close, a.message)
			return
		case a.code != "":
			refuse(req.ID, a.code, a.message, a.retryable)
		default:
			send(map[string]any{"type": "res", "id": "other", "ok": false, "error": map[string]any{"message": "not yours"}})
			send(map[string]any{"type": "res", "id": req.ID, "ok": true, "payload": a.result})
		}
	}
}

func (g *gateway) admit(params map[string]any) (code, message string) {
	auth, _ := params["auth"].(map[string]any)
	device, _ := params["device"].(map[string]any)
	switch {
	case g.token == "" && device == nil, g.token != "" && auth == nil:
		return "NOT_PAIRED", "device identity required"
	case device != nil && !validDevice(params, device, g.token):
		return "INVALID_REQUEST", "device signature invalid"
	case g.token != "" && auth["token"] == nil:
		return "INVALID_REQUEST", "unauthorized: gateway token missing (provide gateway auth token)"
	case g.token != "" && auth["token"] != g.token:
		return "INVALID_REQUEST", "unauthorized: gateway token mismatch (provide gateway auth token)"
	}
	return "", ""
}

// validDevice checks a device as the gateway does: the id is the hash of the key,
// the nonce is the challenge's, and the signature covers what is claimed.
func validDevice(params, device map[string]any, token string) bool {
	public, err := base64.RawURLEncoding.DecodeString(device["publicKey"].(string))
	if err != nil || len(public) != ed25519.PublicKeySize {
		return false
	}
	sum := sha256.Sum256(public)
	client := params["client"].(map[string]any)
	signedAt, _ := json.Marshal(int64(device["signedAt"].(float64)))
	payload := strings.Join([]string{"v3", device["id"].(string), client["id"].(string), client["mode"].(string), params["role"].(string),
		params["scopes"].([]any)[0].(string), string(signedAt), token, nonce, client["platform"].(string), ""}, "|")
	signature, err := base64.RawURLEncoding.DecodeString(device["signature"].(string))
	return err == nil && device["id"] == hex.EncodeToString(sum[:]) && device["nonce"] == nonce &&
		ed25519.Verify(public, []byte(payload), signature)
}
