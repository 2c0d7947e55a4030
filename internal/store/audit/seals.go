package audit

import (
	"context"
	"fmt"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var (
	_ audit.SealStore   = Store{}
	_ audit.ChainReader = Store{}
)

// Last implements audit.SealStore.
func (Store) Last(t tx.Tx, vendor ident.VendorID) (audit.Seal, error) {
	var s audit.Seal
	var digest, hash []byte
	found, err := store.On(t).QueryRow(`SELECT sequence, audit_id, digest, hash FROM audit_seals WHERE vendor_id = $1
		ORDER BY sequence DESC LIMIT 1`, []any{vendor}, &s.Sequence, &s.RecordID, &digest, &hash)
	if err != nil || !found {
		return audit.Seal{}, err
	}
	return s, fill(&s, digest, hash)
}

// Unsealed implements audit.SealStore.
func (s Store) Unsealed(ctx context.Context, vendor ident.VendorID, stragglers bool, limit int) ([]audit.Record, error) {
	above := int64(0)
	if !stragglers {
		if _, err := s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(audit_id), 0) FROM audit_seals WHERE vendor_id = $1`,
			[]any{vendor}, &above); err != nil {
			return nil, err
		}
	}
	return store.All[audit.Record](s.DB.Query(ctx, `SELECT `+recordColumns+` FROM audit_log a
		WHERE a.vendor_id = $1 AND a.id > $2
		AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.vendor_id = a.vendor_id AND s.audit_id = a.id)
		ORDER BY a.id LIMIT $3`, vendor, above, limit))(scanRecord)
}

// Append implements audit.SealStore.
func (Store) Append(t tx.Tx, vendor ident.VendorID, s audit.Seal) (fresh bool, err error) {
	n, err := store.On(t).Exec(`INSERT INTO audit_seals (vendor_id, sequence, audit_id, digest, hash)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, vendor, s.Sequence, s.RecordID, s.Digest[:], s.Hash[:])
	return n == 1, err
}

// KeepHead implements audit.SealStore.
func (Store) KeepHead(t tx.Tx, vendor ident.VendorID, h audit.Head, signed string) error {
	_, err := store.On(t).Exec(`INSERT INTO audit_heads (vendor_id, sequence, at, head) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, vendor, h.Sequence, h.At.UnixMilli(), signed)
	return err
}

// Links implements audit.ChainReader.
func (s Store) Links(ctx context.Context, vendor ident.VendorID, after int64, limit int) ([]audit.Link, error) {
	return store.All[audit.Link](s.DB.Query(ctx, `SELECT s.sequence, s.audit_id, s.digest, s.hash, `+recordColumns+`
		FROM audit_seals s LEFT JOIN audit_log a ON a.vendor_id = s.vendor_id AND a.id = s.audit_id
		WHERE s.vendor_id = $1 AND s.sequence > $2 ORDER BY s.sequence LIMIT $3`, vendor, after, limit))(
		func(scan store.Scan) (audit.Link, error) {
			var l audit.Link
			var r record
			var digest, hash []byte
			if err := scan(append([]any{&l.Sequence, &l.RecordID, &digest, &hash}, r.dest()...)...); err != nil {
				return l, err
			}
			l.Record, l.Found = r.domain(), r.id.Valid
			return l, fill(&l.Seal, digest, hash)
		})
}

// CountUnsealed implements audit.ChainReader.
func (s Store) CountUnsealed(ctx context.Context, vendor ident.VendorID) (int64, error) {
	var n int64
	_, err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM audit_log a WHERE a.vendor_id = $1
		AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.vendor_id = a.vendor_id AND s.audit_id = a.id)`, []any{vendor}, &n)
	return n, err
}

// UnsealedRedactions implements audit.ChainReader.
func (s Store) UnsealedRedactions(ctx context.Context, vendor ident.VendorID) ([]audit.Record, error) {
	return store.All[audit.Record](s.DB.Query(ctx, `SELECT `+recordColumns+` FROM audit_log a WHERE a.vendor_id = $1 AND a.action = $2
		AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.vendor_id = a.vendor_id AND s.audit_id = a.id) ORDER BY a.id`,
		vendor, audit.Redacted))(scanRecord)
}

// Record reads and locks one record; nil when there is none.
func (Store) Record(t tx.Tx, vendor ident.VendorID, id int64) (*audit.Record, error) {
	s := store.On(t)
	all, err := store.All[audit.Record](s.Query(`SELECT `+recordColumns+` FROM audit_log a WHERE a.vendor_id = $1 AND a.id = $2`+
		s.Dialect.ForUpdateOf("a"), vendor, id))(scanRecord)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// SaveRedacted stores what a record says after something of it was erased.
func (Store) SaveRedacted(t tx.Tx, vendor ident.VendorID, r audit.Record) error {
	return store.On(t).Later(`UPDATE audit_log SET actor_id = $1, actor_name = $2, address = $3, before_value = $4, after_value = $5,
		salt = $6, personal_hash = $7 WHERE vendor_id = $8 AND id = $9`,
		r.ActorID, r.ActorName, r.Address, r.Before, r.After, r.Salt, r.PersonalHash, vendor, r.ID)
}

// Heads gives the newest heads kept, newest first.
func (s Store) Heads(ctx context.Context, vendor ident.VendorID, limit int) ([]string, error) {
	return store.All[string](s.DB.Query(ctx, `SELECT head FROM audit_heads WHERE vendor_id = $1 ORDER BY sequence DESC LIMIT $2`,
		vendor, limit))(func(scan store.Scan) (text string, err error) { err = scan(&text); return text, err })
}

func fill(s *audit.Seal, digest, hash []byte) error {
	if len(digest) != len(s.Digest) || len(hash) != len(s.Hash) {
		return fmt.Errorf("seal %d of the audit log does not hold SHA-256 values", s.Sequence)
	}
	s.Digest, s.Hash = [32]byte(digest), audit.Hash(hash)
	return nil
}
