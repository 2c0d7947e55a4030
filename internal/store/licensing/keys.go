package licensing

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// FindKey implements licensing.Store.
func (s *Store) FindKey(t tx.Tx, v ident.VendorID, product ident.ProductID, k licensing.Key) (licensing.Found, bool, error) {
	return findKey(writing(t), v, product, k)
}

// Presented implements licensing.Store. Most present a license key, and are found
// with their licence in one read.
func (s *Store) Presented(t tx.Tx, v ident.VendorID, k licensing.Key) (licensing.Found, *licensing.License, error) {
	tries := triesOf(v, 0, k)
	if !k.UUID.IsZero() {
		all, err := s.licenses(writing(t), t.Now(), selectLicense+` $1 AND l.license_key = $2`, v, k.UUID)
		if err != nil {
			return licensing.Found{}, nil, err
		}
		if len(all) > 0 {
			return licensing.Found{License: all[0].ID, Product: all[0].Product.ID}, all[0], nil
		}
		tries = tries[1:]
	}
	f, ok, err := findBy(writing(t), 0, tries)
	if err != nil || !ok {
		return licensing.Found{}, nil, err
	}
	l, err := s.License(t, v, f.License)
	return f, l, err
}

func findKey(q querier, v ident.VendorID, product ident.ProductID, k licensing.Key) (licensing.Found, bool, error) {
	return findBy(q, product, triesOf(v, product, k))
}

// try is one meaning that a presented key may have.
type try struct {
	sqltext string
	args    []any
}

// triesOf gives what a key may be, in the order in which it is looked for: a UUID
// is a license key first.
func triesOf(v ident.VendorID, product ident.ProductID, k licensing.Key) []try {
	var tries []try
	if k.Licensee != "" {
		kept, wire := entry.Forms(k.Licensee)
		tries = append(tries, try{
			`SELECT l.id, l.product_id, 0 FROM licenses l
			JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
			WHERE l.vendor_id = $1 AND l.licensee_email IN ($2, $5) AND l.product_id = $3 AND e.client_type = 'users'
			ORDER BY CASE WHEN EXISTS (SELECT 1 FROM devices d JOIN activations a ON a.vendor_id = d.vendor_id AND a.device_id = d.id
					WHERE d.vendor_id = l.vendor_id AND d.number = $4 AND a.license_id = l.id AND a.released_at IS NULL) THEN 0 ELSE 1 END,
				l.is_active DESC, CASE WHEN l.used_up_at IS NULL THEN 0 ELSE 1 END, l.id DESC LIMIT 1`,
			[]any{v, kept, product, k.Client, wire},
		})
	}
	if !k.UUID.IsZero() {
		tries = append(tries,
			try{`SELECT id, product_id, 0 FROM licenses WHERE vendor_id = $1 AND license_key = $2`, []any{v, k.UUID}},
			try{`SELECT l.id, l.product_id, k.id FROM tokens k JOIN licenses l ON l.vendor_id = k.vendor_id AND l.id = k.license_id
				WHERE k.vendor_id = $1 AND k.token_key = $2 AND NOT ` + withdrawn, []any{v, k.UUID}})
	}
	if k.Printed != "" {
		tries = append(tries, try{`SELECT id, product_id, 0 FROM licenses WHERE vendor_id = $1 AND printed_key = $2`, []any{v, k.Printed}})
	}
	for _, legacy := range k.Legacy {
		if product == 0 {
			tries = append(tries, try{`SELECT MIN(id), MIN(product_id), 0 FROM licenses WHERE vendor_id = $1 AND legacy_license_key = $2
				HAVING COUNT(*) = 1`, []any{v, legacy}})
		} else {
			tries = append(tries, try{`SELECT id, product_id, 0 FROM licenses
				WHERE vendor_id = $1 AND product_id = $2 AND legacy_license_key = $3`, []any{v, product, legacy}})
		}
	}
	return tries
}

func findBy(q querier, product ident.ProductID, tries []try) (licensing.Found, bool, error) {
	for _, try := range tries {
		rows, err := q(try.sqltext, try.args...)
		f, err := first(rows, err, func(scan store.Scan) (*licensing.Found, error) {
			f := &licensing.Found{}
			return f, scan(&f.License, &f.Product, &f.Token)
		})
		if err != nil || f != nil && (product == 0 || f.Product == product) {
			if err != nil {
				return licensing.Found{}, false, err
			}
			return *f, true, nil
		}
	}
	return licensing.Found{}, false, nil
}

// HasLicense reports whether a licence names this address as its licensee's, or
// did when the transaction began.
func (s *Store) HasLicense(t tx.Tx, v ident.VendorID, email string) (bool, error) {
	var one int
	kept, wire := entry.Forms(email)
	return store.On(t).QueryRow(`SELECT 1 FROM licenses WHERE vendor_id = $1 AND licensee_email IN ($2, $3)
		AND NOT EXISTS (SELECT 1 FROM address_moves WHERE vendor_id = $1 AND former IN ($2, $3)) LIMIT 1`, []any{v, kept, wire}, &one)
}

// LegacyKeys gives those of the legacy keys that licences of a product have.
func (s *Store) LegacyKeys(ctx context.Context, v ident.VendorID, product ident.ProductID, keys []string) (map[string]bool, error) {
	taken := map[string]bool{}
	err := store.Among(keys, func(list string, some []any) error {
		sqltext, args := store.Select(`SELECT legacy_license_key FROM licenses WHERE vendor_id =`, v).
			And("product_id = ?", product).And("legacy_license_key IN ("+list+")", some...).End("")
		rows, err := s.db.Query(ctx, sqltext, args...)
		_, err = collect(rows, err, func(scan store.Scan) (key string, err error) {
			err = scan(&key)
			taken[key] = true
			return key, err
		})
		return err
	})
	return taken, err
}
