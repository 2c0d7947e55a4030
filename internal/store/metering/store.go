package metering

import (
	"context"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Store reads and writes meters.
type Store struct{ DB *store.DB }

var (
	_ metering.Store      = Store{}
	_ metering.Reader     = Store{}
	_ metering.UsageStore = Store{}
)

// Zone implements metering.Store.
func (Store) Zone(t tx.Tx, v ident.VendorID) (*time.Location, error) {
	return store.On(t).Zone(v)
}

// What is made of the columns of a meter.
//
//nolint:gochecknoglobals // texts, made once
var (
	meterColumns = store.Selected("m", &meterRow{})
	insertMeter  = store.InsertInto("meters", &meterRow{})
	updateMeter  = store.Update("meters", &meterRow{}, `vendor_id = ? AND id = ?`)

	// selectMeters reads a licence's meters beside its vendor, of which there is a row when
	// there is none of a meter: its columns are then 0 or empty.
	selectMeters = `SELECT v.zone, ` + orNothing(meterColumns) + `
		FROM vendors v LEFT JOIN meters m ON m.vendor_id = v.id AND m.license_id = $1 WHERE v.id = $2`
)

// orNothing gives columns of which each may be missing; those that scan NULL stay.
func orNothing(columns string) string {
	all := strings.Split(columns, ", ")
	for i, name := range all {
		switch name {
		case "m.limitation", "m.period_ends_at", "m.exhausted_at":
		case "m.reset_mode":
			all[i] = `COALESCE(` + name + `, '')`
		default:
			all[i] = `COALESCE(` + name + `, 0)`
		}
	}
	return strings.Join(all, ", ")
}

type meterRow struct {
	metering.Meter

	started         int64
	ends, exhausted store.OptionalInt
	reset           string
}

// Columns implements store.Record.
func (r *meterRow) Columns(c *store.Columns) {
	c.Read("id", &r.ID)
	c.Fixed("license_id", r.License, &r.License)
	c.Fixed("limitation", r.Limitation, &r.Limitation)
	c.Saved("consumed", r.Consumed, &r.Consumed)
	c.Saved("gross", r.Gross, &r.Gross)
	c.Saved("folded_consumed", r.FoldedConsumed, &r.FoldedConsumed)
	c.Saved("folded_gross", r.FoldedGross, &r.FoldedGross)
	c.Saved("period_started_at", r.StartedAt.UnixMilli(), &r.started)
	c.Saved("period_ends_at", store.Millis(r.EndsAt), &r.ends)
	c.Saved("reset_mode", string(r.Reset), &r.reset)
	c.Saved("reset_days", r.ResetDays, &r.ResetDays)
	c.Saved("alerted", r.Alerted, &r.Alerted)
	c.Saved("exhausted_at", store.Millis(r.ExhaustedAt), &r.exhausted)
	c.Saved("told_of", r.ToldOf, &r.ToldOf)
	c.Saved("contract_alerted", r.ContractAlerted, &r.ContractAlerted)
	c.Saved("contract_told_of", r.ContractToldOf, &r.ContractToldOf)
}

func (r *meterRow) meter() metering.Meter {
	r.StartedAt, r.EndsAt, r.ExhaustedAt = store.Instant(r.started), r.ends.Instant(), r.exhausted.Instant()
	r.Reset = terms.Reset(r.reset)
	return r.Meter
}

// Lock implements metering.Store.
func (Store) Lock(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID) (*metering.Meter, *time.Location, error) {
	var r meterRow
	var name string
	q := store.On(t)
	found, err := q.QueryRow(`SELECT `+meterColumns+`, v.zone FROM meters m JOIN vendors v ON v.id = m.vendor_id
		WHERE m.vendor_id = $1 AND m.license_id = $2 AND m.limitation = $3`+q.Dialect.ForUpdateOf("m"),
		[]any{v, license, limitation}, append(store.Dest(&r), &name)...)
	if err != nil || !found {
		return nil, nil, err
	}
	m := r.meter()
	return &m, store.ZoneNamed(name), nil
}

// Make implements metering.Store.
func (Store) Make(t tx.Tx, v ident.VendorID, m metering.Meter) error {
	_, err := store.On(t).Exec(insertMeter.Text+` ON CONFLICT DO NOTHING`, insertMeter.Values(v, &meterRow{Meter: m})...)
	return err
}

// Save implements metering.Store.
func (Store) Save(t tx.Tx, v ident.VendorID, m metering.Meter) error {
	return store.On(t).Later(updateMeter, store.SavedValues(&meterRow{Meter: m}, v, m.ID)...)
}

// Meters implements metering.Reader.
func (s Store) Meters(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]metering.Meter, *time.Location, error) {
	in := time.UTC
	rows, err := s.DB.Query(ctx, selectMeters, license, v)
	all, err := store.All[metering.Meter](rows, err)(func(scan store.Scan) (metering.Meter, error) {
		var r meterRow
		var name string
		err := scan(append([]any{&name}, store.Dest(&r)...)...)
		in = store.ZoneNamed(name)
		return r.meter(), err
	})
	if len(all) == 1 && all[0].ID == 0 {
		all = nil
	}
	return all, in, err
}
