package schema

import "testing"

func TestIgnores(t *testing.T) {
	for _, c := range []struct {
		l    Lifecycle
		want bool
	}{
		{Lifecycle{}, false},
		{Lifecycle{IgnoreChanges: []string{"email"}}, true},
		{Lifecycle{IgnoreChanges: []string{"mode"}}, false},
		{Lifecycle{IgnoreAll: true}, true},
	} {
		if got := c.l.Ignores("email"); got != c.want {
			t.Errorf("%+v: got %t", c.l, got)
		}
	}
}
