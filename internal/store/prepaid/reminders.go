package prepaid

import (
	"context"
	"strconv"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// OwnLow implements prepaid.Store.
func (Store) OwnLow(t tx.Tx, v ident.VendorID, limit int) (map[ident.CustomerID]prepaid.Low, error) {
	own := map[ident.CustomerID]prepaid.Low{}
	_, err := store.All[struct{}](store.On(t).Query(`SELECT customer_id, low_days, very_low_days FROM prepaid_customers
		WHERE vendor_id = $1 AND low_days IS NOT NULL ORDER BY customer_id LIMIT $2`, v, limit))(func(scan store.Scan) (struct{}, error) {
		var c ident.CustomerID
		var l prepaid.Low
		err := scan(&c, &l.Days, &l.VeryLow)
		own[c] = l
		return struct{}{}, err
	})
	return own, err
}

// AddReminders implements prepaid.Store. They come in the order of customers.
func (Store) AddReminders(t tx.Tx, v ident.VendorID, all []prepaid.Reminder) error {
	const columns = 7
	values := make([]any, 0, columns*len(all))
	for _, r := range all {
		values = append(values, v, r.Customer, r.Day, r.Low, r.VeryLow, r.Spent, r.DarkSoon)
	}
	return store.On(t).InsertMany(`INSERT INTO prepaid_reminders (vendor_id, customer_id, day, low, very_low, spent, dark_soon) VALUES`, columns, values,
		`ON CONFLICT (vendor_id, customer_id, day) DO UPDATE SET low = prepaid_reminders.low + excluded.low,
			very_low = prepaid_reminders.very_low + excluded.very_low, spent = prepaid_reminders.spent + excluded.spent,
			dark_soon = prepaid_reminders.dark_soon + excluded.dark_soon`, nil)
}

// TakeReminder implements prepaid.Store.
func (Store) TakeReminder(t tx.Tx, v ident.VendorID, c ident.CustomerID, before int64) (sum prepaid.Reminder, err error) {
	sum.Customer = c
	_, err = store.All[struct{}](store.On(t).Query(`DELETE FROM prepaid_reminders WHERE vendor_id = $1 AND customer_id = $2 AND day < $3
		RETURNING day, low, very_low, spent, dark_soon`, v, c, before))(func(scan store.Scan) (struct{}, error) {
		var r prepaid.Reminder
		err := scan(&r.Day, &r.Low, &r.VeryLow, &r.Spent, &r.DarkSoon)
		sum.Day = max(sum.Day, r.Day)
		sum.Low, sum.VeryLow, sum.Spent, sum.DarkSoon = sum.Low+r.Low, sum.VeryLow+r.VeryLow, sum.Spent+r.Spent, sum.DarkSoon+r.DarkSoon
		return struct{}{}, err
	})
	return sum, err
}

// Reminders implements prepaid.Reader.
func (s Store) Reminders(ctx context.Context) ([]prepaid.Waiting, error) {
	return store.All[prepaid.Waiting](s.DB.Query(ctx, `SELECT vendor_id, MIN(day) FROM prepaid_reminders GROUP BY vendor_id ORDER BY vendor_id`))(
		func(scan store.Scan) (w prepaid.Waiting, err error) {
			var vendor int64
			err = scan(&vendor, &w.Day)
			w.Vendor = ident.VendorOf(vendor)
			return w, err
		})
}

// RemindersOf implements prepaid.Reader.
func (s Store) RemindersOf(ctx context.Context, v ident.VendorID, before int64, limit int) ([]ident.CustomerID, error) {
	return store.All[ident.CustomerID](s.DB.Query(ctx, `SELECT DISTINCT customer_id FROM prepaid_reminders WHERE vendor_id = $1 AND day < $2
		ORDER BY customer_id LIMIT $3`, v, before, limit))(func(scan store.Scan) (c ident.CustomerID, err error) { return c, scan(&c) })
}

// mostLowLooked is how many cards LowOf looks at.
const mostLowLooked = 20_000

// LowOf tells what a customer is to be reminded of at an instant. Thresholds of its own are looked up
// card by card, those of everybody are counted already.
func (s Store) LowOf(ctx context.Context, v ident.VendorID, c prepaid.Customer, at time.Time) (prepaid.LowNow, error) {
	now := prepaid.LowNow{Low: c.Low()}
	var err error
	if now.DarkSoon, err = s.GoingDark(ctx, v, c.ID, prepaid.SoonDark(at)); err != nil {
		return now, err
	}
	if now.Low.IsDefault() {
		all, err := s.Statistics(ctx, v, prepaid.Holder{Customer: c.ID})
		total := all.Total()
		now.LowCards, now.VeryLowCards = total.UnderMonth.Bound+total.UnderMonth.Unbound, total.UnderWeek.Bound+total.UnderWeek.Unbound
		return now, err
	}
	sel := store.Select(`SELECT COALESCE(b.days, c.days) AS days_left`+cardFrom+`WHERE c.vendor_id =`, v).And("c.holder_id = ?", c.ID)
	standings(sel, prepaid.StandingsUpTo(now.Low.Days))
	text, args := sel.End(" LIMIT ?", mostLowLooked+1)
	n := strconv.Itoa(len(args) + 1)
	m := strconv.Itoa(len(args) + 2)
	var looked int64
	_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN days_left <= $`+n+` THEN 1 ELSE 0 END) AS BIGINT), 0),
		COALESCE(CAST(SUM(CASE WHEN days_left <= $`+m+` THEN 1 ELSE 0 END) AS BIGINT), 0) FROM (`+text+`) AS found`,
		append(args, now.Low.Days, now.Low.VeryLow), &looked, &now.LowCards, &now.VeryLowCards)
	now.AtLeast = looked > mostLowLooked
	return now, err
}
