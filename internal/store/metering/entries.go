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

// entryTables are what an entryRow is read from: c(onsumption), m(eter), d(evice).
const entryTables = ` FROM consumptions c JOIN meters m ON m.vendor_id = c.vendor_id AND m.id = c.meter_id
	LEFT JOIN devices d ON d.vendor_id = c.vendor_id AND d.id = c.device_id `

// What is made of the columns of an entry.
//
//nolint:gochecknoglobals // texts, made once
var (
	entryColumns = store.Selected("c", &entryRow{})
	selectEntry  = `SELECT ` + entryColumns + entryTables
	insertEntry  = store.InsertInto("consumptions", &entryRow{})
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

// Columns implements store.Record.
func (r *entryRow) Columns(c *store.Columns) {
	e := &r.Entry
	c.Read("id", &e.ID)
	c.Fixed("uuid", e.UUID, &e.UUID)
	c.Fixed("meter_id", e.Meter, &e.Meter)
	c.Read("m.license_id", &e.License)
	c.Read("m.limitation", &e.Limitation)
	c.Fixed("kind", string(e.Kind), &r.kind)
	c.Fixed("amount", e.Amount, &e.Amount)
	c.Fixed("device_id", store.OrNull(e.Device), &r.device)
	c.Read("d.number", &r.number)
	c.Fixed("user_id", e.UserID, &e.UserID)
	c.Fixed("external_id", store.OrNull(e.ExternalID), &r.external)
	c.Fixed("said_at", store.Millis(e.SaidAt), &r.said)
	c.Fixed("at", store.Millis(e.At), &r.at)
	c.Fixed("note", e.Note, &e.Note)
	c.Fixed("undoes", store.OrNull(e.Undoes), &r.undoes)
	c.Fixed("limit_then", e.Limit, &r.limit)
	c.Fixed("consumed_then", e.Consumed, &e.Consumed)
	c.Fixed("goodwill_percent", e.GoodwillPercent, &e.GoodwillPercent)
	c.Fixed("period_started_at", e.Period.StartedAt.UnixMilli(), &r.started)
	c.Fixed("period_ends_at", store.Millis(e.Period.EndsAt), &r.ends)
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
	found, err := store.On(t).QueryRow(selectEntry+where, args, store.Dest(&r)...)
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
	q := store.On(t)
	if err := q.Later(insertEntry.Text, insertEntry.Values(v, &entryRow{Entry: *e})...); err != nil {
		return err
	}
	return q.Later(`INSERT INTO meter_hours (vendor_id, meter_id, begins_at, amount) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, meter_id, begins_at) DO UPDATE SET amount = meter_hours.amount + excluded.amount`, v, e.Meter, e.Hour.Unix(), e.Amount)
}

// ledger selects from the ledger of one of a licence's meters what an index serves.
func ledger(what string, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, f metering.EntryFilter) *store.Selection {
	q := store.Select(`SELECT `+what+` WHERE c.vendor_id =`, v).
		And("c.meter_id = (SELECT id FROM meters WHERE vendor_id = ? AND license_id = ? AND limitation = ?)", v, license, limitation)
	if f.ClientID != "" {
		q.And("c.device_id = (SELECT id FROM devices WHERE vendor_id = ? AND number = ?)", v, f.ClientID)
	}
	return q
}

// Entries lists the ledger of one of a licence's meters. A limitation without a
// meter has none.
func (s Store) Entries(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, f metering.EntryFilter, r listing.Request,
) (listing.Page[metering.Entry], error) {
	const undone = `, (SELECT COUNT(*) FROM consumptions u WHERE u.vendor_id = c.vendor_id AND u.undoes = c.id)`
	q := ledger(entryColumns+undone+entryTables, v, license, limitation, f)
	var search store.Search
	if f.Kind != "" || f.From != nil || f.To != nil {
		var err error
		if search, err = s.DB.Bound(ctx, ledger("c.id FROM consumptions c", v, license, limitation, f), "c.id", r, store.SearchDepth); err != nil {
			return listing.Page[metering.Entry]{}, err
		}
		search.Within(q, "c.id")
	}
	if f.Kind != "" {
		q.And("c.kind = ?", string(f.Kind))
	}
	if f.From != nil {
		q.And("c.at >= ?", f.From.UnixMilli())
	}
	if f.To != nil {
		q.And("c.at < ?", f.To.UnixMilli())
	}
	sqltext, args := q.Page(r, store.Column{Name: "c.id"}, "c.id")
	rows, err := s.DB.Query(ctx, sqltext, args...)
	items, err := store.All[metering.Entry](rows, err)(func(scan store.Scan) (metering.Entry, error) {
		var row entryRow
		var undone int64
		err := scan(append(store.Dest(&row), &undone)...)
		e := row.entry()
		e.Undone = undone > 0
		return e, err
	})
	page := listing.Cut(r, items, func(e metering.Entry) listing.Mark { return r.Mark(int64(e.ID)) })
	page.Next = search.Next(page.Next)
	return page, err
}
