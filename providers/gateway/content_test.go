package gateway_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets/secret"
)

func TestNothingPrintsContent(t *testing.T) {
	c := gateway.Content{Store: []byte("canary"), State: []byte("canary")}
	holder := struct {
		C gateway.Content
		P *gateway.Content
		M map[string]gateway.Content
	}{c, &c, map[string]gateway.Content{"k": c}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10.3s"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", holder)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "c", c, "holder", holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "c", c, "holder", holder)
	for _, v := range []any{c, &c, holder} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	b, err := xml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	for _, form := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary"), fmt.Sprint([]byte("canary")), "Y2FuYXJ5"} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the content is in the output as %q", form)
		}
	}
	if !strings.Contains(out.String(), secret.Redacted) {
		t.Error("nothing was written")
	}
}
