package licensing

import (
	"context"
	"crypto/sha256"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// withdrawn: the key of the token k of the licence l is to be replaced and is not yet.
const withdrawn = `(k.slot > l.renewed_slot AND k.slot <= l.renewed_until)`

// Replaced implements licensing.Store.
func (s *Store) Replaced(t tx.Tx, v ident.VendorID, product ident.ProductID, k licensing.Key) (*licensing.Replaced, error) {
	return replaced(writing(t), v, product, k)
}

// ReplacedKey implements licensing.Reader.
func (s *Store) ReplacedKey(ctx context.Context, v ident.VendorID, product ident.UUID, k licensing.Key) (*licensing.Replaced, error) {
	q := s.reading(ctx)
	var id ident.ProductID
	if !product.IsZero() {
		var err error
		if id, err = s.products.find(q, v, product); err != nil || id == 0 {
			return nil, err
		}
	}
	return replaced(q, v, id, k)
}

func replaced(q querier, v ident.VendorID, product ident.ProductID, k licensing.Key) (*licensing.Replaced, error) {
	for _, digest := range digests(k) {
		r, err := firstReplaced(q, `SELECT l.id, a.uuid FROM replaced_keys r JOIN licenses l ON l.vendor_id = r.vendor_id AND l.id = r.license_id
			LEFT JOIN activations a ON a.vendor_id = r.vendor_id AND a.id = r.activation_id
			WHERE r.vendor_id = $1 AND r.digest = $2 AND ($3 = 0 OR l.product_id = $3)
			ORDER BY r.replaced_at DESC LIMIT 1`, v, digest, product)
		if err != nil || r != nil {
			return r, err
		}
	}
	if k.UUID.IsZero() {
		return nil, nil
	}
	return firstReplaced(q, `SELECT l.id, a.uuid FROM tokens k JOIN licenses l ON l.vendor_id = k.vendor_id AND l.id = k.license_id
		LEFT JOIN activations a ON a.vendor_id = k.vendor_id AND a.id = k.activation_id
		WHERE k.vendor_id = $1 AND k.token_key = $2 AND `+withdrawn+` AND ($3 = 0 OR l.product_id = $3)`, v, k.UUID, product)
}

func firstReplaced(q querier, sqltext string, v ident.VendorID, key any, product ident.ProductID) (*licensing.Replaced, error) {
	rows, err := q(sqltext, v, key, int64(product))
	return first(rows, err, func(scan store.Scan) (*licensing.Replaced, error) {
		r := &licensing.Replaced{}
		return r, scan(&r.License, &r.Activation)
	})
}

// digests gives what a key is remembered by: nobody has use for the old text.
func digests(k licensing.Key) [][]byte {
	var all [][]byte
	add := func(text string) {
		if text != "" {
			sum := sha256.Sum256([]byte(text))
			all = append(all, sum[:])
		}
	}
	if !k.UUID.IsZero() {
		add(k.UUID.String())
	}
	add(k.Printed)
	for _, text := range k.Legacy {
		add(text)
	}
	return all
}

// KeepReplaced implements licensing.Store.
func (s *Store) KeepReplaced(t tx.Tx, v ident.VendorID, l ident.LicenseID, a ident.ActivationID, keys ...licensing.Key) error {
	for _, k := range keys {
		for _, digest := range digests(k) {
			if err := store.On(t).Later(`INSERT INTO replaced_keys (vendor_id, digest, license_id, activation_id, replaced_at)
				VALUES ($1, $2, $3, NULLIF($4, 0), $5)
				ON CONFLICT (vendor_id, digest, license_id) DO UPDATE SET activation_id = excluded.activation_id, replaced_at = excluded.replaced_at`,
				v, digest, l, int64(a), t.Now().UnixMilli()); err != nil {
				return err
			}
		}
	}
	return nil
}

// SaveKeys implements licensing.Store.
func (s *Store) SaveKeys(t tx.Tx, l *licensing.License) error {
	return store.On(t).Later(`UPDATE licenses SET license_key = $1, printed_key = $2, renewed_slot = $3, renewed_until = $4
		WHERE vendor_id = $5 AND id = $6`, l.LicenseKey, store.OrNull(l.PrintedKey), l.RenewedSlot, l.RenewedUntil, l.Vendor, l.ID)
}

// SetTokenKey implements licensing.Store.
func (s *Store) SetTokenKey(t tx.Tx, v ident.VendorID, k *licensing.Token) error {
	if err := store.On(t).Later(`UPDATE tokens SET token_key = $1 WHERE vendor_id = $2 AND id = $3`, k.Key, v, k.ID); err != nil || k.Activation == 0 {
		return err
	}
	return store.On(t).Later(`UPDATE activations SET token_key = $1 WHERE vendor_id = $2 AND id = $3`, k.Key, v, k.Activation)
}

// TokensBySlot implements licensing.Store.
func (s *Store) TokensBySlot(t tx.Tx, v ident.VendorID, l ident.LicenseID, after, until, limit int64) ([]licensing.Token, error) {
	rows, err := writing(t)(`SELECT `+tokenColumns+` FROM tokens k WHERE k.vendor_id = $1 AND k.license_id = $2 AND k.slot > $3 AND k.slot <= $4
		ORDER BY k.slot LIMIT $5`, v, l, after, until, limit)
	return collect(rows, err, func(scan store.Scan) (licensing.Token, error) {
		k, err := scanToken(scan)
		return *k, err
	})
}
