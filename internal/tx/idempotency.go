package tx

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Claim names one request that may be repeated.
type Claim struct {
	Vendor    ident.VendorID
	Principal string   // who: kind and id of the credentials
	Route     string   // "POST /api/v1/licenses"
	Key       string   // the caller's Idempotency-Key, 1 to 255 printable characters
	BodyHash  [32]byte // SHA-256 of the request body
}

// Answer is what the first request of a claim was answered with.
type Answer struct {
	Status int
	Body   []byte
	Secret bool // stored sealed

	// At is when it counts as given, by the clock of the rules; zero: with the transaction.
	At time.Time
}

// Answers remembers the answers of claims for 24 hours.
type Answers interface {
	// Claim inserts c first of all, or finds the answer stored for it: nil means
	// that the request is new. The same key with another body is ErrKeyReused. A
	// claim whose transaction rolls back is forgotten, so refusals are not kept.
	Claim(t Tx, c Claim) (*Answer, error)

	// Keep stores the 2xx answer, last of all, in the same transaction.
	Keep(t Tx, c Claim, a Answer) error
}

// ErrKeyReused is answered when an idempotency key comes with another body.
func ErrKeyReused() *fault.Error {
	return &fault.Error{
		Kind: fault.Unprocessable, Code: "idempotency_key_reused",
		Message: "This Idempotency-Key was used with another request body.",
		Help:    "Use a new key for a new request, or repeat the first body unchanged.",
	}
}
