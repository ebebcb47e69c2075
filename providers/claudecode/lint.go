package claudecode

import (
	"fmt"
	"time"

	"github.com/keyform/keyform/plan"
)

// The codes of the findings, by what they are about.
const (
	codeUnusable = "KF0451"
	codeDying    = "KF0452"
	codeUnits    = "KF0453"
	codeFile     = "KF0454"
	codeShadowed = "KF0455"
	codeIdentity = "KF0456"
)

// The least plausible expiry in milliseconds, which is in 2001, and how long before its
// end a login is worth a warning, in milliseconds. A login lasts about thirty days.
const (
	leastMilliseconds = 1e12
	soon              = 7 * 24 * 60 * 60 * 1000
)

const (
	logIn = `Log in with claude, by "claude auth login".`
	// lostOnWrite is why a file that does not parse is urgent.
	lostOnWrite = "Claude Code takes the file for an empty one, and its next write loses all that is in it."
)

// linter collects findings in the order in which they are made.
type linter struct {
	r     *Reading
	now   int64
	where string
	out   []plan.Finding
}

// Lint tells what is wrong with what was read, in an order that does not change. now is in milliseconds
// since the epoch. No text holds anything of a token.
func (r *Reading) Lint(now int64) []plan.Finding {
	l := &linter{r: r, now: now, where: r.label()}
	l.content()
	l.expiry()
	l.file()
	if r.Login.Present {
		l.shadows()
	}
	l.identity()
	return l.out
}

func (l *linter) add(class string, level plan.Level, code, summary, detail, advice string) {
	l.out = append(l.out, plan.Finding{Class: class, Level: level, Code: code, Summary: summary, Detail: detail, Advice: advice})
}

// content is what makes Claude Code take nobody for logged in.
func (l *linter) content() {
	const unusable = "Claude Code credentials that it cannot use"
	r, login := l.r, l.r.Login
	bad := func(class, detail, advice string) {
		l.add(class, plan.LevelError, codeUnusable, unusable, detail, advice)
	}
	switch {
	case r.Unreadable:
		bad("unreadable", l.where+" cannot be read: "+r.Broken+".", "Run keyform as the user whose login it is.")
	case r.Broken == errEmpty.Error():
		bad("bom_or_unparsable", l.where+" is empty, so that nobody is logged in.", logIn)
	case r.Broken != "":
		bad("bom_or_unparsable", l.where+": "+r.Broken+". "+lostOnWrite, "Put the file right, or move it away and log in with claude. Until then do not start claude: it would write.")
	case !login.Present:
	case login.Form() == plan.ClaudeEnded:
		why := "as it leaves them after a refresh that failed"
		if login.Ended != "" {
			why += ` (reason "` + login.Ended + `")`
		}
		l.add("tombstone", plan.LevelError, codeDying, "Claude Code login that has ended",
			"Claude Code has blanked the tokens in "+l.where+", "+why+". No older copy of them helps: a refresh token works once.", logIn)
	case login.Access.IsZero():
		bad("access_missing", l.where+" has a login without an access token, as a copy made in the middle of a login has. Claude Code takes nobody for logged in.", logIn)
	case !login.Scoped:
		bad("scopes_invalid", l.where+` has no list "scopes" with "user:inference" in it, without which Claude Code takes nobody for logged in.`, logIn)
	}
	if login.NotText {
		bad("token_not_text", "A token in "+l.where+" is not a string. Claude Code takes it for a login, and no server will.", logIn)
	}
}

// expiry is about a login that Claude Code accepts and that does not work, or not for
// long: Claude Code itself looks at no date before it has to.
func (l *linter) expiry() {
	login := l.r.Login
	form := login.Form()
	if form != plan.ClaudeLogin && form != plan.ClaudeSetupToken {
		return
	}
	const dying = "Claude Code login that ends"
	expired := login.Expires != nil && *login.Expires <= float64(l.now)
	switch {
	case login.ExpiresNotNumber:
		l.add("expiresAt_not_ms", plan.LevelError, codeUnits, "Claude Code expiry that is no time in milliseconds",
			`"expiresAt" in `+l.where+" is not a number, so that nobody can tell when the access token ends.", logIn)
	case login.Expires != nil && *login.Expires > 0 && *login.Expires < leastMilliseconds:
		l.add("expiresAt_not_ms", plan.LevelError, codeUnits, "Claude Code expiry that is no time in milliseconds",
			`"expiresAt" in `+l.where+" is too small for milliseconds: it is in seconds, perhaps. Claude Code takes the access token for expired since 1970, and refreshes it every time.",
			"Whatever wrote the file should write milliseconds. "+logIn)
	case expired && form == plan.ClaudeLogin:
		l.add("access_expired_refreshable", plan.LevelInfo, codeDying, dying, "The access token has expired, and claude renews it at its next use: nothing to do.", "")
	case expired:
		l.add("access_expired_no_refresh", plan.LevelError, codeDying, dying, "The token in "+l.where+" expired "+l.date(*login.Expires)+" and there is no refresh token. Claude Code does not notice before a request fails.",
			logIn+` For a setup-token run "claude setup-token" and put the new one there.`)
	}
	switch ends := login.LoginExpires; {
	case ends == nil || *ends < leastMilliseconds || form != plan.ClaudeLogin:
	case *ends <= float64(l.now):
		l.add("login_expired", plan.LevelError, codeDying, dying, "The login in "+l.where+" ended "+l.date(*ends)+": its refresh token works no longer. Claude Code does not notice before it has to refresh.", logIn)
	case *ends <= float64(l.now+soon):
		l.add("login_expires_soon", plan.LevelWarning, codeDying, dying, "The login in "+l.where+" ends "+l.date(*ends)+", whatever is refreshed until then.", logIn)
	}
}

func (l *linter) date(ms float64) string {
	return "on " + time.UnixMilli(int64(ms)).UTC().Format("2006-01-02 15:04 UTC")
}

// file is about where the credentials are kept.
func (l *linter) file() {
	r := l.r
	const kept = "Claude Code credentials kept in a risky way"
	if r.LooseMode != 0 {
		l.add("mode_too_open", plan.LevelWarning, codeFile, kept, fmt.Sprintf("%s has mode %04o, so that other users of the host can get at the tokens. Claude Code sets 0600 when it writes the next time.", l.where, r.LooseMode),
			"Use chmod 600 "+l.where+".")
	}
	if r.LinkTarget != "" {
		l.add("symlink", plan.LevelWarning, codeFile, kept, l.where+" is a symbolic link to "+plan.ShowPath(r.LinkTarget, r.home)+". Claude Code puts a file in the place of the link when it writes the next time, and what the link points to gets old.",
			"Make it a file. To keep it elsewhere, move the whole directory and name it in CLAUDE_CONFIG_DIR.")
	}
	if r.Place.Relative != "" {
		l.add("relative_dir", plan.LevelWarning, codeFile, kept, r.Place.Relative+" is not an absolute path, and Claude Code takes it from the directory that it is started in: every directory has a login of its own.",
			"Set it to an absolute path, or take it away, or declare config_dir.")
	}
	if r.Keychain != "" {
		l.add("keychain_unreadable", plan.LevelWarning, codeFile, "Keychain that could not be asked",
			"The keychain's item "+r.Place.Service+" could not be read: "+r.Keychain+". What is said here is of the file "+plan.ShowPath(r.Place.File, r.home)+", which Claude Code uses only where the keychain does not work.",
			"Run keyform where the keychain is open, and allow the access.")
	}
}

// shadows is about what Claude Code uses instead of the login.
func (l *linter) shadows() {
	for _, s := range l.r.Shadows {
		what, place := s.Name, "keyform's environment"
		class, advice := "shadowed_by_env", "Unset "+s.Name+" where claude is started, if the login is meant."
		if s.Where != "" {
			place = plan.ShowPath(s.Where, l.r.home)
			class, advice = "shadowed_by_settings", "Take "+s.Name+" out of "+place+", if the login is meant."
		}
		l.add(class, plan.LevelWarning, codeShadowed, "Claude Code login that is not used",
			what+" is set in "+place+". With it Claude Code "+s.Effect+", and the login goes unused.", advice)
	}
	for _, problem := range l.r.Settings {
		l.add("settings_unreadable", plan.LevelWarning, codeShadowed, "Claude Code settings that cannot be read",
			plan.ShowPath(problem, l.r.home)+". Claude Code ignores such a file, and so does keyform.", "Put the file right.")
	}
}

// identity is about .claude.json.
func (l *linter) identity() {
	id, login := l.r.Identity, l.r.Login
	const about = "Claude Code account that is not certain"
	path := plan.ShowPath(id.Path, l.r.home)
	switch {
	case id.Broken != "":
		l.add("identity_unreadable", plan.LevelError, codeIdentity, about, path+" cannot be read: "+id.Broken+". Claude Code does not start with it; nor can the account be told.",
			"Put the file right, or move it away: claude makes a new one.")
	case l.r.disagrees():
		l.add("identity_disagrees", plan.LevelWarning, codeIdentity, about, "The login in "+l.where+" is of another account than "+path+" says, as after a file was copied. Claude Code shows the name in the second and uses the first.",
			logIn)
	case id.ConsoleKey && !login.Present && l.r.Broken == "":
		l.add("console_key", plan.LevelInfo, codeIdentity, about, path+" has an API key of a login to the Console, which Claude Code uses as long as there is no login.", "")
	}
}

// disagrees tells that the login and .claude.json name different accounts.
func (r *Reading) disagrees() bool {
	a, b := r.Login.Account, r.Identity.Account
	return a != "" && b != "" && a != b
}
