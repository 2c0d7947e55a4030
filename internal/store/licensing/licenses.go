package licensing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// LockLicenses implements licensing.Store.
func (s *Store) LockLicenses(t tx.Tx, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error) {
	args := append(make([]any, 0, len(ids)+1), v)
	holders := make([]string, len(ids))
	for i, id := range ids {
		args = append(args, id)
		holders[i] = "$" + strconv.Itoa(i+2)
	}
	found, err := s.licenses(writing(t), t.Now(), `SELECT `+licenseColumns+` FROM licenses l`+licenseTables+
		`WHERE l.vendor_id = $1 AND l.id IN (`+strings.Join(holders, ", ")+`) ORDER BY l.id`+store.On(t).Dialect.ForUpdateOf("l"), args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[ident.LicenseID]*licensing.License, len(found))
	for _, l := range found {
		byID[l.ID] = l
	}
	return byID, nil
}

// licenses runs a query over licenseColumns; at as in withEdition.
func (s *Store) licenses(q querier, at time.Time, sqltext string, args ...any) ([]*licensing.License, error) {
	rows, err := q(sqltext, args...)
	scanned, err := collect(rows, err, func(scan store.Scan) (*licenseRow, error) {
		r := &licenseRow{}
		return r, scan(r.dest()...)
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

// insertLicense begins the INSERT of a licence; licenseValues gives what goes into
// its columns.
const insertLicense = `INSERT INTO licenses (vendor_id, uuid, product_id, edition_id, customer_id, name, name_folded, licensee_email,
	license_key, printed_key, legacy_license_key, is_active, is_temporary, starts_at, expires_mode, expires_at, expires_days,
	overrides, trial_days, contract_tokens, regular_used, goodwill_used, last_slot, revision, created_at, updated_at`

func licenseValues(v ident.VendorID, l *licensing.License) ([]any, error) {
	overrides, err := overridesText(l.Overrides)
	return []any{
		v, l.UUID, l.Product.ID, l.Edition.ID, l.Customer.ID, l.Name, listing.Fold(l.Name), l.LicenseeEmail,
		l.LicenseKey, store.OrNull(l.PrintedKey), store.OrNull(l.LegacyKey), store.Bit(l.IsActive), store.Bit(l.IsTemporary), store.Millis(l.StartsAt),
		store.OrNull(string(l.ExpiresMode)), store.Millis(l.ExpiresAt), l.ExpiresDays,
		overrides, trialColumn(l.Overrides), l.ContractTokens, l.RegularUsed, l.GoodwillUsed, l.LastSlot,
		l.Revision, l.CreatedAt.UnixMilli(), l.UpdatedAt.UnixMilli(),
	}, err
}

// InsertLicense implements licensing.Store.
func (s *Store) InsertLicense(t tx.Tx, l *licensing.License) error {
	values, err := licenseValues(l.Vendor, l)
	if err != nil {
		return err
	}
	var id int64
	found, err := store.On(t).QueryRow(strings.Replace(insertLicense, "(", "(id, ", 1)+`)
		VALUES (`+store.On(t).Dialect.NewID("licenses")+`, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		ON CONFLICT DO NOTHING RETURNING id`, values, &id)
	if err != nil {
		return err
	}
	if !found {
		return errLegacyKey()
	}
	l.ID = ident.LicenseID(id)
	return nil
}

// errLegacyKey is 1005 on the wire. The other unique columns are random.
func errLegacyKey() error {
	return fault.Refused("legacy_key_exists", "Another licence of this product has this legacy license key.",
		"Choose another legacy_license_key, or change the other licence's first.")
}

// SaveLicense implements licensing.Store.
func (s *Store) SaveLicense(t tx.Tx, l *licensing.License) error {
	overrides, err := overridesText(l.Overrides)
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
	if _, err := store.On(t).Exec(`UPDATE licenses SET edition_id = $1, customer_id = $2, name = $3, licensee_email = $4, legacy_license_key = $5,
		is_active = $6, is_temporary = $7, starts_at = $8, expires_mode = $9, expires_at = $10, expires_days = $11, overrides = $12,
		trial_days = $13, revision = $14, updated_at = $15, name_folded = $16 WHERE vendor_id = $17 AND id = $18`,
		l.Edition.ID, l.Customer.ID, l.Name, l.LicenseeEmail, store.OrNull(l.LegacyKey), store.Bit(l.IsActive), store.Bit(l.IsTemporary),
		store.Millis(l.StartsAt),
		store.OrNull(string(l.ExpiresMode)), store.Millis(l.ExpiresAt), l.ExpiresDays, overrides, trialColumn(l.Overrides),
		l.Revision, l.UpdatedAt.UnixMilli(), listing.Fold(l.Name), l.Vendor, l.ID); err != nil {
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
	return store.On(t).Later(`UPDATE licenses SET contract_tokens = $1, regular_used = $2, goodwill_used = $3, used_up_at = $4, last_slot = $5
		WHERE vendor_id = $6 AND id = $7`,
		l.ContractTokens, l.RegularUsed, l.GoodwillUsed, store.Millis(l.UsedUpAt), l.LastSlot, l.Vendor, l.ID)
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
	all, err := s.licenses(q, time.Time{}, `SELECT `+licenseColumns+` FROM licenses l`+licenseTables+`WHERE l.vendor_id = $1 AND l.id = $2`, v, f.License)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}
