package figures

import (
	"maps"
	"slices"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// Recount counts every final day of every vendor anew and tells how many days'
// figures are not what was kept of them. The editions of clients are left out:
// they are those of their licences when the day was counted.
func Recount(query func(sqltext string, args ...any) (store.Rows, error)) (wrong int64, err error) {
	type day struct {
		vendor  ident.VendorID
		number  int64
		counted int64
	}
	rows, err := query(`SELECT vendor_id, day, counted_at FROM figure_days ORDER BY vendor_id, day`)
	days, err := store.All[day](rows, err)(func(scan store.Scan) (d day, err error) {
		var vendor int64
		err = scan(&vendor, &d.number, &d.counted)
		d.vendor = ident.VendorOf(vendor)
		return d, err
	})
	if err != nil {
		return 0, err
	}
	for _, d := range days {
		if !figures.FinalAt(d.number, store.Instant(d.counted)) {
			continue
		}
		anew, err := ofDay(query, d.vendor, d.number)
		if err != nil {
			return wrong, err
		}
		kept, err := keptOf(query, d.vendor, d.number)
		if err != nil {
			return wrong, err
		}
		if !maps.Equal(countable(anew), countable(kept)) {
			wrong++
		}
	}
	return wrong, nil
}

func keptOf(q querier, v ident.VendorID, day int64) ([]figures.Row, error) {
	rows, err := q(`SELECT f.figure, f.product_id, f.value, f.n FROM figures f
		WHERE f.vendor_id = $1 AND f.day = $2`, v, day)
	return store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
		r := figures.Row{Day: day}
		return r, scan(&r.Figure, &r.Product, &r.Value, &r.N)
	})
}

// byEdition: the editions of clients that report are those of their licences when
// the day was counted, too, and a client may report of an earlier day.
func byEdition(f figures.Figure) bool {
	return slices.Contains([]figures.Figure{figures.UsageSum, figures.UsageClients, figures.FieldSum, figures.FieldClients, figures.FieldSaid}, f)
}

// countable are the figures of a day's events, by all but their number.
func countable(rows []figures.Row) map[figures.Row]int64 {
	ofDay := map[figures.Figure]bool{}
	for _, f := range figures.OfDay() {
		ofDay[f] = f != figures.Active(figures.Edition) && !byEdition(f)
	}
	all := map[figures.Row]int64{}
	for _, r := range figures.Fold(rows) {
		if n := r.N; ofDay[r.Figure] {
			r.N = 0
			all[r] = n
		}
	}
	return all
}
