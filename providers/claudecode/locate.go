package claudecode

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The variables that move Claude Code's files.
const (
	// configDirEnv moves all of them, secureDirEnv the credentials alone. The second is
	// of later releases: 2.1.40 does not know it.
	configDirEnv = "CLAUDE_CONFIG_DIR"
	secureDirEnv = "CLAUDE_SECURESTORAGE_CONFIG_DIR"
)

const credentialsFile = ".credentials.json"

// keychainService is the name of the keychain's item, and keychainUser the account
// that it is under where the user's name cannot be one.
const (
	keychainService = "Claude Code-credentials"
	keychainUser    = "claude-code-user"
)

var keychainName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// Place is where a Claude Code has its files. Paths are absolute, in Unicode's
// composed form, and their links are not followed.
type Place struct {
	// Dir is the configuration directory, File the credentials' file.
	Dir, File string
	// Identity are the files that say whose login it is, the first that exists counts.
	Identity []string
	// Service and Account name the keychain's item, also where there is no keychain.
	Service, Account string
	// Relative names the variable that holds a relative path, "" for none: claude takes it
	// from its own working directory, so that what it means cannot be known.
	Relative string
}

// Locate finds the place: by configDir, which is absolute or begins with "~/", else by
// the environment, else ~/.claude. An empty CLAUDE_SECURESTORAGE_CONFIG_DIR means
// ~/.claude, an empty CLAUDE_CONFIG_DIR the working directory, as measured with 2.1.328.
func (h Host) Locate(configDir string) Place {
	fallback := filepath.Join(h.Home, ".claude")
	if configDir != "" {
		dir := configDir
		if dir == "~" || strings.HasPrefix(dir, "~/") {
			dir = h.Home + dir[1:]
		}
		// The default directory is the one that Claude Code uses without a variable.
		dir = norm.NFC.String(filepath.Clean(dir))
		return h.place(dir, dir, dir != fallback, dir != fallback)
	}
	dir, moved := h.lookup(configDirEnv)
	if !moved {
		dir = fallback
	}
	secure, apart := h.lookup(secureDirEnv)
	named := moved
	switch {
	case !apart:
		secure = dir
	case secure == "":
		secure, named = fallback, false
	default:
		named = true
	}
	p := h.place(h.absolute(dir), h.absolute(secure), moved, named)
	switch {
	case apart && secure != fallback && !filepath.IsAbs(secure):
		p.Relative = secureDirEnv
	case moved && !filepath.IsAbs(dir):
		p.Relative = configDirEnv
	}
	return p
}

// DefaultPlace is ~/.claude whatever the environment says, which is where clawdbot
// 2026.1.24-3 looks.
func (h Host) DefaultPlace() Place {
	dir := filepath.Join(h.Home, ".claude")
	return h.place(dir, dir, false, false)
}

// place puts a Place together. moved tells that the configuration directory is not the
// default one, named that the keychain's item has the directory in its name.
func (h Host) place(dir, secure string, moved, named bool) Place {
	p := Place{
		Dir: dir, File: filepath.Join(secure, credentialsFile),
		Service: keychainService, Account: h.keychainAccount(),
	}
	identityDir := h.Home
	if moved {
		identityDir = dir
	}
	p.Identity = []string{filepath.Join(dir, ".config.json"), filepath.Join(identityDir, ".claude.json")}
	if named {
		sum := sha256.Sum256([]byte(secure))
		p.Service += "-" + hex.EncodeToString(sum[:])[:8]
	}
	return p
}

func (h Host) absolute(dir string) string {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(h.Dir, dir)
	}
	return norm.NFC.String(filepath.Clean(dir))
}

func (h Host) keychainAccount() string {
	name := h.env("USER")
	if name == "" {
		name = h.User
	}
	if !keychainName.MatchString(name) {
		return keychainUser
	}
	return name
}
