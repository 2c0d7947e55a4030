package audit

import (
	"context"
	"encoding/hex"
	"fmt"

	"chancery/internal/ident"
)

// Link is a seal beside the record it seals.
type Link struct {
	Seal

	Record Record
	Found  bool // false: the record is gone
}

// ChainReader reads chains for verification.
type ChainReader interface {
	// Links gives the seals after a sequence, in order, at most limit.
	Links(ctx context.Context, vendor ident.VendorID, after int64, limit int) ([]Link, error)

	// CountUnsealed counts the records without a seal.
	// UnsealedRedactions gives the records without a seal that say what was erased from others.
	UnsealedRedactions(ctx context.Context, vendor ident.VendorID) ([]Record, error)

	CountUnsealed(ctx context.Context, vendor ident.VendorID) (int64, error)
}

// Report is what Verify found.
type Report struct {
	Head     Head     // where the recomputed chain ends; its At is zero
	Erased   int64    // records from which personal data was erased, as later records say
	Unsealed int64    // records not sealed yet: about them the chain says nothing
	Broken   []string // what is wrong, at most maxBroken sentences; empty when all is well
}

const (
	maxBroken  = 20
	verifyPage = 1000
)

// Verify recomputes a vendor's chain from the records as they are, and compares
// it with the seals, and with heads that were kept elsewhere.
func Verify(ctx context.Context, rows ChainReader, vendor Vendor, heads ...Head) (Report, error) { //nolint:gocognit // one walk along the chain
	r := Report{Head: Head{Vendor: vendor.UUID}}
	broken := func(format string, args ...any) {
		if len(r.Broken) < maxBroken {
			r.Broken = append(r.Broken, fmt.Sprintf(format, args...))
		}
	}
	check := func(at Head) {
		for _, h := range heads {
			if h.Vendor == vendor.UUID && h.Sequence == at.Sequence && h.Hash != at.Hash {
				broken("the chain at sequence %d is not the one that the given head was made of", h.Sequence)
			}
		}
	}
	// What was erased from a record is said by another one, most often a later one.
	said := redactions{}
	type doubt struct {
		erased             string
		record, sequence   int64
		changed, redaction bool
	}
	var doubts []doubt
	check(r.Head)
	for {
		links, err := rows.Links(ctx, vendor.ID, r.Head.Sequence, verifyPage)
		if err != nil {
			return Report{}, err
		}
		for _, l := range links {
			if l.Sequence != r.Head.Sequence+1 {
				broken("seals %d to %d are missing", r.Head.Sequence+1, l.Sequence-1)
			}
			if !l.Found {
				broken("record %d, sealed at sequence %d, is missing", l.RecordID, l.Sequence)
			} else {
				intact := l.Record.Digest(vendor.UUID) == l.Digest || l.Record.PersonalHash == nil && l.Record.plainDigest(vendor.UUID) == l.Digest
				if !intact || l.Record.PersonalHash != nil {
					erased := l.Record.Erased()
					doubts = append(doubts, doubt{hex.EncodeToString(erased[:]), l.RecordID, l.Sequence, !intact, len(l.Record.PersonalHash) > 0})
				} else {
					said.note(l.Record)
				}
			}
			if r.Head.Hash.Next(l.Digest) != l.Hash {
				broken("the chain breaks at sequence %d", l.Sequence)
			}
			// Each fault is named once: the chain goes on from the seal as stored.
			r.Head.Sequence, r.Head.Hash = l.Sequence, l.Hash
			check(r.Head)
		}
		if len(links) < verifyPage {
			break
		}
	}
	unsealed, err := rows.UnsealedRedactions(ctx, vendor.ID)
	if err != nil {
		return Report{}, err
	}
	for _, u := range unsealed {
		said.note(u)
	}
	for _, d := range doubts {
		switch {
		case said[d.record] == d.erased && (!d.changed || !d.redaction):
			r.Erased++
		case d.changed || said[d.record] != "":
			broken("record %d, sealed at sequence %d, was changed", d.record, d.sequence)
		default:
			broken("record %d, sealed at sequence %d, lacks personal data, and no record says that it was erased", d.record, d.sequence)
		}
	}
	for _, h := range heads {
		switch {
		case h.Vendor != vendor.UUID:
			broken("the given head at sequence %d is of another vendor", h.Sequence)
		case h.Sequence > r.Head.Sequence:
			broken("the chain ends at sequence %d, before the given head at %d", r.Head.Sequence, h.Sequence)
		}
	}
	r.Unsealed, err = rows.CountUnsealed(ctx, vendor.ID)
	return r, err
}
