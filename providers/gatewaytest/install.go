//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

//go:embed install.sh
var installer []byte

// install makes sure that r, a name that install.sh knows, is there and gives the
// directory of all releases. Test programs that run side by side wait for one another.
func install(t testing.TB, r fmt.Stringer) string {
	t.Helper()
	dir := os.Getenv("KEYFORM_ORACLES")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatalf("no cache directory for the gateways, set KEYFORM_ORACLES: %v", err)
		}
		dir = filepath.Join(cache, "keyform", "oracles")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "install.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-s", "--", r.String())
	cmd.Stdin = bytes.NewReader(installer)
	cmd.Env = append(os.Environ(), "KEYFORM_ORACLES="+dir)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("installing %s: %v\n%s", r, err, output)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return real
}
