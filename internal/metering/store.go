package metering

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Licenses is what metering asks of the room that knows licences and clients.
type Licenses interface {
	// Client gives what a client holds, the licence that answers first in front.
	// A token key, if given, narrows it to that activation. Who can't prove to be
	// the client, or is none, is refused.
	Client(t tx.Tx, v ident.VendorID, clientID string, tokenKey ident.UUID, prove Prove) (Client, *refusal.Refusal, error)

	// License gives one licence; nil when there is none. It locks it.
	License(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*License, error)

	// Use gives a client its place among the devices of the licence's month, by its
	// activation. Where none is left it is refused. It locks the licence.
	Use(t tx.Tx, v ident.VendorID, activation ident.UUID) (*refusal.Refusal, error)

	// Measured is told what a licence, which is locked, has consumed in its life of
	// a limitation that ends it.
	Measured(t tx.Tx, v ident.VendorID, id ident.LicenseID, limitation ident.UUID, gross int64) error
}

// Prove tells whether a call was signed with the private key of this public key,
// and which counter the signature carries.
type Prove func(publicKey []byte) (counter int64, ok bool)

// Client is who consumes.
type Client struct {
	Device   ident.DeviceID
	Licenses []License
}

// License is a licence as it stands for metering.
type License struct {
	ID          ident.LicenseID
	UUID        ident.UUID
	ProductID   ident.ProductID
	Product     ident.UUID
	Customer    ident.UUID
	Limitations []terms.Limitation // in force, overrides laid over
	Standing    Reason             // what keeps it from consuming; "" for nothing

	// Unplaced is the activation of a client that has no place in the licence's month yet;
	// zero where it needs none.
	Unplaced ident.UUID
}

func (l License) limitation(id ident.UUID) (terms.Limitation, bool) {
	for _, k := range l.Limitations {
		if k.ID == id {
			return k, k.IsMeter()
		}
	}
	return terms.Limitation{}, false
}

// Store is the meters' part of the database. All methods reach one vendor's rows
// only. "Not found" is nil or false, never an error.
type Store interface { //nolint:interfacebloat // one room's rows: meters and their ledger
	// Zone gives the zone in which the vendor's days begin.
	Zone(t tx.Tx, v ident.VendorID) (*time.Location, error)

	// Lock gives a meter and its vendor's zone, and locks it until the end of the
	// transaction; nil when there is none yet.
	Lock(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID) (*Meter, *time.Location, error)

	// Make stores an empty meter, unless another transaction has.
	Make(t tx.Tx, v ident.VendorID, m Meter) error

	// Save stores all but the keys of a meter that is locked.
	Save(t tx.Tx, v ident.VendorID, m Meter) error

	// ByExternalID and ByContent find the entry that a repeated one repeats.
	ByExternalID(t tx.Tx, v ident.VendorID, meter ident.MeterID, externalID string) (*Entry, error)
	ByContent(t tx.Tx, v ident.VendorID, meter ident.MeterID, device ident.DeviceID, amount int64, saidAt time.Time) (*Entry, error)

	// InsertEntry adds to the ledger of a meter that is locked. It gives e no ID.
	InsertEntry(t tx.Tx, v ident.VendorID, e *Entry) error

	// Entry finds an entry by its transaction id; RollbackOf the one that undoes it.
	Entry(t tx.Tx, v ident.VendorID, transaction ident.UUID) (*Entry, error)
	RollbackOf(t tx.Tx, v ident.VendorID, id ident.EntryID) (*Entry, error)

	// Newer reports whether the client of e has consumed of its meter since.
	Newer(t tx.Tx, v ident.VendorID, e Entry) (bool, error)

	// TakeOut removes up to limit rows of a meter that were received before an
	// instant, oldest first, and gives their number and sums: of all, and of those
	// of the meter's present period.
	TakeOut(t tx.Tx, v ident.VendorID, m Meter, before time.Time, limit int) (n int, gross, consumed int64, err error)
}

// Reader reads committed data.
type Reader interface {
	// Meters gives a licence's meters, and the vendor's zone, in one read.
	Meters(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]Meter, *time.Location, error)

	// Foldable gives meters, by id after one of them, whose oldest row was
	// received before an instant.
	Foldable(ctx context.Context, before time.Time, after ident.MeterID, limit int) ([]Foldable, error)

	// Verify gives every meter whose figures are not the ledger's sums.
	Verify(ctx context.Context) ([]Mismatch, error)
}

// Foldable is a meter with old rows.
type Foldable struct {
	Vendor     ident.VendorID
	Meter      ident.MeterID
	License    ident.LicenseID
	Limitation ident.UUID
}

// Mismatch is a meter that does not agree with its ledger.
type Mismatch struct {
	License        ident.UUID
	Limitation     ident.UUID
	Consumed       int64
	LedgerConsumed int64
	Gross          int64
	LedgerGross    int64
}
