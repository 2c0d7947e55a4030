package audit

import (
	"context"
	"errors"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Seal is one link of a vendor's chain.
type Seal struct {
	Sequence int64
	RecordID int64
	Digest   [32]byte
	Hash     Hash
}

// Vendor names a vendor inside and outside.
type Vendor struct {
	ID   ident.VendorID
	UUID ident.UUID
}

// SealStore keeps chains.
type SealStore interface {
	// Last gives the newest seal of a vendor; a zero Seal for an empty chain.
	Last(t tx.Tx, vendor ident.VendorID) (Seal, error)

	// Unsealed gives records that have no seal, in order of their ids, the oldest
	// first, at most limit. With stragglers it looks among all records, which takes
	// its time; else only above the highest id that is sealed, which costs nothing
	// when there is nothing new. It reads outside transactions: records never change.
	Unsealed(ctx context.Context, vendor ident.VendorID, stragglers bool, limit int) ([]Record, error)

	// Append adds a seal. fresh is false, and nothing is stored, when the sequence
	// or the record has one already: somebody else is sealing.
	Append(t tx.Tx, vendor ident.VendorID, s Seal) (fresh bool, err error)

	// KeepHead stores the text of a signed head.
	KeepHead(t tx.Tx, vendor ident.VendorID, h Head, signed string) error
}

// Signer signs a head for a vendor. It is called outside transactions.
type Signer interface {
	SignHead(ctx context.Context, vendor ident.VendorID, text string) (signed string, err error)
}

// SealerConfig is what sealing needs.
type SealerConfig struct {
	Store  SealStore
	Signer Signer // nil: heads are kept unsigned

	// Horizon is how old a record must be, so that those committed a little later
	// with lower ids come before it: 0 where one writer commits in order of ids
	// (SQLite), and longer than a transaction takes where not. It only keeps the
	// chain near the order of events; a straggler is sealed all the same.
	Horizon time.Duration

	Batch int // records of one transaction at most; 500 when 0
}

// Sealer seals the audit log.
type Sealer struct{ SealerConfig }

// NewSealer makes a Sealer.
func NewSealer(c SealerConfig) (*Sealer, error) {
	if c.Store == nil || c.Horizon < 0 || c.Batch < 0 {
		return nil, errors.New("audit: a sealer needs its Store, and neither a negative horizon nor a negative batch")
	}
	if c.Batch == 0 {
		c.Batch = 500
	}
	return &Sealer{c}, nil
}

// Sealed tells what one call of Seal did.
type Sealed struct {
	Head  Head // where the chain stands now, whoever moved it
	Count int  // how many of the records this call sealed
	Spent bool // it stopped before the others because the transaction had no more time
}

// Seal adds records that have no seal to a vendor's chain, up to the first one
// within the horizon. Two sealers at once do no harm: the later one seals nothing.
func (s *Sealer) Seal(t tx.Tx, vendor Vendor, records []Record) (Sealed, error) {
	last, err := s.Store.Last(t, vendor.ID)
	if err != nil {
		return Sealed{}, err
	}
	var result Sealed
	for _, r := range records {
		if result.Spent = result.Count > 0 && t.Spent(); result.Spent {
			break
		}
		if r.At.After(t.Now().Add(-s.Horizon)) {
			break
		}
		digest := r.Digest(vendor.UUID)
		next := Seal{Sequence: last.Sequence + 1, RecordID: r.ID, Digest: digest, Hash: last.Hash.Next(digest)}
		fresh, err := s.Store.Append(t, vendor.ID, next)
		if err != nil {
			return Sealed{}, err
		}
		if !fresh {
			break
		}
		last = next
		result.Count++
	}
	result.Head = Head{Vendor: vendor.UUID, Sequence: last.Sequence, Hash: last.Hash, At: t.Now()}
	return result, nil
}

// Round seals all that there is to seal for a vendor, batch by batch, then signs
// and keeps the head. It gives the head as it is to be logged, or "" when nothing
// was sealed. Whoever calls holds the lease.
func (s *Sealer) Round(ctx context.Context, run tx.Runner, vendor Vendor, stragglers bool) (string, error) {
	var total int
	var head Head
	for more := true; more; {
		records, err := s.Store.Unsealed(ctx, vendor.ID, stragglers, s.Batch)
		if err != nil {
			return "", err
		}
		if len(records) == 0 {
			break
		}
		var batch Sealed
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return run.Run(ctx, func(t tx.Tx) (err error) {
				batch, err = s.Seal(t, vendor, records)
				return err
			})
		}); err != nil {
			return "", err
		}
		total += batch.Count
		head, more = batch.Head, batch.Spent || batch.Count == s.Batch
	}
	if total == 0 {
		return "", nil
	}
	signed := head.Text()
	if s.Signer != nil {
		var err error
		if signed, err = s.Signer.SignHead(ctx, vendor.ID, head.Text()); err != nil {
			return "", err
		}
	}
	err := run.Run(ctx, func(t tx.Tx) error { return s.Store.KeepHead(t, vendor.ID, head, signed) })
	return signed, err
}
