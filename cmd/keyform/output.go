package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/keyform/keyform/schema/diag"
)

// colorMode is what the user says about colour.
type colorMode struct{ never bool }

// useColor decides for one stream: -no-color, NO_COLOR and TERM=dumb switch it off,
// CLICOLOR_FORCE on, else a terminal has it.
func (a *app) useColor(w io.Writer) bool {
	switch {
	case a.color.never, a.getenv("NO_COLOR") != "":
		return false
	case a.getenv("CLICOLOR_FORCE") != "" && a.getenv("CLICOLOR_FORCE") != "0":
		return true
	case a.getenv("TERM") == "dumb":
		return false
	}
	return isTerminal(w)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// tell writes diagnostics for people to stderr.
func (a *app) tell(ds diag.Diagnostics, files map[string][]byte) {
	if len(ds) == 0 {
		return
	}
	if err := ds.View(files).WriteText(a.stderr, diag.TextOptions{Color: a.useColor(a.stderr)}); err != nil {
		a.lost = err
	}
}
