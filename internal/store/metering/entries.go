package metering

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	entryColumns = `c.id, c.uuid, c.meter_id, m.license_id, m.limitation, c.kind, c.amount, c.device_id, d.number, c.user_id, c.external_id,
		c.said_at, c.at, c.note, c.undoes, c.limit_then, c.consumed_then, c.goodwill_percent, c.period_started_at, c.period_ends_at`
	entryTables = ` FROM consumptions c JOIN meters m ON m.vendor_id = c.vendor_id AND m.id = c.meter_id
		LEFT JOIN devices d ON d.vendor_id = c.vendor_id AND d.id = c.device_id `
	selectEntry = `SELECT ` + entryColumns + entryTables
)

type entryRow struct {
	metering.Entry

	kind             string
	device           store.OptionalInt
	number, external store.OptionalText
	said             store.OptionalInt
	at, started      int64
	undoes, ends     store.OptionalInt
	limit            store.OptionalInt
}

func (r *entryRow) dest() []any {
	return []any{
		&r.ID, &r.UUID, &r.Meter, &r.License, &r.Limitation, &r.kind, &r.Amount, &r.device, &r.number, &r.UserID, &r.external,
		&r.said, &r.at, &r.Note, &r.undoes, &r.limit, &r.Consumed, &r.GoodwillPercent, &r.started, &r.ends,
	}
}

func (r *entryRow) entry() metering.Entry {
	e := r.Entry
	e.Kind, e.Device, e.ClientID, e.ExternalID = metering.Kind(r.kind), ident.DeviceID(r.device.V), r.number.V, r.external.V
	e.SaidAt, e.At, e.Undoes = r.said.Instant(), store.Instant(r.at), ident.EntryID(r.undoes.V)
	e.Period = metering.Period{StartedAt: store.Instant(r.started), EndsAt: r.ends.Instant()}
	if r.limit.Valid {
		e.Limit = &r.limit.V
	}
	return e
}

func one(t tx.Tx, where string, args ...any) (*metering.Entry, error) {
	var r entryRow
	found, err := store.On(t).QueryRow(selectEntry+where, args, r.dest()...)
	if err != nil || !found {
		return nil, err
	}
	e := r.entry()
	return &e, nil
}

// ByExternalID implements metering.Store.
func (Store) ByExternalID(t tx.Tx, v ident.VendorID, meter ident.MeterID, externalID string) (*metering.Entry, error) {
	return one(t, `WHERE c.vendor_id = $1 AND c.meter_id = $2 AND c.external_id = $3`, v, meter, externalID)
}

// ByContent implements metering.Store.
func (Store) ByContent(
	t tx.Tx, v ident.VendorID, meter ident.MeterID, device ident.DeviceID, amount int64, saidAt time.Time,
) (*metering.Entry, error) {
	return one(t, `WHERE c.vendor_id = $1 AND c.meter_id = $2 AND c.device_id = $3 AND c.said_at = $4 AND c.amount = $5
		AND c.external_id IS NULL`, v, meter, device, saidAt.UnixMilli(), amount)
}

// Entry implements metering.Store.
func (Store) Entry(t tx.Tx, v ident.VendorID, transaction ident.UUID) (*metering.Entry, error) {
	return one(t, `WHERE c.vendor_id = $1 AND c.uuid = $2`, v, transaction)
}

// RollbackOf implements metering.Store.
func (Store) RollbackOf(t tx.Tx, v ident.VendorID, id ident.EntryID) (*metering.Entry, error) {
	return one(t, `WHERE c.vendor_id = $1 AND c.undoes = $2`, v, id)
}

// Newer implements metering.Store.
func (Store) Newer(t tx.Tx, v ident.VendorID, e metering.Entry) (bool, error) {
	var id int64
	return store.On(t).QueryRow(`SELECT id FROM consumptions WHERE vendor_id = $1 AND meter_id = $2 AND device_id = $3 AND id > $4 AND kind = $5 LIMIT 1`,
		[]any{v, e.Meter, e.Device, e.ID, string(metering.Consumed)}, &id)
}

// InsertEntry implements metering.Store.
func (Store) InsertEntry(t tx.Tx, v ident.VendorID, e *metering.Entry) error {
	return store.On(t).Later(`INSERT INTO consumptions (vendor_id, uuid, meter_id, kind, amount, device_id, user_id, external_id, said_at,
		at, note, undoes, limit_then, consumed_then, goodwill_percent, period_started_at, period_ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		v, e.UUID, e.Meter, string(e.Kind), e.Amount, store.OrNull(e.Device), e.UserID, store.OrNull(e.ExternalID), store.Millis(e.SaidAt),
		e.At.UnixMilli(), e.Note, store.OrNull(e.Undoes), e.Limit, e.Consumed, e.GoodwillPercent,
		e.Period.StartedAt.UnixMilli(), store.Millis(e.Period.EndsAt))
}

// Entries lists the ledger of one of a licence's meters. A limitation without a
// meter has none.
func (s Store) Entries(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, r listing.Request,
) (listing.Page[metering.Entry], error) {
	sqltext, args := store.Select(`SELECT `+entryColumns+`, (SELECT COUNT(*) FROM consumptions u WHERE u.vendor_id = c.vendor_id AND u.undoes = c.id)`+
		entryTables+`WHERE c.vendor_id =`, v).
		And("c.meter_id = (SELECT id FROM meters WHERE vendor_id = ? AND license_id = ? AND limitation = ?)", v, license, limitation).
		Page(r, store.Column{Name: "c.id"}, "c.id")
	rows, err := s.DB.Query(ctx, sqltext, args...)
	items, err := store.All[metering.Entry](rows, err)(func(scan store.Scan) (metering.Entry, error) {
		var row entryRow
		var undone int64
		err := scan(append(row.dest(), &undone)...)
		e := row.entry()
		e.Undone = undone > 0
		return e, err
	})
	return listing.Cut(r, items, func(e metering.Entry) listing.Mark { return r.Mark(int64(e.ID)) }), err
}
