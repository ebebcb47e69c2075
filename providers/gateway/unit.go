package gateway

import (
	"path/filepath"
	"strings"
)

// unit is a systemd user unit, with its drop-ins.
type unit struct {
	name string
	env  map[string]string
	// exec is the command line of ExecStart, nil if there is none.
	exec []string
	// dir is its WorkingDirectory, "" if it names none.
	dir string
}

// findUnit reads the unit of that name (with ".service") from where the products
// install it, or the administrator's directory; nil if there is none that can be read.
func (h *Host) findUnit(name, home string) *unit {
	for _, dir := range []string{filepath.Join(home, ".config", "systemd", "user"), "/etc/systemd/user"} {
		path := filepath.Join(dir, name)
		raw, err := h.FS.ReadFile(path)
		if err != nil {
			continue
		}
		u := &unit{name: name, env: map[string]string{}}
		u.read(h, string(raw), home)
		dropins, _ := h.FS.ReadDir(path + ".d") // none is the usual case
		for _, d := range dropins {
			if !strings.HasSuffix(d.Name(), ".conf") {
				continue
			}
			if raw, err := h.FS.ReadFile(filepath.Join(path+".d", d.Name())); err == nil {
				u.read(h, string(raw), home)
			}
		}
		return u
	}
	return nil
}

// read takes in one file. Assignments later in the file win, as systemd has it.
func (u *unit) read(h *Host, text, home string) {
	service := false
	for _, line := range unitLines(text) {
		if strings.HasPrefix(line, "[") {
			service = line == "[Service]"
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || !service {
			continue
		}
		value = strings.TrimSpace(strings.ReplaceAll(value, "%h", home))
		switch strings.TrimSpace(key) {
		case "Environment":
			if value == "" {
				u.env = map[string]string{}
			}
			for _, word := range unitWords(value) {
				if name, v, ok := strings.Cut(word, "="); ok {
					u.env[name] = v
				}
			}
		case "EnvironmentFile":
			u.readEnvFile(h, strings.TrimPrefix(value, "-"))
		case "WorkingDirectory":
			u.dir = strings.TrimPrefix(value, "-")
		case "ExecStart":
			u.exec = unitWords(strings.TrimLeft(value, "@-:+!"))
		}
	}
}

func (u *unit) readEnvFile(h *Host, path string) {
	if !filepath.IsAbs(path) {
		return
	}
	raw, err := h.FS.ReadFile(path)
	if err != nil {
		return
	}
	for _, line := range unitLines(string(raw)) {
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		if n := len(value); n >= 2 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
			value = value[1 : n-1]
		}
		u.env[strings.TrimSpace(name)] = value
	}
}

// unitLines gives the lines that count: continued ones joined, comments and empty
// ones left out, blanks around them gone.
func unitLines(text string) []string {
	var out []string
	joined := ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if trimmed := strings.TrimSpace(line); trimmed != "" && (trimmed[0] == '#' || trimmed[0] == ';') {
			continue
		}
		if rest, more := strings.CutSuffix(line, `\`); more {
			joined += rest + " "
			continue
		}
		if line = strings.TrimSpace(joined + line); line != "" {
			out = append(out, line)
		}
		joined = ""
	}
	return out
}

// unitWords splits a value at blanks outside quotes and takes the quotes away.
func unitWords(value string) []string {
	var out []string
	var word strings.Builder
	quote, inside := rune(0), false
	escaped := false
	for _, c := range value {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped, inside = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inside = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if inside {
				out = append(out, word.String())
				word.Reset()
				inside = false
			}
		default:
			word.WriteRune(c)
			inside = true
		}
	}
	if inside {
		out = append(out, word.String())
	}
	return out
}
