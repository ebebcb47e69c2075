//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Request is one request for a model's answer, as it came over the wire.
type Request struct {
	// Status is what the stand-in answered.
	Status int
	// Header is "x-api-key", "bearer" (an Authorization header) or "none".
	Header string
	// Credential is that header's, without "Bearer".
	Credential string

	// tools says that it brings the tools of an agent, as the requests of a turn do; body
	// is all of it.
	tools bool
	body  []byte
}

// answers says that it belongs to the turn of that message. OpenClaw 2026.9.6 asks for more
// than its turns: seconds after each for a recap of it, which brings no tools, and of
// sessions of some kinds for a title.
func (r Request) answers(message string) bool {
	return r.tools && bytes.Contains(r.body, []byte(message))
}

// String is how a test prints a request: the fakes it saw.
func (r Request) String() string {
	return fmt.Sprintf("%d %s %s", r.Status, r.Header, r.Credential)
}

// API stands in for the model hosts: POST …/messages (Anthropic) and
// …/chat/completions (OpenAI and OpenRouter), as a stream or not, and an empty
// …/models. It is safe for concurrent use.
type API struct {
	// Addr is host:port.
	Addr string

	mu     sync.Mutex
	refuse map[string]int
	seen   []Request
}

func startAPI(t testing.TB) *API {
	a := &API{refuse: map[string]int{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.Addr = strings.TrimPrefix(server.URL, "http://")
	return a
}

// Refuse makes requests with this credential fail with an HTTP status, such as 401;
// 0 lifts it.
func (a *API) Refuse(credential string, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refuse[credential] = status
}

// since gives the requests after the first n, and how many there are in all.
func (a *API) since(n int) ([]Request, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Request(nil), a.seen[n:]...), len(a.seen)
}

// ServeHTTP answers as a model would.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model  string `json:"model"`
		Stream bool   `json:"stream"`
		Tools  []any  `json:"tools"`
	}
	text, _ := io.ReadAll(r.Body)
	json.Unmarshal(text, &body) //nolint:errcheck // an empty body asks for nothing
	messages, chat := strings.HasSuffix(r.URL.Path, "/messages"), strings.HasSuffix(r.URL.Path, "/chat/completions")
	if !messages && !chat {
		reply(w, http.StatusOK, map[string]any{"object": "list", "data": []any{}})
		return
	}
	seen := a.record(r, Request{Status: http.StatusOK, Header: "none", tools: len(body.Tools) > 0, body: text})
	switch {
	case seen.Status >= 400:
		w.Header().Set("x-should-retry", "false") // the clients' own back-off only costs time
		reply(w, seen.Status, map[string]any{"type": "error", "error": map[string]any{"type": "authentication_error", "message": "refused by the test"}})
	case messages && body.Stream:
		streamMessages(w, body.Model)
	case messages:
		reply(w, http.StatusOK, message(body.Model, []any{map[string]any{"type": "text", "text": "ok"}}, "end_turn"))
	case body.Stream:
		streamChat(w, body.Model)
	default:
		reply(w, http.StatusOK, completion(body.Model, "chat.completion", map[string]any{"message": map[string]any{"role": "assistant", "content": "ok"}, "finish_reason": "stop"}))
	}
}

func (a *API) record(r *http.Request, seen Request) Request {
	if key := r.Header.Get("x-api-key"); key != "" {
		seen.Header, seen.Credential = "x-api-key", key
	} else if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		seen.Header, seen.Credential = "bearer", token
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if status := a.refuse[seen.Credential]; status != 0 {
		seen.Status = status
	}
	a.seen = append(a.seen, seen)
	return seen
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client is gone
}

func message(model string, content []any, stop any) map[string]any {
	return map[string]any{"id": "msg_fake", "type": "message", "role": "assistant", "model": model, "content": content, "stop_reason": stop, "stop_sequence": nil,
		"usage": map[string]int{"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}}
}

func streamMessages(w http.ResponseWriter, model string) {
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(kind string, more map[string]any) {
		more["type"] = kind
		text, _ := json.Marshal(more)
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, text)
	}
	event("message_start", map[string]any{"message": message(model, []any{}, nil)})
	event("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "text", "text": ""}})
	event("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "text_delta", "text": "ok"}})
	event("content_block_stop", map[string]any{"index": 0})
	event("message_delta", map[string]any{"delta": map[string]any{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": map[string]int{"output_tokens": 1}})
	event("message_stop", map[string]any{})
}

func completion(model, object string, choice map[string]any) map[string]any {
	choice["index"] = 0
	return map[string]any{"id": "chatcmpl-fake", "created": 1, "model": model, "object": object, "choices": []any{choice},
		"usage": map[string]int{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
}

func streamChat(w http.ResponseWriter, model string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, choice := range []map[string]any{
		{"delta": map[string]any{"role": "assistant", "content": "ok"}, "finish_reason": nil},
		{"delta": map[string]any{}, "finish_reason": "stop"},
	} {
		text, _ := json.Marshal(completion(model, "chat.completion.chunk", choice))
		fmt.Fprintf(w, "data: %s\n\n", text)
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}
