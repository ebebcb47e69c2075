package schema_test

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/schema"
)

func TestCheckOnePasswordRef(t *testing.T) {
	for ref, want := range map[string]string{
		"op://v/i/f":   "",
		"op://v/i/s/f": "",
		"op://My Vault/an_item-1.0/some section/a b":   "",
		"op://v/i/f?ssh-format=openssh":                "",
		"op://aaaaaaaaaaaaaaaaaaaaaaaaaa/i/credential": "",

		"":                               `begins with "op://"`,
		"OP://v/i/f":                     `begins with "op://"`,
		" op://v/i/f":                    `begins with "op://"`,
		"op://v/i":                       "this one has 2",
		"op://v/i/s/f/x":                 "the 26-character id instead of the name",
		"op:///i/f":                      "the vault is empty",
		"op://v//f":                      "the item is empty",
		"op://v/i//f":                    "the section is empty",
		"op://v/i/":                      "the field is empty",
		"op://v/i/s/?attribute=otp":      "the field is empty",
		"op://v /i/f":                    "the name of the vault begins or ends with a space",
		"op://v/i/f ":                    "the name of the field begins or ends with a space",
		"op://v/me@example/f":            `the name of the item holds '@'`,
		"op://v/caf\u00e9/f":             "write the item's 26-character id",
		"op://v/i/a%20b":                 `holds '%'`,
		"op://${VAULT}/i/f":              `the name of the vault holds '$'`,
		"op://v/i/f\n":                   `holds '\n'`,
		"op://v/i/f?attribute=otp":       "changes every 30 seconds",
		"op://v/i/s/f?attribute=totp":    "changes every 30 seconds",
		"op://v/i/f?attribute=type":      `only "ssh-format=openssh"`,
		"op://v/i/f?":                    `only "ssh-format=openssh"`,
		"op://v/i/f?ssh-format=openssh&": `only "ssh-format=openssh"`,
	} {
		err := schema.CheckOnePasswordRef(ref)
		if want == "" && err != nil {
			t.Errorf("%q: %v", ref, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want a mention of %s", ref, err, want)
		}
	}
}

// A secret in the wrong place must not come back in the message.
func TestCheckOnePasswordRefDoesNotEcho(t *testing.T) {
	const secret = "sk-ant-api03-canarycanary"
	for _, ref := range []string{secret, "op://" + secret, "op://v/i/" + secret + "%", "op://v/i/f?" + secret, "op://v/i/ " + secret} {
		if err := schema.CheckOnePasswordRef(ref); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: got %v", ref, err)
		}
	}
}
