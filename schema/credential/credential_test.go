package credential

import "testing"

const tail = "AbCdEfGhIjKlMnOp" // 16 key characters

func TestFind(t *testing.T) {
	for _, prefix := range []string{
		"sk-", "sk-ant-api03-", "sk-ant-oat01-", "sk-or-v1-", "sk-proj-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
		"github_pat_", "gsk_", "xai-", "AIza", "AGE-SECRET-KEY-1", "ops_", "hf_", "hvs.", "r8_", "nvapi-", "pplx-",
		"csk-", "tgp_v1_", "fw_", "ya29.",
	} {
		key := prefix + tail
		for _, text := range []string{key, "Bearer " + key, `"` + key + `"`, "x=" + key + ";", "/" + key + "\n"} {
			from, to, ok := Find(text)
			if !ok || text[from:to] != key {
				t.Errorf("%q: found %q, %t", text, text[from:to], ok)
			}
		}
		if Contains(prefix + tail[:1]) {
			t.Errorf("%q with one key character is not a credential", prefix)
		}
	}
}

func TestFindNothing(t *testing.T) {
	for _, text := range []string{
		"", "sk-ant-api", "^sk-ant-api", "^sk-ant-api[0-9]{2}-[A-Za-z0-9_-]{80}$",
		"task-management-for-everyone", "x" + "ghp_" + tail, "ghp_" + tail[:15], "hf_model_for_translation_of_text",
		"op://Gateways/anthropic/credential", "https://example.com/a/very/long/path/that/is/fine",
	} {
		if _, _, ok := Find(text); ok {
			t.Errorf("%q is not a credential", text)
		}
	}
}

func TestMask(t *testing.T) {
	cases := map[string]string{
		"":                                      "",
		"nothing here":                          "nothing here",
		"a sk-" + tail + " b":                   "a (sensitive) b",
		"sk-" + tail + tail + " ghp_" + tail:    "(sensitive) (sensitive)",
		"xai-" + tail + ".more/than=that, tail": "(sensitive), tail",
	}
	for text, want := range cases {
		if got := Mask(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestSuspicious(t *testing.T) {
	for _, text := range []string{"sk-" + tail, "sk-ant-", "sk-ant-api03", "0123456789abcdef01234567", "AbCd1234+EfGh5678/IjKl90=="} {
		if want := text != "sk-ant-"; Suspicious(text) != want {
			t.Errorf("%q: got %t", text, !want)
		}
	}
	for _, text := range []string{"", "anthropic:default", "op://Gateways/a1b2c3d4e5f6g7h8/credential", "/var/lib/openclaw/agents/123456", "openclaw-gateway.service-unit"} {
		if Suspicious(text) {
			t.Errorf("%q need not be hidden", text)
		}
	}
}

// FuzzMask checks that nothing that is masked holds a credential any more.
func FuzzMask(f *testing.F) {
	f.Add("a sk-" + tail + " b")
	f.Add("sk-sk-sk-" + tail)
	f.Add("(sensitive)-sk-" + tail)
	f.Fuzz(func(t *testing.T, text string) {
		if masked := Mask(text); Contains(masked) {
			t.Errorf("%q is masked as %q", text, masked)
		}
	})
}
