// Package protocol is what keyform and its 1Password helper, the child process
// "keyform internal op-resolve", say to each other: one JSON object each way.
//
// The helper tells failures by a Reason from a fixed list and never by a text of
// the SDK or of the service, so nothing secret can be in one.
package protocol

// Version is that of the objects below. Both sides refuse another one; they differ
// only while keyform is being replaced by another release.
const Version = 1

// TokenVariable is the environment variable in which the helper gets the token,
// and in which users give theirs to keyform.
const TokenVariable = "OP_SERVICE_ACCOUNT_TOKEN"

// Request is what keyform writes to the helper's standard input. The input stays
// open after it: its end tells the helper that nobody waits for an answer.
type Request struct {
	Version int `json:"version"`
	// References are op:// references without duplicates.
	References []string `json:"references"`
}

// Response is what the helper writes to its standard output.
type Response struct {
	Version int `json:"version"`
	// Failure is why nothing at all was resolved, or "".
	Failure Reason `json:"failure,omitempty"`
	// Values and Problems together have every reference where Failure is "".
	Values   map[string]string `json:"values,omitempty"`
	Problems map[string]Reason `json:"problems,omitempty"`
	// Candidates has the ids that a reference with the problem TooManyVaults or
	// TooManyItems leaves to choose from, where they could be listed.
	Candidates map[string][]string `json:"candidates,omitempty"`
}

// Reason is a cause of failure.
type Reason string

// Causes of a Failure that the helper tells.
const (
	NoToken        Reason = "noToken"
	MalformedToken Reason = "malformedToken"
	WrongToken     Reason = "wrongToken"
	Forbidden      Reason = "forbidden"
	RateLimited    Reason = "rateLimited"
	ServerError    Reason = "serverError"
	Transport      Reason = "transport"
	Certificate    Reason = "certificate"
	HostNotAllowed Reason = "hostNotAllowed"
	Refused        Reason = "refused"
	Deadline       Reason = "deadline"
	CoreStopped    Reason = "coreStopped"
	BadRequest     Reason = "badRequest"
	OtherVersion   Reason = "otherVersion"
	Unknown        Reason = "unknown"
)

// Causes of a Failure that keyform finds when it runs the helper.
const (
	NotStarted Reason = "notStarted"
	NoAnswer   Reason = "noAnswer"
	Canceled   Reason = "canceled"
)

// Causes of a problem with one reference: the types of the SDK's
// ResolveReferenceError (version 0.4.1), as it spells them.
const (
	Parsing               Reason = "parsing"
	VaultNotFound         Reason = "vaultNotFound"
	ItemNotFound          Reason = "itemNotFound"
	FieldNotFound         Reason = "fieldNotFound"
	NoMatchingSections    Reason = "noMatchingSections"
	TooManyVaults         Reason = "tooManyVaults"
	TooManyItems          Reason = "tooManyItems"
	TooManyFields         Reason = "tooManyMatchingFields"
	NotOneTime            Reason = "incompatibleTOTPQueryParameterField"
	NoOneTimeCode         Reason = "unableToGenerateTotpCode"
	NoSSHMetadata         Reason = "sSHKeyMetadataNotFound"
	UnsupportedFile       Reason = "unsupportedFileFormat"
	NotSSHKey             Reason = "incompatibleSshKeyQueryParameterField"
	UnparsablePrivateKey  Reason = "unableToParsePrivateKey"
	UnformattedPrivateKey Reason = "unableToFormatPrivateKeyToOpenSsh"
	// Other is also what the SDK makes of a service that fails, or of a used-up
	// limit, while it lists the items of a vault.
	Other Reason = "other"
)
