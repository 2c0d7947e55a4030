package licensing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// LockLicenses implements licensing.Store.
func (s *Store) LockLicenses(t tx.Tx, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error) {
	if len(ids) == 0 {
		return map[ident.LicenseID]*licensing.License{}, nil // PostgreSQL has no empty list
	}
	args := append(make([]any, 0, len(ids)+1), v)
	holders := make([]string, len(ids))
	for i, id := range ids {
		args = append(args, id)
		holders[i] = "$" + strconv.Itoa(i+2)
	}
	found, err := s.licenses(writing(t), t.Now(), selectLicense+
		` $1 AND l.id IN (`+strings.Join(holders, ", ")+`) ORDER BY l.id`+store.On(t).Dialect.ForUpdateOf("l"), args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[ident.LicenseID]*licensing.License, len(found))
	for _, l := range found {
		byID[l.ID] = l
	}
	return byID, nil
}

// licenses runs a query that selectLicense begins; at as in withEdition.
func (s *Store) licenses(q querier, at time.Time, sqltext string, args ...any) ([]*licensing.License, error) {
	rows, err := q(sqltext, args...)
	scanned, err := collect(rows, err, func(scan store.Scan) (*licenseRow, error) {
		r := &licenseRow{}
		return r, scan(store.Dest(r)...)
	})
	if err != nil {
		return nil, err
	}
	all := make([]*licensing.License, len(scanned))
	for i, r := range scanned {
		if all[i], err = s.withEdition(q, at, r); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// InsertLicense implements licensing.Store.
func (s *Store) InsertLicense(t tx.Tx, l *licensing.License) error {
	row, err := licenseRowOf(l)
	if err != nil {
		return err
	}
	var id int64
	found, err := store.On(t).QueryRow(store.On(t).NewID("licenses", insertLicense.Text)+` ON CONFLICT DO NOTHING RETURNING id`,
		insertLicense.Values(l.Vendor, row), &id)
	if err != nil {
		return err
	}
	if !found {
		return errLegacyKey()
	}
	l.ID = ident.LicenseID(id)
	return store.LicenseWords.Add(store.On(t), l.Vendor, id, l.Name, l.LegacyKey)
}

// errLegacyKey is 1005 on the wire. The other unique columns are random.
func errLegacyKey() error {
	return fault.Refused("legacy_key_exists", "Another licence of this product has this legacy license key.",
		"Choose another legacy_license_key, or change the other licence's first.")
}

// SaveLicense implements licensing.Store.
func (s *Store) SaveLicense(t tx.Tx, l *licensing.License) error {
	row, err := licenseRowOf(l)
	if err != nil {
		return err
	}
	var other int64
	if l.LegacyKey != "" {
		taken, err := store.On(t).QueryRow(`SELECT id FROM licenses WHERE vendor_id = $1 AND product_id = $2 AND legacy_license_key = $3 AND id <> $4`,
			[]any{l.Vendor, l.Product.ID, l.LegacyKey, l.ID}, &other)
		if err != nil {
			return err
		}
		if taken {
			return errLegacyKey()
		}
	}
	if _, err := store.On(t).Exec(updateLicense, store.SavedValues(row, l.Vendor, l.ID)...); err != nil {
		return err
	}
	if err := store.LicenseWords.Replace(store.On(t), l.Vendor, int64(l.ID), l.Name, l.LegacyKey); err != nil {
		return err
	}
	return s.SaveCounters(t, l)
}

// SaveCounters implements licensing.Store. The first activation is stored when it
// is of this very transaction: three indexes hold it, and would be written with it.
func (s *Store) SaveCounters(t tx.Tx, l *licensing.License) error {
	if l.FirstActivatedAt.Equal(t.Now()) {
		if err := store.On(t).Later(`UPDATE licenses SET first_activated_at = $1 WHERE vendor_id = $2 AND id = $3`,
			l.FirstActivatedAt.UnixMilli(), l.Vendor, l.ID); err != nil {
			return err
		}
	}
	if l.CountsMonths() {
		if err := store.On(t).Later(`UPDATE licenses SET month_begins_at = $1, month_ends_at = $2, month_used = $3 WHERE vendor_id = $4 AND id = $5`,
			store.Millis(l.Month.Begins), store.Millis(l.Month.Ends), l.Month.Used, l.Vendor, l.ID); err != nil {
			return err
		}
	}
	return store.On(t).Later(`UPDATE licenses SET contract_tokens = $1, regular_used = $2, goodwill_used = $3, used_up_at = $4, last_slot = $5,
		deactivations = $6, deactivations_forgiven = $7, dashboard_deactivations = $8, dashboard_deactivations_forgiven = $9
		WHERE vendor_id = $10 AND id = $11`,
		l.ContractTokens, l.RegularUsed, l.GoodwillUsed, store.Millis(l.UsedUpAt), l.LastSlot,
		l.Released.Ever, l.Released.Forgiven, l.ReleasedInDashboard.Ever, l.ReleasedInDashboard.Forgiven, l.Vendor, l.ID)
}

// SaveMeasured implements licensing.Store.
func (s *Store) SaveMeasured(t tx.Tx, l *licensing.License) error {
	text, err := jsonText(len(l.Measured), l.Measured)
	if err != nil {
		return err
	}
	_, err = store.On(t).Exec(`UPDATE licenses SET measured = $1 WHERE vendor_id = $2 AND id = $3`, text, l.Vendor, l.ID)
	return err
}

// selectPressed: each part has an index of its own, of few licences; the plus keeps
// engines from walking all those of the edition.
const selectPressed = `SELECT id FROM (SELECT id FROM licenses
		WHERE vendor_id = $1 AND +edition_id = $2 AND id > $3 AND goodwill_used > 0 ORDER BY id LIMIT $4) AS exceeding
	UNION SELECT id FROM (SELECT id FROM licenses
		WHERE vendor_id = $1 AND +edition_id = $2 AND id > $3 AND used_up_at IS NOT NULL ORDER BY id LIMIT $4) AS refusing
	UNION SELECT id FROM (SELECT id FROM licenses
		WHERE vendor_id = $1 AND +edition_id = $2 AND id > $3 AND measured IS NOT NULL ORDER BY id LIMIT $4) AS measured
	ORDER BY id LIMIT $4`

// Pressed implements licensing.Store.
func (s *Store) Pressed(t tx.Tx, v ident.VendorID, edition ident.EditionID, after ident.LicenseID, limit int) ([]ident.LicenseID, error) {
	rows, err := writing(t)(selectPressed, v, edition, after, limit)
	return collect(rows, err, scanID)
}

// Fuller implements licensing.Store.
func (s *Store) Fuller(t tx.Tx, v ident.VendorID, edition ident.EditionID, used int64, after ident.LicenseID, limit int) ([]ident.LicenseID, error) {
	rows, err := writing(t)(`SELECT id FROM licenses WHERE vendor_id = $1 AND edition_id = $2 AND id > $3 AND regular_used > $4
		ORDER BY id LIMIT $5`, v, edition, after, used, limit)
	return collect(rows, err, scanID)
}

func scanID(scan store.Scan) (id ident.LicenseID, err error) { return id, scan(&id) }

// CountDenial implements licensing.Store.
func (s *Store) CountDenial(t tx.Tx, v ident.VendorID, l ident.LicenseID, reason int, at time.Time) error {
	return store.On(t).Later(`INSERT INTO denials (vendor_id, license_id, reason, hour, denied) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (vendor_id, license_id, reason, hour) DO UPDATE SET denied = denials.denied + 1`, v, l, reason, at.Unix()/3600)
}

// NoteRefused implements licensing.Store.
func (s *Store) NoteRefused(t tx.Tx, v ident.VendorID, r licensing.Refused) error {
	return s.db.NoteRefused(t, v, store.Refused{
		License: r.License, At: r.At, Reason: r.Reason, ClientID: r.ClientID, Hostname: r.Hostname, Version: r.Version, Address: r.Address,
	})
}

// ByKey implements licensing.Reader.
func (s *Store) ByKey(ctx context.Context, v ident.VendorID, product ident.UUID, k licensing.Key) (*licensing.License, error) {
	q := s.reading(ctx)
	var productID ident.ProductID
	if !product.IsZero() {
		found, err := s.db.QueryRow(ctx, `SELECT id FROM products WHERE vendor_id = $1 AND uuid = $2`, []any{v, product}, &productID)
		if err != nil || !found {
			return nil, err
		}
	}
	f, ok, err := findKey(q, v, productID, k)
	if err != nil || !ok {
		return nil, err
	}
	all, err := s.licenses(q, time.Time{}, selectLicense+` $1 AND l.id = $2`, v, f.License)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}
