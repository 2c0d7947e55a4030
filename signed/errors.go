package signed

import "errors"

// The refusals of this package; test for them with errors.Is. Every one means
// that nothing of the input may be believed.
var (
	// ErrMalformed: the input is not of the form it should have.
	ErrMalformed = errors.New("malformed")
	// ErrTooLarge: the input is over the limit of its form.
	ErrTooLarge = errors.New("too large")
	// ErrUnknownKey: signed by, or sealed to, a key that was not given.
	ErrUnknownKey = errors.New("unknown key")
	// ErrSignature: the signature does not belong to these bytes and this key.
	ErrSignature = errors.New("wrong signature")
	// ErrType: properly signed, but as something else (another typ or kind).
	ErrType = errors.New("wrong type")
	// ErrMismatch: properly signed, but for another request: another nonce,
	// status, method or path.
	ErrMismatch = errors.New("signed for another request")
	// ErrNothing: there is no request or document in the text.
	ErrNothing = errors.New("no request or document in it")
	// ErrSealed: the sealed request does not open with this key: it was damaged,
	// or sealed to somebody else, or for another kind or vendor.
	ErrSealed = errors.New("sealed request does not open")
)
