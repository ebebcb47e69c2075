package envfile

import "strings"

// forms gives the ways to write a value, the best one first. Not all of them need
// give the value back: whoever uses one parses the result.
//
// Plain is for what looks the same to every reader of .env files. Then come the
// quotes that the value does not contain, single ones first because nothing in
// them is special; double quotes carry a \r. A value with every quote in it can
// still survive inside a pair of them, or bare, because dotenv takes the whole
// line when a quote inside is followed by text.
func forms(value string) []string {
	expanded := strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(value)
	quoted := []string{"'" + value + "'", "`" + value + "`", `"` + expanded + `"`}
	var out []string
	// A backslash before the closing quote makes dotenv look for another one.
	if isPlain(value) || strings.HasSuffix(value, `\`) {
		out = append(out, value)
	}
	var spare []string
	for _, q := range quoted {
		if strings.Contains(value, q[:1]) {
			spare = append(spare, q)
		} else {
			out = append(out, q)
		}
	}
	out = append(out, spare...)
	return append(out, value)
}

// isPlain reports whether value is not empty and has only characters that mean
// nothing to dotenv, to shells or to systemd.
func isPlain(value string) bool {
	for i := range len(value) {
		if c := value[i]; !isNameByte(c) && strings.IndexByte("/:@%+,=", c) < 0 {
			return false
		}
	}
	return value != ""
}
