package schema_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLayering checks that the language and the plan can reach neither the network
// nor a database, a child process or the 1Password SDK, by whatever way: all packages
// that they are built from are looked at. (go-version and cty bring in no more than
// database/sql/driver, which is interfaces only.)
func TestLayering(t *testing.T) {
	packages := []string{"./..."}
	if _, err := os.Stat("../plan"); err == nil {
		packages = append(packages, "../plan/...")
	}
	out, err := exec.Command("go", append([]string{"list", "-deps"}, packages...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	banned := []string{"net/http", "os/exec", "database/sql", "github.com/1password/onepassword-sdk-go", "github.com/keyform/keyform/providers",
		"github.com/keyform/keyform/apply", "github.com/keyform/keyform/cmd"}
	seen := false
	for dep := range strings.FieldsSeq(string(out)) {
		seen = seen || dep == "github.com/keyform/keyform/schema"
		for _, b := range banned {
			if dep == b || strings.HasPrefix(dep, b+"/") && dep != "database/sql/driver" {
				t.Errorf("schema or plan depends on %s", dep)
			}
		}
	}
	if !seen {
		t.Error("go list did not list this package")
	}
	onlySchema, err := exec.Command("go", "list", "-deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dep := range strings.FieldsSeq(string(onlySchema)) {
		if strings.HasPrefix(dep, "github.com/keyform/keyform/") && !strings.HasPrefix(dep, "github.com/keyform/keyform/schema") {
			t.Errorf("schema depends on %s", dep)
		}
	}
}
