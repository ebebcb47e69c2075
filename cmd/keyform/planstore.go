package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
)

// The key of a saved plan stays on the host, in plan-keys/ of the data directory of
// each gateway that the plan is about, under the plan's key name; or in the file
// that -plan-key-file names. A plan without its key says nothing and does nothing.
const (
	planKeyDir   = "plan-keys"
	planKeyBytes = 32
	// fileKeyID is the key's name in plans whose key is in the user's own file.
	fileKeyID = "file"
)

// planKey gives the key for the fingerprints of this run's plan: a new one, or that of
// -plan-key-file where the file is there already.
func (a *app) planKey(keyFile string) ([]byte, error) {
	if keyFile != "" {
		key, err := readPlanKey(a.path(keyFile))
		if !errors.Is(err, fs.ErrNotExist) {
			return key, err
		}
	}
	key := make([]byte, planKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("random key: %w", err)
	}
	return key, nil
}

func readPlanKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != planKeyBytes {
		return nil, fmt.Errorf("%s is not a plan key: it should hold %d bytes in hexadecimal digits", path, planKeyBytes)
	}
	return key, nil
}

// savePlan writes the plan file, 0600, and keeps its key.
func (a *app) savePlan(s *staged, path, keyFile string) error {
	disk := a.fs
	id := fileKeyID
	keyText := []byte(hex.EncodeToString(s.key) + "\n")
	if keyFile != "" {
		if err := fsys.WriteAtomic(disk, a.path(keyFile), keyText, fsys.WriteOptions{}); err != nil {
			return fmt.Errorf("keep the plan's key: %w", err)
		}
	} else {
		name := make([]byte, 8)
		if _, err := rand.Read(name); err != nil {
			return fmt.Errorf("random name: %w", err)
		}
		id = hex.EncodeToString(name)
		for _, g := range s.plan.Gateways {
			if err := a.keepKey(disk, g.StateDir, id, keyText); err != nil {
				return err
			}
		}
	}
	content, err := plan.EncodeFile(s.plan, id, s.key)
	if err != nil {
		return err
	}
	if err := fsys.WriteAtomic(disk, path, content, fsys.WriteOptions{}); err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	if s.plan.HasChanges() {
		with := ""
		if keyFile != "" {
			with = "-plan-key-file=" + keyFile + " "
		}
		fmt.Fprintf(a.stderr, "Saved the plan as %s. Carry it out with: keyform apply %s%s\n", path, with, path)
	}
	return nil
}

func (a *app) keepKey(disk fsys.FS, stateDir, id string, key []byte) error {
	if _, err := disk.Stat(stateDir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s yet to keep the plan's key in: give -plan-key-file, here and at apply", stateDir)
	}
	dir := filepath.Join(gateway.DataDir(a.host(nil), stateDir), planKeyDir)
	if err := fsys.MkdirAll(disk, dir, 0o700); err != nil {
		return err
	}
	return fsys.WriteAtomic(disk, filepath.Join(dir, id), key, fsys.WriteOptions{})
}

// loadPlan reads a saved plan with its key. done deletes the key, after success.
func (a *app) loadPlan(path, keyFile string) (p *plan.Plan, key []byte, done func() error, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, nil, err
	}
	done = func() error { return nil }
	var found []string
	p, err = plan.DecodeFile(content, func(id string, stateDirs []string) ([]byte, error) {
		if keyFile != "" {
			key, err = readPlanKey(a.path(keyFile))
			return key, err
		}
		key, found, err = a.findKey(id, stateDirs)
		return key, err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	if keyFile == "" {
		done = func() error {
			for _, f := range found {
				if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return fmt.Errorf("remove the key of the plan: %w", err)
				}
			}
			return nil
		}
	}
	return p, key, done, nil
}

// errNoKey: the plan was made on another host, or has been carried out already.
var errNoKey = errors.New("the key of this plan is not on this host: it was made elsewhere (then give -plan-key-file, at plan and at apply), or it was carried out already")

// findKey looks in the data directories that the plan names. What the file says is
// not believed at this point, so a directory counts only if nobody else could have
// put a key there.
func (a *app) findKey(id string, stateDirs []string) (key []byte, files []string, err error) {
	if id == fileKeyID || len(id) != 16 || strings.ContainsAny(id, `/\.`) {
		return nil, nil, errNoKey
	}
	for _, stateDir := range stateDirs {
		dir := filepath.Join(gateway.DataDir(a.host(nil), stateDir), planKeyDir)
		if !private(dir) {
			continue
		}
		file := filepath.Join(dir, id)
		k, err := readPlanKey(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		key, files = k, append(files, file)
	}
	if key == nil {
		return nil, nil, errNoKey
	}
	return key, files, nil
}

// private reports whether a directory is ours, or its state directory's owner's
// where we are root, and closed to everybody else.
func private(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return false
	}
	uid, _, ok := fsys.Owner(info)
	return !ok || uid == os.Getuid() || os.Getuid() == 0
}
