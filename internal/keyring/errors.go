package keyring

import (
	"fmt"
	"time"

	"chancery/internal/fault"
)

func errBusy() *fault.Error {
	return &fault.Error{
		Kind: fault.Throttled, Code: "signing_busy", Message: "More signatures are asked for than the server can make now.",
		Help: "Try again in a moment, or ask for Ed25519 signatures, which are a hundred times cheaper.", RetryAfter: time.Second,
	}
}

func errNoKey() *fault.Error {
	return &fault.Error{
		Kind: fault.Internal, Code: "signing_key_missing", Message: "The key that should sign this does not exist or is retired.",
	}
}

func errKind() *fault.Error {
	return fault.Wrong(fault.Field{Name: "kind", Message: "must be ed25519, rsa, x25519, documents or mlkem768-x25519"})
}

func errLast() *fault.Error {
	return fault.Refused("signing_key_last", "This is the vendor's newest key of its kind.",
		"Rotate first: the new key takes over, then this one can be retired.")
}

func errNamed() *fault.Error {
	return fault.Refused("signing_key_in_use", "API keys that are not revoked are answered with this key.",
		"Revoke those API keys first, once no client uses them any more.")
}

func errOtherRoot() *fault.Error {
	return fault.Refused("root_key_fixed", "The vendor's lists are signed by another root key.",
		"Sign the list with that one: programs that pin it take no other.")
}

func errNoRoot() *fault.Error {
	return fault.Refused("root_key_missing", "The vendor has no list yet, so the root key is not known.", "Give its public key with --root.")
}

func errList() *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "key_list_unverified", Message: "The list is not signed by the root key, not whole, or of another vendor.",
		Help: "Make a draft with `chancery key root draft`, and sign that with `chancery key root sign`.",
	}
}

func errOlderList(number, before int64) *fault.Error {
	return fault.Refused("key_list_older", fmt.Sprintf("The list has number %d, and the vendor's has number %d.", number, before),
		"Make a new draft, and sign that.")
}

func errAllRevoked() *fault.Error {
	return fault.Refused("key_list_revokes_all", "The list revokes every key that could sign.",
		"Rotate first, then draft and sign a list that has the new key.")
}
