package onepassword

import (
	"fmt"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// failure says a reason in words. A reason that it does not know is told as such.
func failure(ref schema.Ref, block *schema.Source, why protocol.Reason) *source.Failure {
	f := ofReference(why)
	if f.Kind == "" {
		f = ofSignIn(why)
	}
	if f.Kind == "" {
		f = ofService(why)
	}
	if why == protocol.NoToken && block != nil && block.Token != nil {
		f.Message = fmt.Sprintf("The token of source %q %q is empty.", block.Type, block.Name)
	}
	f.Ref = ref
	return &f
}

// ofReference has the failures of one reference, as the SDK tells them.
func ofReference(why protocol.Reason) source.Failure {
	const useID = "Write the 26-character id instead of the name; 1Password's app and `op item list` show it."
	say := func(kind source.Kind, message, advice string) source.Failure {
		return source.Failure{Kind: kind, Message: message, Advice: advice}
	}
	switch why {
	case protocol.Parsing:
		return say(source.Malformed, "1Password's SDK does not take it for a reference.", "Write op://VAULT/ITEM/[SECTION/]FIELD.")
	case protocol.VaultNotFound:
		return say(source.NotFound, "There is no such vault, or this service account may not see it.", "Correct the name, or give the service account access to the vault.")
	case protocol.ItemNotFound:
		return say(source.NotFound, "There is no such item in the vault; an archived one does not count.", "Correct the name, or restore the item.")
	case protocol.FieldNotFound:
		return say(source.NotFound, "The item has no such field.", "Correct the name; a field within a section is op://VAULT/ITEM/SECTION/FIELD.")
	case protocol.NoMatchingSections:
		return say(source.NotFound, "The item has no such section.", "Correct the name, or leave the section out.")
	case protocol.TooManyVaults:
		return say(source.Ambiguous, "Several vaults have this name.", useID)
	case protocol.TooManyItems:
		return say(source.Ambiguous, "Several items of the vault have this name.", useID)
	case protocol.TooManyFields:
		return say(source.Ambiguous, "Several fields of the item have this name.", "Add the section, or write the field's id instead of its name.")
	case protocol.UnsupportedFile:
		return say(source.Unsupported, "It is a file that holds no text.", "Refer to a field, or attach a text file.")
	case protocol.NotOneTime, protocol.NoOneTimeCode:
		return say(source.Unsupported, "It asks for a one-time code, which cannot be a stored credential.", "Remove the question mark and what follows.")
	case protocol.NoSSHMetadata, protocol.NotSSHKey, protocol.UnparsablePrivateKey, protocol.UnformattedPrivateKey:
		return say(source.Unsupported, "It asks for an SSH key in OpenSSH's format, and the field holds none that 1Password can give so.", "Remove the question mark and what follows.")
	case protocol.Other:
		return say(source.Other, "1Password did not list the items of the vault: its service failed, or the request limit of the account is used up.", "Try again later; the limit is per hour and token and per day and account.")
	}
	return source.Failure{}
}

// ofSignIn has the failures that concern keyform's own credential.
func ofSignIn(why protocol.Reason) source.Failure {
	say := func(kind source.Kind, message, advice string) source.Failure {
		return source.Failure{Kind: kind, Message: message, Advice: advice}
	}
	switch why {
	case protocol.NoToken:
		return say(source.Unauthenticated, "There is no 1Password service account token to ask with.",
			`Set OP_SERVICE_ACCOUNT_TOKEN for the keyform command, or declare source "onepassword" "default" with a token; a source of another name goes into the reference as its last argument.`)
	case protocol.MalformedToken:
		return say(source.Unauthenticated, "What is given as 1Password service account token is none.", `It begins with "ops_" and has no spaces or line breaks: copy it again, whole.`)
	case protocol.WrongToken:
		return say(source.Unauthenticated, "1Password does not accept the service account token.", "It may be revoked, expired or of another account: make a new one and give keyform that.")
	case protocol.Refused:
		return say(source.Unauthenticated, "1Password refuses the sign-in of the service account.", "Make sure that the account still exists, or make a new token.")
	case protocol.Forbidden:
		return say(source.Denied, "The service account lacks the right to do this.", "Give it read access to the vault.")
	}
	return source.Failure{}
}

// ofService has the failures of the way to 1Password and of the helper.
func ofService(why protocol.Reason) source.Failure {
	say := func(kind source.Kind, message, advice string) source.Failure {
		return source.Failure{Kind: kind, Message: message, Advice: advice}
	}
	switch why {
	case protocol.RateLimited:
		return say(source.RateLimited, "The request limit of the 1Password account is used up.", "Wait: the limit is per hour and token and per day and account, and every further request counts. `op service-account ratelimit` shows it.")
	case protocol.ServerError:
		return say(source.Unreachable, "1Password's service answers that it is out of order.", "Try again later; see status.1password.com.")
	case protocol.Transport:
		return say(source.Unreachable, "1Password's service cannot be reached.", "Look at the network, the name service and HTTPS_PROXY.")
	case protocol.Certificate:
		return say(source.Unreachable, "The certificate of 1Password's service, or of the proxy before it, is not trusted.", "Where a proxy opens connections, put its root certificate into the file that SSL_CERT_FILE names.")
	case protocol.HostNotAllowed:
		return say(source.Unauthenticated, "The service account token names a sign-in address that is not 1Password's.", "Make a new token and give keyform that.")
	case protocol.Deadline:
		return say(source.Timeout, "1Password did not answer in time.", "Look at the network and at the load of this machine, and try again.")
	case protocol.Canceled:
		return say(source.Other, "The run was interrupted before 1Password answered.", "Start it again.")
	case protocol.NotStarted:
		return say(source.Other, "keyform could not start itself as the helper that asks 1Password.", "Make sure that keyform's program file is still in its place and may be executed.")
	case protocol.OtherVersion, protocol.BadRequest:
		return say(source.Other, "keyform was replaced by another version while it ran.", "Start it again.")
	case protocol.CoreStopped:
		return say(source.Other, "1Password's SDK stopped with an error of its own.", "Try again; if it stays, report it with keyform's version.")
	case protocol.NoAnswer:
		return say(source.Other, "The helper that asks 1Password ended without an answer.", "Try again; the system may have ended it for want of memory (it needs 200 MB).")
	}
	return source.Failure{Kind: source.Other, Message: "1Password's SDK reports an error that this keyform does not know.", Advice: "Try again; if it stays, report it with keyform's version."}
}
