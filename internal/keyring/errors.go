package keyring

import (
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
	return fault.Wrong(fault.Field{Name: "kind", Message: "must be ed25519, rsa or x25519"})
}

func errLast() *fault.Error {
	return fault.Refused("signing_key_last", "This is the vendor's newest key of its kind.",
		"Rotate first: the new key takes over, then this one can be retired.")
}

func errNamed() *fault.Error {
	return fault.Refused("signing_key_in_use", "API keys that are not revoked are answered with this key.",
		"Revoke those API keys first, once no client uses them any more.")
}
