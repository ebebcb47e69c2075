package main

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/schema"
)

// host is the machine as keyform reads and writes it. watch are the variables that
// a configuration declares.
func (a *app) host(watch []string) gateway.Host {
	h := gateway.Host{
		FS:     a.fs,
		Getenv: a.getenv,
		Home:   a.home(),
		UID:    os.Geteuid(),
		Temp:   os.TempDir(),
		Watch:  watch,
		Alive:  lock.Alive,
	}
	if runtime.GOOS == "linux" {
		h.Proc = gateway.NewProc("/proc")
	}
	return h
}

// home is the user's home directory: of the environment, else of the user database.
func (a *app) home() string {
	name := "HOME"
	if runtime.GOOS == "windows" {
		name = "USERPROFILE"
	}
	if home := a.getenv(name); filepath.IsAbs(home) {
		return home
	}
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}

// watched are the variables that providers declare by name, and those that gateways are
// to resolve references to.
func watched(cfg *schema.Config) []string {
	var out []string
	for _, p := range cfg.Providers {
		for _, e := range p.Env {
			out = append(out, e.Name)
		}
	}
	for _, ref := range storedRefs(cfg) {
		if ref.Source == schema.SourceEnv {
			out = append(out, ref.Args...)
		}
	}
	return out
}

// storedRefs are the references that the gateways are to resolve themselves.
func storedRefs(cfg *schema.Config) []schema.Ref {
	var out []schema.Ref
	for _, p := range cfg.Profiles {
		if p.Reference {
			out = append(out, p.Use.Ref)
		}
	}
	return out
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// disk is the real file system, and in a test binary the one that fails at its n-th
// operation.
func disk() (fsys.FS, func() error, error) { return fsys.FromEnv(fsys.OS{}) }
