package figures

import (
	"context"
	"time"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store counts figures and keeps them.
type Store struct{ DB *store.DB }

var _ figures.Store = Store{}

// Counted implements figures.Store.
func (s Store) Counted(ctx context.Context, v ident.VendorID, first int64) (map[int64]time.Time, error) {
	counted := map[int64]time.Time{}
	rows, err := s.DB.Query(ctx, `SELECT day, counted_at FROM figure_days WHERE vendor_id = $1 AND day >= $2`, v, first)
	_, err = store.All[int64](rows, err)(func(scan store.Scan) (day int64, err error) {
		var at int64
		err = scan(&day, &at)
		counted[day] = store.Instant(at)
		return day, err
	})
	return counted, err
}

// Replace implements figures.Store.
func (s Store) Replace(
	t tx.Tx, v ident.VendorID, day int64, of []figures.Figure, rows []figures.Row, counted time.Time,
) error {
	q := store.On(t)
	for _, f := range of {
		if _, err := q.Exec(`DELETE FROM figures WHERE vendor_id = $1 AND figure = $2 AND day = $3`, v, f, day); err != nil {
			return err
		}
	}
	values := make([]any, 0, len(rows)*6)
	for _, r := range rows {
		values = append(values, v, r.Figure, day, r.Product, r.Value, r.N)
	}
	// Somebody else may count the same day at this moment: the later count holds.
	const later = `ON CONFLICT (vendor_id, figure, day, product_id, value) DO UPDATE SET n = excluded.n`
	if err := q.InsertMany(`INSERT INTO figures (vendor_id, figure, day, product_id, value, n) VALUES`, 6, values, later, nil); err != nil {
		return err
	}
	if counted.IsZero() {
		return nil
	}
	_, err := q.Exec(`INSERT INTO figure_days (vendor_id, day, counted_at) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, day) DO UPDATE SET counted_at = excluded.counted_at`, v, day, counted.UnixMilli())
	return err
}
