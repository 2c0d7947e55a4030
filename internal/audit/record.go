package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"chancery/internal/ident"
)

// Record is one line of the audit log.
type Record struct {
	ID        int64
	At        time.Time
	Action    string     // noun.verb in the past: "license.created"
	Subject   string     // noun of the glossary
	SubjectID ident.UUID // zero for none
	LicenseID ident.LicenseID
	ActorKind string
	ActorID   string
	ActorName string
	Address   string
	RequestID string
	Before    *string // JSON as it was written; nil for none
	After     *string
}

// Digest gives the SHA-256 of the record's canonical form: a name of the form,
// then each field in the order above with the vendor first, each preceded by its
// length in 8 bytes, an absent one by a length of all ones. Numbers are 8 bytes,
// big-endian; At is Unix milliseconds.
func (r Record) Digest(vendor ident.UUID) [sha256.Size]byte {
	h := sha256.New()
	put := func(b []byte) {
		_ = binary.Write(h, binary.BigEndian, uint64(len(b))) // a hash never fails
		h.Write(b)
	}
	number := func(n int64) { put(binary.BigEndian.AppendUint64(nil, uint64(n))) } //nolint:gosec // the same 64 bits
	optional := func(s *string) {
		if s == nil {
			_ = binary.Write(h, binary.BigEndian, ^uint64(0))
			return
		}
		put([]byte(*s))
	}
	put([]byte("chancery audit record 1"))
	put(vendor[:])
	number(r.ID)
	number(r.At.UnixMilli())
	put([]byte(r.Action))
	put([]byte(r.Subject))
	put(r.SubjectID[:])
	number(int64(r.LicenseID))
	for _, s := range []string{r.ActorKind, r.ActorID, r.ActorName, r.Address, r.RequestID} {
		put([]byte(s))
	}
	optional(r.Before)
	optional(r.After)
	return [sha256.Size]byte(h.Sum(nil))
}

// Hash is a chain's hash after one of its seals.
type Hash [sha256.Size]byte

// Next gives the chain's hash after a record with this digest. The first follows the zero Hash.
func (h Hash) Next(digest [sha256.Size]byte) Hash {
	return sha256.Sum256(append(h[:], digest[:]...))
}
