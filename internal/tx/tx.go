package tx

import (
	"context"
	"time"

	"chancery/internal/ident"
)

// Tx is one transaction. It can span rooms: their store methods take it first.
// It is valid only inside the function it was given to, on that goroutine.
type Tx interface {
	// Context carries the actor. It is never cancelled by the caller on the
	// embedded engine, where one commit serves many callers.
	Context() context.Context

	// Now is the one instant of this transaction, UTC, whole milliseconds.
	Now() time.Time

	// Spent reports whether the transaction has had the time that a portion of a long
	// work may take, or a portion the time that it may keep others waiting. See Portions.
	Spent() bool

	// Journal records who changed what. It commits with the change or not at all.
	Journal(e Entry)

	// Enqueue offers an event to whoever is subscribed to it; with no subscriber
	// nothing is stored. It commits with the change or not at all.
	Enqueue(e Event)
}

// Runner runs functions in transactions.
type Runner interface {
	// Run calls fn in one transaction and commits when it returns nil. An error
	// or a panic rolls back everything fn did (a panic comes back as an Internal
	// fault). Run returns after the commit is durable.
	//
	// fn does no I/O but SQL on its Tx, is short, changes nothing outside itself
	// but variables that it sets anew on every call, and may be called again: on
	// PostgreSQL after a serialization failure or deadlock, on SQLite when the
	// commit of its group failed. A business refusal is a value that fn hands
	// out, not an error, so that what it recorded commits.
	//
	// Cancelling ctx before fn has started removes it; later it has no effect on
	// SQLite, and rolls back on PostgreSQL.
	Run(ctx context.Context, fn func(Tx) error) error
}

// Entry is one line of the audit log.
type Entry struct {
	Vendor  ident.VendorID
	Action  string // noun.verb in the past: "license.created"
	Subject string // noun of the glossary: "license"
	ID      ident.UUID
	License ident.LicenseID // the licence whose History shows it; zero for none
	Before  any             // marshalled to JSON; nil for none; never a secret
	After   any

	// By is who acts, where the change itself proves it: somebody who signs in. Its
	// address and request are those of the context. Zero for who the context names.
	By Actor
}

// Event is something that may leave the server after the commit.
type Event struct {
	Vendor  ident.VendorID
	Type    string     // from the event catalogue: "activation.created"
	Stream  ident.UUID // events of one stream (a licence) leave in order
	Payload any        // marshalled to JSON
}
