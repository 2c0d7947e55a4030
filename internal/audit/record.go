package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"

	"chancery/internal/ident"
)

// Record is one line of the audit log.
type Record struct { //nolint:recvcheck // Redact alone changes one
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

	Salt         []byte // of PersonalHash; nil once that is kept, and for records from before
	PersonalHash []byte // of what was erased from the record; nil while nothing was
}

// Digest gives the SHA-256 of the record's canonical form: a name of the form, then
// each field in the order above with the vendor first, each preceded by its length in 8
// bytes, an absent one by a length of all ones. Numbers are 8 bytes, big-endian; At is
// Unix milliseconds. What may be about people, from ActorID on but for RequestID, stands
// in it by Personal alone, so that it can be erased and the digest stays.
func (r Record) Digest(vendor ident.UUID) [sha256.Size]byte {
	if len(r.Salt) == 0 && len(r.PersonalHash) == 0 {
		return r.plainDigest(vendor)
	}
	f := r.begin("chancery audit record 2", vendor)
	f.text(r.ActorKind, r.RequestID)
	f.put(r.Personal())
	return f.sum()
}

// plainDigest is the digest of records without a salt, and what programs of the release
// before seal all records by.
func (r Record) plainDigest(vendor ident.UUID) [sha256.Size]byte {
	f := r.begin("chancery audit record 1", vendor)
	f.text(r.ActorKind, r.ActorID, r.ActorName, r.Address, r.RequestID)
	f.optional(r.Before)
	f.optional(r.After)
	return f.sum()
}

// Personal gives the SHA-256 of the salt and of what may be about people; what it was
// once that is erased.
func (r Record) Personal() []byte {
	if len(r.PersonalHash) > 0 {
		return r.PersonalHash
	}
	f := form{sha256.New()}
	f.text("chancery audit personal 1")
	f.put(r.Salt)
	r.people(f)
	sum := f.sum()
	return sum[:]
}

// Erased gives the SHA-256 of a record as it is after something of it was erased. Another
// record of the log holds it (Redaction).
func (r Record) Erased() [sha256.Size]byte {
	f := r.begin("chancery audit erased 1", ident.UUID{})
	f.text(r.ActorKind, r.RequestID)
	r.people(f)
	return f.sum()
}

func (r Record) people(f form) {
	f.text(r.ActorID, r.ActorName, r.Address)
	f.optional(r.Before)
	f.optional(r.After)
}

func (r Record) begin(name string, vendor ident.UUID) form {
	f := form{sha256.New()}
	f.text(name)
	f.put(vendor[:])
	f.number(r.ID)
	f.number(r.At.UnixMilli())
	f.text(r.Action, r.Subject)
	f.put(r.SubjectID[:])
	f.number(int64(r.LicenseID))
	return f
}

// form is a canonical form being hashed.
type form struct{ hash.Hash }

func (f form) put(b []byte) {
	_ = binary.Write(f, binary.BigEndian, uint64(len(b))) // a hash never fails
	_, _ = f.Write(b)
}

func (f form) number(n int64) { f.put(binary.BigEndian.AppendUint64(nil, uint64(n))) } //nolint:gosec // the same 64 bits

func (f form) text(all ...string) {
	for _, s := range all {
		f.put([]byte(s))
	}
}

func (f form) optional(s *string) {
	if s == nil {
		_ = binary.Write(f, binary.BigEndian, ^uint64(0))
		return
	}
	f.put([]byte(*s))
}

func (f form) sum() [sha256.Size]byte { return [sha256.Size]byte(f.Sum(nil)) }

// Hash is a chain's hash after one of its seals.
type Hash [sha256.Size]byte

// Next gives the chain's hash after a record with this digest. The first follows the zero Hash.
func (h Hash) Next(digest [sha256.Size]byte) Hash {
	return sha256.Sum256(append(h[:], digest[:]...))
}
