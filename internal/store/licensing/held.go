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
	d.suspended_until, s.last_seen_day, s.day_count,
	l.id, l.name, l.license_key, l.legacy_license_key, l.is_active, l.is_temporary, l.starts_at, l.expires_mode, l.expires_at, l.expires_days,
	l.overrides, l.measured, l.first_activated_at, l.regular_used, l.goodwill_used, l.used_up_at, l.revision,
	c.uuid, c.company_name, c.customer_number, l.edition_id, e.revision`

const heldFrom = `
	FROM devices d
	JOIN activations a ON a.vendor_id = d.vendor_id AND a.device_id = d.id AND a.released_at IS NULL
	JOIN pulses s ON s.activation_id = a.id
	JOIN licenses l ON +l.vendor_id = a.vendor_id AND l.id = a.license_id
	JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
	JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
	WHERE d.vendor_id = $1 AND d.number = $2`

const (
	selectHeld         = `SELECT ` + heldColumns + heldFrom + ` AND a.product_id = $3`
	selectHeldByClient = `SELECT d.id, l.uuid, ` + heldColumns + heldFrom + ` ORDER BY l.is_temporary DESC, a.id`
)

// Held implements licensing.Reader: one read for the whole of a heartbeat.
func (s *Store) Held(ctx context.Context, v ident.VendorID, product ident.UUID, number string) ([]licensing.Holding, error) {
	id, err := s.products.find(ctx, s.db, v, product)
	if err != nil || id == 0 {
		return nil, err
	}
	// A short read is not worth a watch over its caller.
	ctx = context.WithoutCancel(ctx)
	rows, err := s.db.Query(ctx, selectHeld, v, number, id)
	scanned, err := store.All[heldRow](rows, err)(scanHeld)
	if err != nil {
		return nil, err
	}
	all := make([]licensing.Holding, 0, len(scanned))
	for i := range scanned {
		h, err := s.holding(s.reading(ctx), time.Time{}, v, &scanned[i])
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

// HeldByClient implements licensing.Store.
func (s *Store) HeldByClient(t tx.Tx, v ident.VendorID, number string) ([]licensing.Holding, error) {
	rows, err := writing(t)(selectHeldByClient, v, number)
	scanned, err := collect(rows, err, func(scan store.Scan) (heldRow, error) {
		var device ident.DeviceID
		var id ident.UUID
		r, err := scanHeld(func(dest ...any) error { return scan(append([]any{(*int64)(&device), &id}, dest...)...) })
		r.activation.Device.ID, r.license.UUID = device, id
		return r, err
	})
	if err != nil {
		return nil, err
	}
	all := make([]licensing.Holding, len(scanned))
	for i := range scanned {
		if all[i], err = s.holding(writing(t), t.Now(), v, &scanned[i]); err != nil {
			return nil, err
		}
		all[i].Activation.Device.Number = number
	}
	return all, nil
}

type heldRow struct {
	license         licensing.License
	activation      licensing.Activation
	legacy          nullable[string]
	mode            nullable[string]
	overrides       nullable[string]
	measured        nullable[string]
	since, until    nullable[int64]
	suspended       nullable[int64]
	starts, expires nullable[int64]
	days            nullable[int64]
	activated       nullable[int64]
	usedUp          nullable[int64]
	edition         ident.EditionID
	revision        int64
}

func scanHeld(scan store.Scan) (r heldRow, err error) {
	a, l := &r.activation, &r.license
	err = scan(
		(*int64)(&a.ID), &a.UUID, &a.TokenKey, &a.Client.Name, &a.Client.Description, &a.Client.PublicKey, &a.Said, &r.since, &r.until,
		&r.suspended, &a.Pulse.LastSeenDay, &a.Pulse.DayCount,
		(*int64)(&l.ID), &l.Name, &l.LicenseKey, &r.legacy, &l.IsActive, &l.IsTemporary, &r.starts, &r.mode, &r.expires, &r.days,
		&r.overrides, &r.measured, &r.activated, &l.RegularUsed, &l.GoodwillUsed, &r.usedUp, &l.Revision,
		&l.Customer.UUID, &l.Customer.CompanyName, &l.Customer.CustomerNumber, (*int64)(&r.edition), &r.revision,
	)
	return r, err
}

// holding completes a row; at as in withEdition.
func (s *Store) holding(q querier, at time.Time, v ident.VendorID, r *heldRow) (licensing.Holding, error) {
	l, a := &r.license, &r.activation
	l.Vendor = v
	l.LegacyKey, l.ExpiresMode, l.ExpiresDays = r.legacy.v, terms.ExpiresMode(r.mode.v), int(r.days.v)
	l.StartsAt, l.ExpiresAt, l.FirstActivatedAt, l.UsedUpAt = r.starts.instant(), r.expires.instant(), r.activated.instant(), r.usedUp.instant()
	a.License, a.IsTemporary = l.ID, l.IsTemporary
	a.GoodwillSince, a.GoodwillUntil, a.Device.SuspendedUntil = r.since.instant(), r.until.instant(), r.suspended.instant()
	var err error
	if l.Measured, err = parseMeasured(l.ID, r.measured.v); err != nil {
		return licensing.Holding{}, err
	}
	if l.Overrides, err = parseOverrides(l.ID, r.overrides.v); err != nil {
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

// nullable scans a column that may be NULL; cheaper than sql.Null, which
// converts by reflection.
type nullable[T string | int64] struct {
	v     T
	valid bool
}

// Scan implements sql.Scanner.
func (n *nullable[T]) Scan(src any) error {
	if src == nil {
		return nil
	}
	v, ok := src.(T)
	if !ok {
		return fmt.Errorf("a column held %T", src)
	}
	n.v, n.valid = v, true
	return nil
}

// instant reads Unix milliseconds; NULL is the zero time.
func (n nullable[T]) instant() time.Time {
	if ms, ok := any(n.v).(int64); ok && n.valid {
		return store.Instant(ms)
	}
	return time.Time{}
}
