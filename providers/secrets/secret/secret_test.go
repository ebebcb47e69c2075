package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/secrets/secret"
)

func TestNothingPrintsAValue(t *testing.T) {
	v := secret.FromString("canary")
	holder := struct {
		V secret.Value
		P *secret.Value
		M map[string]secret.Value
	}{v, &v, map[string]secret.Value{"k": v}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10.3s"} {
		fmt.Fprintf(&out, verb+"\n", v)
		fmt.Fprintf(&out, verb+"\n", holder)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v, "holder", holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v, "holder", holder)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, xml.Marshal} {
		b, err := marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	fmt.Fprintln(&out, fmt.Errorf("wrapped: %v", v))
	for _, form := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary"), fmt.Sprint([]byte("canary"))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the value is in the output as %q", form)
		}
	}
	if !strings.Contains(out.String(), secret.Redacted) {
		t.Error("nothing was written")
	}
}

func TestFingerprint(t *testing.T) {
	v, key := secret.FromString("canary"), []byte("key")
	image := v.Fingerprint(key, "a")
	if len(image) != 32 || image != secret.New([]byte("canary")).Fingerprint(key, "a") {
		t.Errorf("got %q", image)
	}
	for what, other := range map[string]string{
		"another domain": v.Fingerprint(key, "b"),
		"another key":    v.Fingerprint([]byte("yek"), "a"),
		"another value":  secret.FromString("canarz").Fingerprint(key, "a"),
		"a moved border": secret.FromString("\x00canary").Fingerprint(key, "a"),
	} {
		if other == image {
			t.Errorf("%s gives the same image", what)
		}
	}
	if got := (secret.Value{}).Fingerprint(key, "a"); got != "" {
		t.Errorf("no value has the image %q", got)
	}
}

func TestEqualAndZero(t *testing.T) {
	a, b := secret.FromString("canary"), secret.FromString("canary")
	if !a.Equal(b) || a.Equal(secret.FromString("canar")) || a.IsZero() || !secret.FromString("").IsZero() || a.Reveal() != "canary" {
		t.Error("comparison is wrong")
	}
}
