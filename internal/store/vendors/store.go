package vendors

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// Store keeps vendors; it implements vendors.Store.
type Store struct{ DB *store.DB }

var (
	_ vendors.Store  = Store{}
	_ vendors.Reader = Store{}
)

const columns = `id, uuid, slug, name, zone, plan, support_email, website, language, direct_activation_files, store_no_location,
	no_hand_over, shown_name, accent_light, accent_dark, support_text, logo, created_at, ` + LinksHost

// Insert implements vendors.Store.
func (Store) Insert(t tx.Tx, v vendors.Vendor) (id ident.VendorID, inserted bool, err error) {
	var n int64
	former, err := store.On(t).QueryRow(`SELECT vendor_id FROM former_slugs WHERE slug = $1`, []any{v.Slug}, &n)
	if err != nil || former {
		return ident.VendorID{}, false, err
	}
	inserted, err = store.On(t).QueryRow(`INSERT INTO vendors (uuid, slug, name, zone, plan, support_email, website, language, direct_activation_files,
		store_no_location, no_hand_over, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{
			v.UUID, v.Slug, v.Name, v.Zone, v.Plan, v.SupportEmail, v.Website, v.Language, store.Bit(v.DirectActivationFiles),
			store.Bit(v.StoreNoLocation), store.Bit(v.NoHandOver), v.CreatedAt.UnixMilli(),
		}, &n)
	if err != nil || !inserted {
		return ident.VendorID{}, false, err
	}
	return ident.VendorOf(n), true, store.Bump(t)
}

// keepSlug lets the slug that a vendor has lead to the one that it gets.
func keepSlug(s *store.Tx, v vendors.Vendor) error {
	if _, err := s.Exec(`INSERT INTO former_slugs (slug, vendor_id) SELECT slug, id FROM vendors WHERE id = $1 AND slug <> '' AND slug <> $2
		ON CONFLICT DO NOTHING`, v.ID, v.Slug); err != nil {
		return err
	}
	_, err := s.Exec(`DELETE FROM former_slugs WHERE slug = $1 AND vendor_id = $2`, v.Slug, v.ID)
	return err
}

// Update implements vendors.Store. A slug that is taken between the look and
// the change is an SQL error; the unique index holds in any case.
func (Store) Update(t tx.Tx, v vendors.Vendor) (updated bool, err error) {
	var taken int
	s := store.On(t)
	found, err := s.QueryRow(`SELECT 1 FROM vendors WHERE slug = $1 AND slug <> '' AND id <> $2
		UNION ALL SELECT 1 FROM former_slugs WHERE slug = $1 AND vendor_id <> $2 LIMIT 1`, []any{v.Slug, v.ID}, &taken)
	if err != nil || found {
		return false, err
	}
	if err := keepSlug(s, v); err != nil {
		return false, err
	}
	if _, err := s.Exec(`UPDATE vendors SET slug = $1, name = $2, zone = $3, plan = $4, support_email = $5, website = $6, direct_activation_files = $7,
		store_no_location = $8, shown_name = $9, accent_light = $10, accent_dark = $11, support_text = $12, logo = $13, language = $14,
		no_hand_over = $15 WHERE id = $16`,
		v.Slug, v.Name, v.Zone, v.Plan, v.SupportEmail, v.Website, store.Bit(v.DirectActivationFiles), store.Bit(v.StoreNoLocation),
		v.Branding.Name, v.Branding.AccentLight, v.Branding.AccentDark, v.Branding.SupportText, v.Branding.Logo, v.Language,
		store.Bit(v.NoHandOver), v.ID); err != nil {
		return false, err
	}
	return true, store.Bump(t)
}

// Get implements vendors.Store.
func (Store) Get(t tx.Tx, id ident.VendorID) (vendors.Vendor, bool, error) {
	s := store.On(t)
	return scan(func(dest ...any) (bool, error) {
		return s.QueryRow(`SELECT `+columns+` FROM vendors WHERE id = $1`+s.Dialect.ForUpdate(), []any{id}, dest...)
	})
}

// NoteZoneMove implements vendors.Store.
func (Store) NoteZoneMove(t tx.Tx, id ident.VendorID, m vendors.ZoneMove) error {
	return store.On(t).Later(`INSERT INTO zone_moves (vendor_id, from_zone, to_zone, at, kind, done_until) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id) DO UPDATE SET kind = excluded.kind, done_until = excluded.done_until`,
		id, m.From, m.To, m.At.UnixMilli(), m.Kind, m.After)
}

// NotedZoneMove implements vendors.Store.
func (Store) NotedZoneMove(t tx.Tx, id ident.VendorID) (m vendors.ZoneMove, noted bool, err error) {
	var at int64
	noted, err = store.On(t).QueryRow(`SELECT from_zone, to_zone, at, kind, done_until FROM zone_moves WHERE vendor_id = $1`, []any{id},
		&m.From, &m.To, &at, &m.Kind, &m.After)
	m.At = store.Instant(at)
	return m, noted, err
}

// EndZoneMove implements vendors.Store.
func (Store) EndZoneMove(t tx.Tx, id ident.VendorID) error {
	return store.On(t).Later(`DELETE FROM zone_moves WHERE vendor_id = $1`, id)
}

// MovingZone implements vendors.Reader.
func (s Store) MovingZone(ctx context.Context) ([]ident.VendorID, error) {
	return store.All[ident.VendorID](s.DB.Query(ctx, `SELECT vendor_id FROM zone_moves ORDER BY vendor_id`))(scanVendorID)
}

// ByID reads a vendor for a screen or the API. Missing is vendor_not_found.
func (s Store) ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error) {
	return s.one(ctx, `SELECT `+columns+` FROM vendors WHERE id = $1`, id)
}

// ByUUID reads a vendor by the id it is known by outside; it has the form that
// recheck.NewCache takes. Missing is vendor_not_found.
func (s Store) ByUUID(ctx context.Context, uuid ident.UUID) (vendors.Vendor, error) {
	return s.one(ctx, `SELECT `+columns+` FROM vendors WHERE uuid = $1`, uuid)
}

// BySlug reads a vendor by its place in addresses, or one that it had before; it has the
// form that recheck.NewCache takes. Missing is vendor_not_found.
func (s Store) BySlug(ctx context.Context, slug string) (vendors.Vendor, error) {
	v, err := s.one(ctx, `SELECT `+columns+` FROM vendors WHERE slug = $1 AND slug <> ''`, slug)
	if fault.Is(err, "vendor_not_found") {
		return s.one(ctx, `SELECT `+columns+` FROM vendors WHERE id = (SELECT vendor_id FROM former_slugs WHERE slug = $1)`, slug)
	}
	return v, err
}

// Sole gives the only vendor; ok is false when there is none, or another.
func (s Store) Sole(ctx context.Context) (v vendors.Vendor, ok bool, err error) {
	return scan(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, `SELECT `+columns+` FROM vendors WHERE (SELECT COUNT(*) FROM (SELECT id FROM vendors LIMIT 2) AS few) = 1`, nil, dest...)
	})
}

// Any reports whether there is a vendor at all.
func (s Store) Any(ctx context.Context) (bool, error) {
	var id int64
	return s.DB.QueryRow(ctx, `SELECT id FROM vendors LIMIT 1`, nil, &id)
}

// All reads every vendor, oldest first: for the command line and periodic work.
func (s Store) All(ctx context.Context) ([]vendors.Vendor, error) {
	return store.All[vendors.Vendor](s.DB.Query(ctx, `SELECT `+columns+` FROM vendors ORDER BY id`))(
		func(scanRow store.Scan) (vendors.Vendor, error) {
			v, _, err := scan(func(dest ...any) (bool, error) { return true, scanRow(dest...) })
			return v, err
		})
}

func (s Store) one(ctx context.Context, sqltext string, arg any) (vendors.Vendor, error) {
	v, found, err := scan(func(dest ...any) (bool, error) { return s.DB.QueryRow(ctx, sqltext, []any{arg}, dest...) })
	if err == nil && !found {
		err = fault.Missing("vendor")
	}
	return v, err
}

func scan(row func(dest ...any) (bool, error)) (vendors.Vendor, bool, error) {
	var v vendors.Vendor
	var id, created int64
	found, err := row(&id, &v.UUID, &v.Slug, &v.Name, &v.Zone, &v.Plan, &v.SupportEmail, &v.Website, &v.Language, &v.DirectActivationFiles, &v.StoreNoLocation,
		&v.NoHandOver,
		&v.Branding.Name, &v.Branding.AccentLight, &v.Branding.AccentDark, &v.Branding.SupportText, &v.Branding.Logo, &created, &v.LinksHost)
	if err != nil || !found {
		return vendors.Vendor{}, false, err
	}
	v.ID, v.CreatedAt = ident.VendorOf(id), store.Instant(created)
	return v, true, nil
}
