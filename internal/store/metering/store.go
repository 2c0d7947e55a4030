package metering

import (
	"context"
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

const meterColumns = `m.id, m.license_id, m.limitation, m.consumed, m.gross, m.folded_consumed, m.folded_gross,
	m.period_started_at, m.period_ends_at, m.reset_mode, m.reset_days, m.alerted, m.exhausted_at,
	m.told_of, m.contract_alerted, m.contract_told_of`

type meterRow struct {
	metering.Meter

	started         int64
	ends, exhausted store.OptionalInt
	reset           string
}

func (r *meterRow) dest() []any {
	return []any{
		&r.ID, &r.License, &r.Limitation, &r.Consumed, &r.Gross, &r.FoldedConsumed, &r.FoldedGross,
		&r.started, &r.ends, &r.reset, &r.ResetDays, &r.Alerted, &r.exhausted,
		&r.ToldOf, &r.ContractAlerted, &r.ContractToldOf,
	}
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
		[]any{v, license, limitation}, append(r.dest(), &name)...)
	if err != nil || !found {
		return nil, nil, err
	}
	m := r.meter()
	return &m, store.ZoneNamed(name), nil
}

// Make implements metering.Store.
func (Store) Make(t tx.Tx, v ident.VendorID, m metering.Meter) error {
	_, err := store.On(t).Exec(`INSERT INTO meters (vendor_id, license_id, limitation, consumed, gross, folded_consumed, folded_gross,
		period_started_at, period_ends_at, reset_mode, reset_days, alerted, told_of, contract_alerted, contract_told_of)
		VALUES ($1, $2, $3, 0, 0, 0, 0, $4, $5, $6, $7, 0, 0, 0, 0) ON CONFLICT DO NOTHING`,
		v, m.License, m.Limitation, m.StartedAt.UnixMilli(), store.Millis(m.EndsAt), string(m.Reset), m.ResetDays)
	return err
}

// Save implements metering.Store.
func (Store) Save(t tx.Tx, v ident.VendorID, m metering.Meter) error {
	return store.On(t).Later(`UPDATE meters SET consumed = $1, gross = $2, folded_consumed = $3, folded_gross = $4,
		period_started_at = $5, period_ends_at = $6, reset_mode = $7, reset_days = $8, alerted = $9, exhausted_at = $10,
		told_of = $11, contract_alerted = $12, contract_told_of = $13 WHERE vendor_id = $14 AND id = $15`,
		m.Consumed, m.Gross, m.FoldedConsumed, m.FoldedGross, m.StartedAt.UnixMilli(), store.Millis(m.EndsAt), string(m.Reset), m.ResetDays,
		m.Alerted, store.Millis(m.ExhaustedAt), m.ToldOf, m.ContractAlerted, m.ContractToldOf, v, m.ID)
}

// Meters implements metering.Reader.
func (s Store) Meters(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]metering.Meter, *time.Location, error) {
	in := time.UTC
	rows, err := s.DB.Query(ctx, `SELECT v.zone, COALESCE(m.id, 0), COALESCE(m.license_id, 0), m.limitation, COALESCE(m.consumed, 0),
		COALESCE(m.gross, 0), COALESCE(m.folded_consumed, 0), COALESCE(m.folded_gross, 0), COALESCE(m.period_started_at, 0), m.period_ends_at,
		COALESCE(m.reset_mode, ''), COALESCE(m.reset_days, 0), COALESCE(m.alerted, 0), m.exhausted_at,
		COALESCE(m.told_of, 0), COALESCE(m.contract_alerted, 0), COALESCE(m.contract_told_of, 0)
		FROM vendors v LEFT JOIN meters m ON m.vendor_id = v.id AND m.license_id = $1 WHERE v.id = $2`, license, v)
	all, err := store.All[metering.Meter](rows, err)(func(scan store.Scan) (metering.Meter, error) {
		var r meterRow
		var name string
		err := scan(append([]any{&name}, r.dest()...)...)
		in = store.ZoneNamed(name)
		return r.meter(), err
	})
	if len(all) == 1 && all[0].ID == 0 {
		all = nil
	}
	return all, in, err
}
