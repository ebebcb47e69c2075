package main

import (
	"context"
	"os/user"
	"path/filepath"
	"runtime"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// claudeHost is the machine as the reading of Claude Code sees it.
func (a *app) claudeHost() claudecode.Host {
	h := claudecode.Host{FS: a.fs, LookupEnv: a.lookupEnv, Home: a.home(), OS: runtime.GOOS, Run: claudecode.Exec}
	if dir, err := filepath.Abs("."); err == nil {
		h.Dir = dir
	}
	if u, err := user.Current(); err == nil {
		h.User = u.Username
	}
	return h
}

// readClaudeCode adds the Claude Code of the host to what is live, where it is declared.
func (a *app) readClaudeCode(ctx context.Context, live *plan.Snapshot, want *schema.ClaudeCode, key []byte) diag.Diagnostics {
	if want == nil {
		return nil
	}
	r, err := claudecode.Read(ctx, a.claudeHost(), want.ConfigDir)
	if err != nil {
		return diag.Diagnostics{{
			Code: "KF0457", Summary: "Claude Code that was not read", Range: want.Range,
			Detail: "Reading Claude Code's credentials was interrupted.", Address: schema.Address{Kind: schema.KindClaudeCode}.String(),
		}}
	}
	live.ClaudeCode = r.Snapshot(key, a.now().UnixMilli())
	return nil
}

// presentClaudeCode stands in for a block where there is no configuration: it is there
// if the file of the credentials is. A keychain is not asked unless it is declared.
func (a *app) presentClaudeCode() *schema.ClaudeCode {
	h := a.claudeHost()
	if _, err := h.FS.Lstat(h.Locate("").File); err != nil {
		return nil
	}
	return &schema.ClaudeCode{Expect: schema.ExpectLogin}
}
