package observe

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// State is how far the figures of a vendor have come.
type State struct {
	Vendor   ident.VendorID
	AsOf     int64 // Unix milliseconds; the figures are exact as of it; 0 before the first item
	Seq      int64 // counts the changes of the figures
	NextID   int64 // the number that the next new name gets
	KeptFrom int64 // no event before it is taken or kept; Unix milliseconds, 0 for none deleted yet

	KeptSince int64 // when that was decided
	Names     map[Kind]int64
	Joins     int64
	Rebuild   Rebuild
}

// Rebuild is how far a rebuild has come: the last block that was counted again, or, while
// licences and accounts are set back, the last of these as Slot.
type Rebuild struct {
	Phase     Phase
	Slot, Seq int64
}

// Phase is what a rebuild is doing.
type Phase int64

// The phases of a rebuild.
const (
	NoRebuild    Phase = iota
	SettingBack        // licences and accounts lose what is counted anew
	CountingOver       // the blocks are counted again
)

// Named is a name with its number.
type Named struct {
	ID     int64
	Kind   Kind
	Parent int64 // of a version: its product
	Name   string
	Root   int64 // of an actor: whom it is counted as; 0 for itself
}

// Change is what one step of folding writes.
type Change struct {
	Before   State
	AsOf     int64
	Names    []Named // new ones
	Book     *Book
	Blocks   []Packed
	Keys     []ident.UUID // of the items counted
	Took     []int64      // the batches that leave the inbox
	Coverage map[Covered]Coverage
	Refused  []Refused
	Rebuild  Rebuild
}

// Covered is a day (counted from 1970-01-01 UTC) and a version.
type Covered struct{ Day, Version int64 }

// Coverage is how many events there were, and how many of them named an account and a licence.
type Coverage struct{ Events, Account, License int64 }

// Refused is an item that was not accepted.
type Refused struct {
	Received time.Time
	What     What
	Reason   Reason
	Product  string
	Version  string
	Payload  string // as it was sent
}

// Settings are what a vendor decides.
type Settings struct {
	RetentionDays int64
	KnownOnly     bool // items of products that were never named before are refused
}

// LeastRetention is the least number of days that events are kept for, and MostRetention
// the most; DefaultRetention is where nothing is set.
const (
	LeastRetention   = 30
	DefaultRetention = 90
	MostRetention    = 3650
)

// Session is a session as it is known from its start.
type Session struct {
	ID        ident.UUID
	StartedAt time.Time
	EndedAt   time.Time // zero while it is open
	EndReason string
	Item      Item // what its start named
}

// IntakeStore keeps what was sent until it is counted. Its methods are atomic with their transaction.
type IntakeStore interface { //nolint:interfacebloat // what one service asks for
	// Settings reads what a vendor has decided; the defaults where it has decided nothing.
	Settings(ctx context.Context, v ident.VendorID) (Settings, error)

	// State reads how far the figures have come; the zero State where there are none.
	State(ctx context.Context, v ident.VendorID) (State, error)

	// Known gives those of some names that have been counted; parents are the numbers of
	// the products of versions.
	Known(ctx context.Context, v ident.VendorID, names []Named) ([]Named, error)

	// Enqueue puts a batch into the inbox.
	Enqueue(t tx.Tx, v ident.VendorID, b Batch) error

	// Refuse keeps what was refused, and counts it.
	Refuse(t tx.Tx, v ident.VendorID, refused []Refused) error

	// Environment keeps what a session said of where it runs, once.
	Environment(t tx.Tx, v ident.VendorID, session ident.UUID, body string) error

	// Begin keeps a session unless it is known; End notes the first end of one.
	Begin(t tx.Tx, v ident.VendorID, s Session) error
	End(t tx.Tx, v ident.VendorID, session ident.UUID, at time.Time, reason string) error

	// SessionOf locks a session.
	SessionOf(t tx.Tx, v ident.VendorID, session ident.UUID) (s Session, found bool, err error)

	// LockJoins keeps others from joining actors of the vendor, and tells how many were joined.
	LockJoins(t tx.Tx, v ident.VendorID) (joins int64, err error)

	// Links gives the links of some actors that were joined to another.
	Links(t tx.Tx, v ident.VendorID, actors ...string) (map[string]Link, error)

	// Link joins an actor, and all that were joined to it, to l.Root.
	Link(t tx.Tx, v ident.VendorID, actor string, l Link) error
}

// FoldingStore reads and writes the figures. What is read outside of a transaction holds
// while State.Seq stays: Fold writes nothing when it has moved on.
type FoldingStore interface { //nolint:interfacebloat // what one service asks for
	// Waiting lists the vendors that have figures, or batches in the inbox.
	Waiting(ctx context.Context) ([]ident.VendorID, error)

	State(ctx context.Context, v ident.VendorID) (State, error)

	// Batches reads the oldest batches of the inbox, with most items in all unless the first
	// has more, and tells when the first of those left was received; zero for none.
	Batches(ctx context.Context, v ident.VendorID, most int) (all []Batch, next time.Time, err error)

	// Leaving reads the marks of the blocks whose slots lie between two instants, with about
	// most of them; upTo is the end of what was read, to where it was not all.
	Leaving(ctx context.Context, v ident.VendorID, from, to int64, most int) (marks []Mark, upTo int64, err error)

	// Known is IntakeStore's. Roots gives whom actors are counted as, where not as themselves.
	Known(ctx context.Context, v ident.VendorID, names []Named) ([]Named, error)
	Roots(ctx context.Context, v ident.VendorID, actors []int64) (map[int64]int64, error)

	// Seen gives those of some keys that were counted.
	Seen(ctx context.Context, v ident.VendorID, keys []ident.UUID) (map[ident.UUID]bool, error)

	// Subjects, ActorPairs and AccountPairs put rows into b. PairsOf puts all pairs of some actors.
	Subjects(ctx context.Context, v ident.VendorID, b *Book, ids []int64) error
	ActorPairs(ctx context.Context, v ident.VendorID, b *Book, pairs []Pair) error
	PairsOf(ctx context.Context, v ident.VendorID, b *Book, actors []int64) error
	AccountPairs(ctx context.Context, v ident.VendorID, b *Book, pairs []Pair) error

	// Fold writes a change if the figures are where it began; done is false when they are not.
	Fold(t tx.Tx, v ident.VendorID, c Change) (done bool, err error)

	// Advance moves the figures of a vendor on to an instant up to which nothing changes.
	Advance(t tx.Tx, v ident.VendorID, before State, asOf int64) error

	// BeginRebuild has the figures counted anew; it begins at the front where that is under way.
	BeginRebuild(t tx.Tx, v ident.VendorID) error

	// SetBack takes out of some licences and accounts what a rebuild counts anew, and goes on
	// to the next phase when nothing is left to take. Blocks reads some blocks after a place.
	SetBack(t tx.Tx, v ident.VendorID, before State, most int) error
	Blocks(ctx context.Context, v ident.VendorID, slot, seq int64, most int) ([]Block, error)
}

// KeepingStore deletes what is no longer kept.
type KeepingStore interface {
	Waiting(ctx context.Context) ([]ident.VendorID, error)
	Settings(ctx context.Context, v ident.VendorID) (Settings, error)
	State(ctx context.Context, v ident.VendorID) (State, error)

	// KeepFrom notes that no event before an instant is taken or kept from now on.
	KeepFrom(t tx.Tx, v ident.VendorID, at int64, now time.Time) error

	// Strip takes the events out of some blocks before a slot; their ids stay, and repeats
	// of them change nothing. Drop removes some stripped ones before a slot, with the ids.
	Strip(t tx.Tx, v ident.VendorID, slot int64) (more bool, err error)
	Drop(t tx.Tx, v ident.VendorID, slot int64) (more bool, err error)

	// Tidy deletes some sessions, environments and refused items from before an instant.
	Tidy(t tx.Tx, v ident.VendorID, at int64) (more bool, err error)

	// SettingsIn is Settings inside a transaction; SetSettings stores what a vendor has decided.
	SettingsIn(t tx.Tx, v ident.VendorID) (Settings, error)
	SetSettings(t tx.Tx, v ident.VendorID, s Settings) error
}
