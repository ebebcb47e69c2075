package schema

import (
	"errors"
	"fmt"
	"strings"
)

// CheckOnePasswordRef checks the form of a 1Password secret reference,
//
//	op://VAULT/ITEM/[SECTION/]FIELD[?ssh-format=openssh]
//
// without asking anybody. It refuses what the parser of 1Password's SDK for Go,
// version 0.4.1, refuses. It also refuses three things that the SDK lets through
// and that cannot work here: an empty part, a part with a space at its beginning or
// end, and a one-time code (?attribute=otp or totp).
//
// The error says what is wrong and what to do. It shows no more of ref than one
// character, because a user may have put a secret where the reference belongs.
func CheckOnePasswordRef(ref string) error {
	rest, ok := strings.CutPrefix(ref, "op://")
	if !ok {
		return errors.New(`a 1Password reference begins with "op://" in small letters: write op://VAULT/ITEM/FIELD`)
	}
	path, query, hasQuery := strings.Cut(rest, "?")
	names := strings.Split(path, "/")
	var roles []string
	switch len(names) {
	case 3:
		roles = []string{"vault", "item", "field"}
	case 4:
		roles = []string{"vault", "item", "section", "field"}
	default:
		return fmt.Errorf("a 1Password reference has 3 or 4 parts, op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD, and this one has %d; "+
			"where a name holds a slash, write the 26-character id instead of the name", len(names))
	}
	for i, name := range names {
		if err := checkOnePasswordName(roles[i], name); err != nil {
			return err
		}
	}
	if hasQuery {
		return checkOnePasswordQuery(query)
	}
	return nil
}

func checkOnePasswordName(role, name string) error {
	if name == "" {
		return fmt.Errorf("the %s is empty: write op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD", role)
	}
	for _, c := range name {
		if !isOnePasswordRune(c) {
			return fmt.Errorf("the name of the %s holds %q, and 1Password's references allow only the letters A to Z and a to z, digits, space and - _ . in names: "+
				"write the %s's 26-character id instead of its name", role, c, role)
		}
	}
	if name[0] == ' ' || name[len(name)-1] == ' ' {
		return fmt.Errorf("the name of the %s begins or ends with a space: remove it, or write the %s's 26-character id if the name really has it", role, role)
	}
	return nil
}

func isOnePasswordRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_. ", c)
}

func checkOnePasswordQuery(query string) error {
	switch query {
	case "ssh-format=openssh":
		return nil
	case "attribute=otp", "attribute=totp":
		return errors.New("a one-time code changes every 30 seconds and cannot be a stored credential: refer to the field that holds the key itself")
	}
	return errors.New(`after the question mark only "ssh-format=openssh" is possible: remove the rest`)
}
