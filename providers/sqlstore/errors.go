package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Of what a database holds, errors of this package repeat only whose it is: a role, an
// agent, a supervisor, and that only where it has the form of one (see idOf). None takes
// over a text of SQLite, which may repeat a row.

// ids are what OpenClaw gives as a role or the id of an agent.
var ids = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// idOf quotes an id that a database gives. Another text is not repeated: nothing is known
// of what is in it, nor how long it is.
func idOf(s string) string {
	switch {
	case s == "":
		return "none"
	case !ids.MatchString(s):
		return "something that is no id"
	}
	return strconv.Quote(s)
}

// FileError says that a path is not the plain file it has to be: a link, a directory,
// or one of another user.
type FileError struct {
	Path, Reason string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s %s; keyform only touches a regular file, with one name, of the gateway's user", e.Path, e.Reason)
}

// MissingError says that Hold found no database. It is fs.ErrNotExist.
type MissingError struct{ Path string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("there is no database %s; only OpenClaw makes one: start the gateway once, or run one of its commands", e.Path)
}

// Is makes it fs.ErrNotExist.
func (e *MissingError) Is(target error) bool { return target == fs.ErrNotExist }

// OrphanError says that a write-ahead log or a journal lies where its database is gone.
// Whoever creates a database there loses what it holds.
type OrphanError struct{ Path string }

func (e *OrphanError) Error() string {
	return fmt.Sprintf("%s holds data of a database that is gone; put the database back beside it, or move it away", e.Path)
}

// CorruptError says that a file is no SQLite database, or a damaged one.
type CorruptError struct {
	Path string
	// Code is SQLite's extended result code, 0 when it was found otherwise.
	Code int
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s is damaged or no SQLite database (result code %d); nothing was changed; see \"openclaw doctor\", or restore it from a backup", e.Path, e.Code)
}

// DiskError says that the system did not do what SQLite asked of a database or a file
// beside it. Before the commit nothing is changed by it.
type DiskError struct {
	Path string
	// Code is SQLite's result code.
	Code int
}

func (e *DiskError) Error() string {
	if e.Code == codeIOErr|1<<8 || e.Code == codeIOErr|2<<8 { // SQLITE_IOERR_READ and _SHORT_READ
		return fmt.Sprintf("SQLite cannot read %s or a file beside it (result code %d): the disk may be failing, look into the system's log", e.Path, e.Code)
	}
	return fmt.Sprintf("SQLite cannot write beside %s, or there (result code %d): the disk may be full, or a quota or the limit of a file's length reached. Free some space and run again", e.Path, e.Code)
}

// BusyError says that somebody else held a lock for longer than Timeout.
type BusyError struct {
	// Path is what is locked: the database or the coordinator.
	Path string
	// Waited is how long we tried.
	Waited time.Duration
	// PIDs are the processes that hold it, as far as the system tells (Linux does).
	PIDs []int
}

func (e *BusyError) Error() string {
	who := "another process"
	if len(e.PIDs) > 0 {
		who = "process " + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(e.PIDs)), ", "), "[]")
	}
	return fmt.Sprintf("%s is locked by %s, and was for %v; try again, with a longer -lock-timeout if need be", e.Path, who, e.Waited.Round(time.Millisecond))
}

// VersionError says that a database is of a newer OpenClaw than is known.
type VersionError struct {
	Path           string
	Version, Known int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has schema version %d, and this keyform knows versions up to %d; use a newer keyform", e.Path, e.Version, e.Known)
}

// OwnerError says that schema_meta names another role or agent than the path.
type OwnerError struct {
	Path string
	// Role and Agent are what the database says, WantRole and WantAgent what it should.
	Role, Agent, WantRole, WantAgent string
}

func (e *OwnerError) Error() string {
	if e.Role != e.WantRole {
		return fmt.Sprintf("%s says it is a database of role %s, not %q; OpenClaw refuses it too: put the right file there", e.Path, idOf(e.Role), e.WantRole)
	}
	return fmt.Sprintf("%s belongs to agent %s, not to %q; OpenClaw refuses it too: put the right file there", e.Path, idOf(e.Agent), e.WantAgent)
}

// SupervisedError says that an external supervisor owns the gateway's state.
type SupervisedError struct {
	// Path is the state database.
	Path string
	// Manager is the supervisor's id, "" when its row is not as it should be.
	Manager string
}

func (e *SupervisedError) Error() string {
	if e.Manager == "" {
		return fmt.Sprintf("the row gateway.supervision of %s is not as OpenClaw writes it; repair it with \"openclaw database ownership claim\"", e.Path)
	}
	return fmt.Sprintf("%s is owned by the external supervisor %q; run keyform from there, with OPENCLAW_SUPERVISOR_MODE=external", e.Path, e.Manager)
}

// MaintenanceError says that the gateway's databases are under maintenance.
type MaintenanceError struct {
	// Path is the state database that says so.
	Path string
	// Until is when the lease ends if it is not renewed.
	Until time.Time
}

func (e *MaintenanceError) Error() string {
	return fmt.Sprintf("OpenClaw maintains the agents' databases (a lease in %s until %s); run again when \"openclaw doctor --fix\" is done",
		e.Path, e.Until.UTC().Format(time.RFC3339))
}

// RelocationError says that OpenClaw has begun to move main's rows to the shared ones. It
// deletes main's when it goes on, whatever has been written there since.
type RelocationError struct{ Path string }

func (e *RelocationError) Error() string {
	return fmt.Sprintf("OpenClaw has not finished moving the credentials of agent main to the shared store, of which %s is a part; start the gateway, or run \"openclaw doctor --fix\", and try again", e.Path)
}

// UnreadyError says that a database lacks what it needs: it was just created, or is
// about to be migrated.
type UnreadyError struct {
	Path string
	// Missing are the tables it lacks.
	Missing []string
}

func (e *UnreadyError) Error() string {
	return fmt.Sprintf("%s has no table %s: OpenClaw has not finished making or migrating it; start the gateway, or run \"openclaw doctor --fix\", and try again",
		e.Path, strings.Join(e.Missing, ", "))
}

// ShapeError says that a row or a table is not as OpenClaw writes it.
type ShapeError struct {
	Path string
	// What names the row or the table.
	What string
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s in %s is not as OpenClaw writes it; see \"openclaw doctor\"", e.What, e.Path)
}

// RecoveryError says that a crash left work which only a writer may finish.
type RecoveryError struct{ Path string }

func (e *RecoveryError) Error() string {
	return fmt.Sprintf("a crash left %s to be recovered, which keyform does not do when it reads; start the gateway or run any openclaw command, and try again", e.Path)
}

// CommittedError says that a Hold failed after its commit: what it wrote stands.
type CommittedError struct {
	Path string
	Err  error
}

func (e *CommittedError) Error() string {
	return fmt.Sprintf("%s was written, but: %v", e.Path, e.Err)
}

// Unwrap gives the reason.
func (e *CommittedError) Unwrap() error { return e.Err }

// errBusy is what one attempt gives when it meets a lock.
var errBusy = errors.New("locked")
