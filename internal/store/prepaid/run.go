package prepaid

import (
	"context"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// RunFigures tells how the charging of a vendor's devices stands, each figure up to
// prepaid.MostCounted.
func (s Store) RunFigures(ctx context.Context, v ident.VendorID, now time.Time, today calendar.Day) (r prepaid.RunFigures, err error) {
	count := func(to *int64, text string, args ...any) {
		if err == nil {
			_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (`+text+` LIMIT $3) AS counted`, append(args, prepaid.MostCounted), to)
		}
	}
	count(&r.Due, `SELECT 1 FROM prepaid_due g JOIN prepaid_devices d ON d.id >= g.grp * 64 AND d.id < g.grp * 64 + 64 AND +d.vendor_id = g.vendor_id
		WHERE g.vendor_id = $1 AND g.due_at <= $2 AND d.due_at <= $2`, v, now.UnixMilli())
	count(&r.Dark, `SELECT 1 FROM prepaid_devices d WHERE d.vendor_id = $1 AND d.dark <> $2`, v, int(prepaid.NotDark))
	count(&r.Charged, `SELECT 1 FROM prepaid_ledger l WHERE l.vendor_id = $1 AND l.day = $2 AND l.card_id <> 0`, v, today.Number())
	return r, err
}

// GoingDark counts the devices of a holder that work, and will no longer at an instant, at
// the days that are on their cards: those on which used-up cards or cards with few days are.
func (s Store) GoingDark(ctx context.Context, v ident.VendorID, holder ident.CustomerID, soon prepaid.Soon) (n int64, err error) {
	sel := store.Select(`SELECT DISTINCT c.device_id FROM prepaid_cards c JOIN prepaid_devices d ON d.id = c.device_id AND d.vendor_id = c.vendor_id
		WHERE c.vendor_id =`, v).And("c.holder_id = ?", holder)
	standings(sel, prepaid.StandingsOnDevice(prepaid.NoDays, prepaid.UnderWeek))
	goingDark(sel, soon)
	text, args := sel.End(" LIMIT ?", prepaid.MostCounted)
	_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (`+text+`) AS going`, args, &n)
	return n, err
}

// goingDark adds that device d works now and will no longer at an instant.
func goingDark(s *store.Selection, soon prepaid.Soon) {
	s.And(`d.dark = 0 AND d.usable_until > ? AND d.usable_until + 86400000 * (SELECT CAST(COALESCE(SUM(o.days), 0) AS BIGINT) FROM prepaid_bound o
		WHERE o.vendor_id = d.vendor_id AND o.device_id = d.id) < ?`, soon.Now.UnixMilli(), soon.Before.UnixMilli())
}
