package licensing

import (
	"context"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// heldColumns are few, because each costs on the hottest path there is. Of the
// edition and its product only the revision is read: their contents are kept,
// and every change of either that an answer shows raises the edition's.
const heldColumns = `a.id, a.uuid, a.token_key, a.client_name, a.client_description, a.client_public_key, a.said, a.goodwill_since, a.goodwill_until,
	a.month_until, a.month_place, a.suspended_until, s.last_seen_day, s.day_count, s.counter,
	l.id, l.name, l.license_key, l.legacy_license_key, l.is_active, l.is_temporary, l.starts_at, l.expires_mode, l.expires_at, l.expires_days,
	l.overrides, l.measured, l.first_activated_at, l.regular_used, l.goodwill_used, l.used_up_at, l.revision,
	c.uuid, c.company_name, c.customer_number, l.edition_id, e.revision, k.counter`

const heldFrom = `
	FROM activations a
	JOIN pulses s ON s.activation_id = a.id
	JOIN licenses l ON +l.vendor_id = a.vendor_id AND l.id = a.license_id
	JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
	JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
	LEFT JOIN client_keys k ON k.vendor_id = a.vendor_id AND k.public_key = a.client_public_key
	WHERE a.vendor_id = $1 AND a.client_id = $2 AND a.released_at IS NULL`

const (
	selectHeld         = `SELECT ` + heldColumns + heldFrom + ` AND a.product_id = $3`
	selectHeldByClient = `SELECT a.device_id, l.uuid, ` + heldColumns + heldFrom + ` ORDER BY l.is_temporary DESC, a.id`
)

// Held implements licensing.Reader: one read for the whole of a heartbeat.
func (s *Store) Held(ctx context.Context, v ident.VendorID, product ident.UUID, number string) ([]licensing.Holding, error) {
	id, err := s.products.find(s.reading(ctx), v, product)
	if err != nil || id == 0 {
		return nil, err
	}
	var scanned []*heldRow
	err = s.db.Point(ctx, selectHeld, []any{v, number, int64(id)}, func(scan store.Scan) error {
		r := new(heldRow)
		scanned = append(scanned, r)
		return r.scan(scan)
	})
	if err != nil {
		return nil, err
	}
	all := make([]licensing.Holding, 0, len(scanned))
	for _, r := range scanned {
		h, err := s.holding(s.reading(ctx), time.Time{}, v, r)
		if err != nil {
			return nil, err
		}
		h.Activation.Device.Number = number
		if h.License.IsTemporary { // it goes first
			all = append([]licensing.Holding{h}, all...)
		} else {
			all = append(all, h)
		}
	}
	return all, nil
}

// KeysHeld implements licensing.Reader.
func (s *Store) KeysHeld(ctx context.Context, v ident.VendorID, number string) ([][]byte, error) {
	rows, err := s.reading(ctx)(`SELECT client_public_key FROM activations
		WHERE vendor_id = $1 AND client_id = $2 AND released_at IS NULL AND client_public_key IS NOT NULL`, v, number)
	return collect(rows, err, func(scan store.Scan) (k []byte, err error) { return k, scan(&k) })
}

// HeldByClient implements licensing.Store.
func (s *Store) HeldByClient(t tx.Tx, v ident.VendorID, number string) ([]licensing.Holding, error) {
	rows, err := writing(t)(selectHeldByClient, v, number)
	scanned, err := collect(rows, err, func(scan store.Scan) (*heldRow, error) {
		r := new(heldRow)
		return r, r.scan(func(dest ...any) error {
			return scan(append([]any{(*int64)(&r.activation.Device.ID), &r.license.UUID}, dest...)...)
		})
	})
	if err != nil {
		return nil, err
	}
	all := make([]licensing.Holding, len(scanned))
	for i := range scanned {
		if all[i], err = s.holding(writing(t), t.Now(), v, scanned[i]); err != nil {
			return nil, err
		}
		all[i].Activation.Device.Number = number
	}
	return all, nil
}

type heldRow struct {
	license         licensing.License
	activation      licensing.Activation
	legacy          store.OptionalText
	mode            store.OptionalText
	overrides       store.OptionalText
	measured        store.OptionalText
	since, until    store.OptionalInt
	month           store.OptionalInt
	suspended       store.OptionalInt
	starts, expires store.OptionalInt
	days            store.OptionalInt
	activated       store.OptionalInt
	usedUp          store.OptionalInt
	edition         ident.EditionID
	revision        int64
	counter         store.OptionalInt
}

func (r *heldRow) scan(scan store.Scan) error {
	a, l := &r.activation, &r.license
	return scan(
		(*int64)(&a.ID), &a.UUID, &a.TokenKey, &a.Client.Name, &a.Client.Description, &a.Client.PublicKey, &a.Said, &r.since, &r.until,
		&r.month, &a.Place.Number, &r.suspended, &a.Pulse.LastSeenDay, &a.Pulse.DayCount, &a.Pulse.Counter,
		(*int64)(&l.ID), &l.Name, &l.LicenseKey, &r.legacy, &l.IsActive, &l.IsTemporary, &r.starts, &r.mode, &r.expires, &r.days,
		&r.overrides, &r.measured, &r.activated, &l.RegularUsed, &l.GoodwillUsed, &r.usedUp, &l.Revision,
		&l.Customer.UUID, &l.Customer.CompanyName, &l.Customer.CustomerNumber, (*int64)(&r.edition), &r.revision, &r.counter,
	)
}

// holding completes a row; at as in withEdition.
func (s *Store) holding(q querier, at time.Time, v ident.VendorID, r *heldRow) (licensing.Holding, error) {
	l, a := &r.license, &r.activation
	l.Vendor = v
	l.LegacyKey, l.ExpiresMode, l.ExpiresDays = r.legacy.V, terms.ExpiresMode(r.mode.V), int(r.days.V)
	l.StartsAt, l.ExpiresAt, l.FirstActivatedAt, l.UsedUpAt = r.starts.Instant(), r.expires.Instant(), r.activated.Instant(), r.usedUp.Instant()
	a.License, a.IsTemporary, a.KeyCounter = l.ID, l.IsTemporary, r.counter.V
	a.GoodwillSince, a.GoodwillUntil, a.Device.SuspendedUntil = r.since.Instant(), r.until.Instant(), r.suspended.Instant()
	a.Place.Until = r.month.Instant()
	var err error
	if l.Measured, err = parseMeasured(l.ID, r.measured.V); err != nil {
		return licensing.Holding{}, err
	}
	if l.Overrides, err = parseOverrides(l.ID, r.overrides.V); err != nil {
		return licensing.Holding{}, err
	}
	kept := s.editions.byRevision(r.edition, r.revision)
	if kept == nil {
		if kept, err = loadEdition(q, v, `e.id = $2`, r.edition); err != nil {
			return licensing.Holding{}, err
		}
		if kept == nil {
			return licensing.Holding{}, fmt.Errorf("edition %d of license %d is missing", r.edition, l.ID)
		}
		if at.IsZero() || kept.changed < at.UnixMilli() {
			s.editions.put(*kept)
		}
	}
	l.Edition, l.Product = kept.Edition, kept.holder
	return licensing.Holding{License: l, Activation: a}, nil
}
