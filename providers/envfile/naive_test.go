package envfile

import (
	"regexp"
	"strings"
)

// naive is a second reading of dotenv's expression for tests: written down part by
// part as a backtracking matcher, without any of the reasoning in scan.go. It is
// slow and recursive, for small inputs.
type naive struct{ text []rune }

// step matches at p and calls then with each end in the order of JavaScript.
type step func(p int, then func(int) bool) bool

func (n naive) char(ok func(rune) bool) step {
	return func(p int, then func(int) bool) bool {
		return p < len(n.text) && ok(n.text[p]) && then(p+1)
	}
}

func (n naive) lit(s string) step {
	var all []step
	for _, r := range s {
		all = append(all, n.char(func(c rune) bool { return c == r }))
	}
	return seq(all...)
}

func seq(parts ...step) step {
	return func(p int, then func(int) bool) bool {
		if len(parts) == 0 {
			return then(p)
		}
		return parts[0](p, func(q int) bool { return seq(parts[1:]...)(q, then) })
	}
}

func alt(parts ...step) step {
	return func(p int, then func(int) bool) bool {
		for _, part := range parts {
			if part(p, then) {
				return true
			}
		}
		return false
	}
}

func empty(p int, then func(int) bool) bool { return then(p) }

func star(part step) step {
	return func(p int, then func(int) bool) bool {
		return part(p, func(q int) bool { return star(part)(q, then) }) || then(p)
	}
}

func lazyStar(part step) step {
	return func(p int, then func(int) bool) bool {
		return then(p) || part(p, func(q int) bool { return lazyStar(part)(q, then) })
	}
}

func group(part step, from, to *int) step {
	return func(p int, then func(int) bool) bool {
		return part(p, func(q int) bool {
			f, t := *from, *to
			*from, *to = p, q
			if then(q) {
				return true
			}
			*from, *to = f, t
			return false
		})
	}
}

const jsBlanks = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

func blank(r rune) bool { return strings.ContainsRune(jsBlanks, r) }
func ends(r rune) bool  { return strings.ContainsRune("\n\r\u2028\u2029", r) }

func (n naive) start(p int, then func(int) bool) bool {
	return (p == 0 || ends(n.text[p-1])) && then(p)
}

func (n naive) dollar(p int, then func(int) bool) bool {
	return (p == len(n.text) || ends(n.text[p])) && then(p)
}

// naivePairs gives the assignments of src in order, __proto__ left out.
func naivePairs(src string) [][2]string {
	n := naive{[]rune(regexp.MustCompile(`\r\n?`).ReplaceAllString(replaceInvalid(src), "\n"))}
	not := func(set string) step {
		return n.char(func(r rune) bool { return !strings.ContainsRune(set, r) })
	}
	s := n.char(blank)
	word := n.char(func(r rune) bool { return r < 128 && isNameByte(byte(r)) })
	quoted := func(q string) step {
		return seq(star(s), n.lit(q), star(alt(n.lit(`\`+q), not(q))), n.lit(q))
	}
	bare := not("#\r\n")
	var pairs [][2]string
	for last := 0; last <= len(n.text); {
		k1, k2, v1, v2, end := 0, 0, 0, 0, -1
		line := seq(n.start, star(s), alt(seq(n.lit("export"), s, star(s)), empty),
			group(seq(word, star(word)), &k1, &k2),
			alt(seq(star(s), n.lit("="), lazyStar(s)), seq(n.lit(":"), s, lazyStar(s))),
			alt(group(alt(quoted("'"), quoted(`"`), quoted("`"), seq(bare, star(bare))), &v1, &v2), empty),
			star(s), alt(seq(n.lit("#"), star(n.char(func(r rune) bool { return !ends(r) }))), empty), n.dollar)
		if !line(last, func(q int) bool { end = q; return true }) {
			last++
			continue
		}
		if key := string(n.text[k1:k2]); key != "__proto__" {
			pairs = append(pairs, [2]string{key, naiveValue(n.text[v1:v2])})
		}
		last = end
	}
	return pairs
}

func naiveValue(raw []rune) string {
	value := naive{[]rune(strings.Trim(string(raw), jsBlanks))}
	out := ""
	for p := 0; p < len(value.text); {
		end := -1
		for _, q := range []string{"'", `"`, "`"} {
			all := star(value.char(func(rune) bool { return true }))
			seq(value.start, value.lit(q), all, value.lit(q), value.dollar)(p, func(e int) bool { end = e; return true })
			if end >= 0 {
				break
			}
		}
		if end >= 0 {
			out += string(value.text[p+1 : end-1])
			p = end
		} else {
			out += string(value.text[p])
			p++
		}
	}
	if len(value.text) > 0 && value.text[0] == '"' {
		out = strings.ReplaceAll(out, `\n`, "\n")
		out = strings.ReplaceAll(out, `\r`, "\r")
	}
	return out
}
