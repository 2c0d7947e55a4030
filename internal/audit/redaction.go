package audit

import (
	"encoding/hex"
	"encoding/json"
)

// Redacted is the action of the records that say what was erased from others.
const Redacted = "audit_log.redacted"

// Redaction is what such a record holds: which records of the log something was erased
// from, and what each says of people since then.
type Redaction struct {
	Records []RedactedRecord `json:"records"`
}

// RedactedRecord is one of them.
type RedactedRecord struct {
	ID     int64  `json:"id"`
	Erased string `json:"erased"` // Record.Erased, in hexadecimal
}

// Redact erases something of what a record says of people: fn gives it without that. ok is
// false where there was nothing to erase.
func (r *Record) Redact(fn func(r *Record)) (said RedactedRecord, ok bool) {
	before := r.Erased()
	hash := r.PersonalHash
	if hash == nil && r.Salt != nil {
		hash = r.Personal()
	}
	fn(r)
	after := r.Erased()
	if after == before {
		return RedactedRecord{}, false
	}
	r.Salt, r.PersonalHash = nil, hash
	return RedactedRecord{r.ID, hex.EncodeToString(after[:])}, true
}

// redactions are what records of the log say of others: the newest word on each.
type redactions map[int64]string

func (all redactions) note(r Record) {
	if r.Action != Redacted || r.After == nil || len(r.PersonalHash) > 0 {
		return
	}
	var said Redaction
	if json.Unmarshal([]byte(*r.After), &said) != nil {
		return
	}
	for _, one := range said.Records {
		all[one.ID] = one.Erased
	}
}
