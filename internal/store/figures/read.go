package figures

import (
	"context"
	"time"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// Days gives a figure of the days from first to last, by day and value; of one
// product, or of all together when it is 0.
func (s Store) Days(
	ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID, first, last int64,
) ([]figures.Row, error) {
	q := store.Select(`SELECT day, value, CAST(SUM(n) AS BIGINT) FROM figures WHERE vendor_id =`, v).
		And("figure = ?", f).And("day >= ?", first).And("day <= ?", last)
	if product != 0 {
		q.And("product_id = ?", product)
	}
	sqltext, args := q.End(" GROUP BY day, value ORDER BY day, value")
	return s.rows(ctx, f, sqltext, args)
}

// Latest gives a figure as it was counted last, by value, the largest first.
func (s Store) Latest(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID) ([]figures.Row, error) {
	q := store.Select(`SELECT day, value, CAST(SUM(n) AS BIGINT) AS total FROM figures WHERE vendor_id =`, v).
		And("figure = ?", f).And("day = (SELECT MAX(day) FROM figure_days WHERE vendor_id = ?)", v)
	if product != 0 {
		q.And("product_id = ?", product)
	}
	sqltext, args := q.End(" GROUP BY day, value ORDER BY total DESC, value")
	return s.rows(ctx, f, sqltext, args)
}

// ByProduct gives a figure as it was counted last, by product; the rows' values are empty.
func (s Store) ByProduct(ctx context.Context, v ident.VendorID, f figures.Figure) ([]figures.Row, error) {
	rows, err := s.DB.Query(ctx, `SELECT product_id, CAST(SUM(n) AS BIGINT) AS total FROM figures WHERE vendor_id = $1 AND figure = $2
		AND day = (SELECT MAX(day) FROM figure_days WHERE vendor_id = $1) GROUP BY product_id ORDER BY total DESC, product_id`, v, f)
	return store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
		r := figures.Row{Figure: f}
		return r, scan(&r.Product, &r.N)
	})
}

func (s Store) rows(ctx context.Context, f figures.Figure, sqltext string, args []any) ([]figures.Row, error) {
	rows, err := s.DB.Query(ctx, sqltext, args...)
	return store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
		r := figures.Row{Figure: f}
		return r, scan(&r.Day, &r.Value, &r.N)
	})
}

// AsOf gives when figures were last counted; zero for never.
func (s Store) AsOf(ctx context.Context, v ident.VendorID) (time.Time, error) {
	var at int64
	found, err := s.DB.QueryRow(ctx, `SELECT counted_at FROM figure_days WHERE vendor_id = $1 ORDER BY day DESC LIMIT 1`, []any{v}, &at)
	if err != nil || !found {
		return time.Time{}, err
	}
	return store.Instant(at), nil
}
