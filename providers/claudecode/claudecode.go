// Package claudecode reads the credentials of the host's Claude Code, and tells what
// is wrong with them. Formats, places and precedence are those of its releases 2.1.328
// and 2.1.40; where they differ, those of 2.1.328.
//
// It reads and no more: nothing here refreshes a token, runs claude, takes one of its
// locks or writes a file, and a test of this package looks for calls that could. "claude
// auth status" is no way of reading either: it spends a refresh token that is due, and
// blanks the tokens in the file where that fails.
package claudecode

import (
	"context"
	"io/fs"
	"path/filepath"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
)

// Host is the machine as Read sees it. All of it may be used concurrently.
type Host struct {
	FS fsys.FS
	// LookupEnv is keyform's own environment, in which a set and empty variable differs
	// from one that is not set. nil is an empty one.
	LookupEnv func(string) (string, bool)
	// Home is the home directory, absolute.
	Home string
	// Dir is the working directory, absolute: relative paths of the environment are
	// taken from there.
	Dir string
	// OS is the operating system as runtime.GOOS names it. Only "darwin" has a keychain.
	OS string
	// User is the name that the keychain's item is looked for under where $USER is empty.
	User string
	// Run runs the program that reads the keychain; nil is no keychain.
	Run Runner
	// Sleep pauses between the tries to read a torn file; nil is a real pause.
	Sleep fsys.Sleep
}

func (h *Host) lookup(name string) (string, bool) {
	if h.LookupEnv == nil {
		return "", false
	}
	return h.LookupEnv(name)
}

// env is a variable's value, "" where it is not set.
func (h *Host) env(name string) string {
	v, _ := h.lookup(name)
	return v
}

// managedSettings is where an administrator's settings are.
func (h *Host) managedSettings() string {
	switch h.OS {
	case "darwin":
		return "/Library/Application Support/ClaudeCode/managed-settings.json"
	case "windows":
		return `C:\Program Files\ClaudeCode\managed-settings.json`
	}
	return "/etc/claude-code/managed-settings.json"
}

// Reading is what was found. It holds tokens, inside Login, and is not to be kept
// longer than needed.
type Reading struct {
	Place Place
	// FromKeychain tells that Login comes from the keychain.
	FromKeychain bool
	// Login is the content; the zero one where there is none.
	Login Login
	// Broken says why the content, or the file, cannot be read at all, "" where it can.
	// It holds no content.
	Broken string
	// Unreadable tells that Broken is about opening the file, not about what is in it.
	Unreadable bool
	// LinkTarget is what the file is a symbolic link to, "" where it is none. LooseMode is its
	// permissions where others have any, else 0.
	LinkTarget string
	LooseMode  fs.FileMode
	// Keychain says why the keychain could not be asked, "" where it could or there is none.
	Keychain string
	Identity Identity
	Shadows  []Shadow
	// Settings are settings files that cannot be read, each with the reason.
	Settings []string
	home     string
}

// Read finds and reads the Claude Code of a host. configDir is what is declared, ""
// for nothing. Everything that can be wrong with it is in the Reading; the error is
// that of ctx.
func Read(ctx context.Context, h Host, configDir string) (Reading, error) {
	return ReadAt(ctx, h, h.Locate(configDir))
}

// ReadAt reads the Claude Code in a place.
func ReadAt(ctx context.Context, h Host, at Place) (Reading, error) {
	r := Reading{Place: at, home: h.Home}
	if err := r.readLogin(ctx, &h); err != nil {
		return r, err
	}
	if err := r.readIdentity(ctx, &h); err != nil {
		return r, err
	}
	err := r.readShadows(ctx, &h)
	return r, err
}

// label is what was read as the user knows it, shown the same in full.
func (r *Reading) label() string { return plan.ShowPath(r.shown(), r.home) }

func (r *Reading) shown() string {
	if r.FromKeychain {
		return "keychain item " + r.Place.Service
	}
	return r.Place.File
}

// sibling is a file of the configuration directory.
func (p Place) sibling(name string) string { return filepath.Join(p.Dir, name) }
