// Package audit owns the audit log after it was written: reading it, and sealing
// it into a hash chain per vendor.
//
// Records are written by tx.Tx.Journal in the transaction of the change. Sealing
// runs right behind the writers, under a lease: each record gets the next
// sequence of its vendor's chain, the SHA-256 of its canonical form (digest), and
// SHA-256(previous hash || digest) (hash). The chain is in the order of sealing,
// not of record ids, because on PostgreSQL a record may commit after another with
// a higher id was sealed; such a straggler is sealed later, at the chain's end.
//
// Sealer seals; verify.go checks a chain, and head.go a head that was kept.
//
// Personal data can be erased from a sealed record: its digest holds that by a salted
// hash, and another record says what is left (Record.Redact).
//
// What it proves: given a head (sequence and hash) that was kept elsewhere, no
// record sealed up to it was changed, removed or put in since, but for erasures that the log names. What it does not
// prove: anything about records not sealed yet, that the log said the truth when
// it was written, or, without a head kept elsewhere, that nobody rewrote the
// whole chain; the signature of a head shows only who made it.
package audit
