package licensing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/refusal"
	"chancery/internal/store"
)

// GoodwillZone lists the activations in the goodwill zone by when they entered
// it, of one customer or of all: those that are held above the contract, and those whose
// place of the running month is above it.
func (s *Store) GoodwillZone(
	ctx context.Context, v ident.VendorID, customer ident.UUID, now time.Time, r listing.Request,
) (listing.Page[licensing.Stay], error) {
	q := store.Select(`SELECT g.id, g.license_id, a.uuid, a.client_name, a.hostname, d.id, d.uuid, d.number, g.entered_at, a.goodwill_until
		FROM goodwill_stays g JOIN activations a ON a.vendor_id = g.vendor_id AND a.id = g.activation_id
		JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id WHERE g.left_at IS NULL AND g.vendor_id =`, v)
	months := store.Select(monthsZone, v).And("l.month_ends_at > ?", now.UnixMilli())
	if !customer.IsZero() {
		for at, q := range map[string]*store.Selection{"g.license_id": q, "l.id": months} {
			q.And(at+` IN (SELECT l.id FROM licenses l JOIN customers c ON c.vendor_id = l.vendor_id AND c.id = l.customer_id
				WHERE l.vendor_id = ? AND c.uuid = ?)`, v, customer)
		}
	}
	stays, err := s.stays(ctx, q, r, "g.entered_at", "g.id")
	if err != nil {
		return listing.Page[licensing.Stay]{}, err
	}
	monthly, err := s.stays(ctx, months, r, "m.taken_at", monthsZoneID)
	if err != nil {
		return listing.Page[licensing.Stay]{}, err
	}
	stays = merged(r, stays, monthly)
	ids := make([]ident.LicenseID, len(stays))
	for i, g := range stays {
		ids[i] = g.License.ID
	}
	licenses, err := s.ByIDs(ctx, v, ids...)
	if err != nil {
		return listing.Page[licensing.Stay]{}, err
	}
	times, err := s.sums(ctx, `SELECT license_id, COUNT(*) FROM goodwill_stays WHERE vendor_id = $1 AND (left_at IS NULL OR left_at > $2) AND license_id IN (%)
		GROUP BY license_id`, v, now.Add(-licensing.GoodwillMemory).UnixMilli(), ids)
	for i := range stays {
		stays[i].License, stays[i].Times = licenses[ids[i]], max(1, times[ids[i]])
	}
	return listing.Cut(r, stays, func(g licensing.Stay) listing.Mark {
		m := r.Mark(g.ID)
		m.Number = g.EnteredAt.UnixMilli()
		return m
	}), err
}

// monthsZone are the activations of the running month that are above the contract: the
// first ones of a month are those of the contract, and goodwill_used of them are not. Their
// ids are below 0, since those of stays are above.
const (
	monthsZoneID = "-a.id"
	monthsZone   = `SELECT ` + monthsZoneID + `, l.id, a.uuid, a.client_name, a.hostname, d.id, d.uuid, d.number, m.taken_at, l.month_ends_at
		FROM licenses l JOIN activations a ON a.vendor_id = l.vendor_id AND a.license_id = l.id AND a.released_at IS NULL
			AND a.month_until = l.month_ends_at AND a.month_place > l.month_used - l.goodwill_used
		JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
		JOIN month_places m ON m.vendor_id = l.vendor_id AND m.license_id = l.id AND m.begins_at = l.month_begins_at AND m.device_id = a.device_id
		WHERE l.goodwill_used > 0 AND l.vendor_id =`
)

// stays reads a page, and one more.
func (s *Store) stays(ctx context.Context, q *store.Selection, r listing.Request, entered, id string) ([]licensing.Stay, error) {
	sqltext, args := q.Page(r, store.Column{Name: entered, Number: true}, id)
	rows, err := s.db.Query(ctx, sqltext, args...)
	return collect(rows, err, scanStay)
}

// merged gives the first rows of two pages that are in order, and one more than a page.
func merged(r listing.Request, one, two []licensing.Stay) []licensing.Stay {
	all := slices.Concat(one, two)
	slices.SortFunc(all, func(a, b licensing.Stay) int {
		way := cmp.Or(a.EnteredAt.Compare(b.EnteredAt), cmp.Compare(a.ID, b.ID))
		if r.Desc {
			return -way
		}
		return way
	})
	return all[:min(len(all), r.Limit+1)]
}

func scanStay(scan store.Scan) (licensing.Stay, error) {
	g := licensing.Stay{License: &licensing.License{}}
	var entered int64
	var until store.OptionalInt
	err := scan(&g.ID, &g.License.ID, &g.Activation, &g.ClientName, &g.Hostname, &g.Device.ID, &g.Device.UUID, &g.Device.Number, &entered, &until)
	g.EnteredAt, g.Until = store.Instant(entered), until.Instant()
	return g, err
}

// InGoodwillZone counts the activations that are above their contract, and stops at most.
func (s *Store) InGoodwillZone(ctx context.Context, v ident.VendorID, now time.Time, most int) (n int, err error) {
	_, err = s.db.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM (SELECT id FROM goodwill_stays WHERE vendor_id = $1 AND left_at IS NULL LIMIT $2) AS held)
		+ (SELECT COUNT(*) FROM (`+monthsZone+` $1 AND l.month_ends_at > $3 LIMIT $2) AS monthly)`, []any{v, most, now.UnixMilli()}, &n)
	return min(n, most), err
}

// maxReason is above every number of a refusal: a cursor of Denied holds the
// hour and the reason as one number.
const maxReason = 100_000

// Denied lists refused calls of all licences by hour, from an hour on, for one
// reason or for all (0). The newest hour comes first.
func (s *Store) Denied(ctx context.Context, v ident.VendorID, reason int, from time.Time, r listing.Request) (listing.Page[licensing.Denied], error) {
	q := store.Select(`SELECT hour, reason, license_id, denied FROM denials WHERE vendor_id =`, v).And("hour >= ?", from.Unix()/3600)
	if reason != 0 {
		q.And("reason = ?", reason)
	}
	if r.After != nil {
		hour := r.After.Number / maxReason
		q.And("hour <= ?", hour).And("(hour, reason, license_id) < (?, ?, ?)", hour, r.After.Number%maxReason, r.After.ID)
	}
	sqltext, args := q.End(" ORDER BY hour DESC, reason DESC, license_id DESC LIMIT ?", r.Limit+1)
	rows, err := s.db.Query(ctx, sqltext, args...)
	denied, err := collect(rows, err, func(scan store.Scan) (d licensing.Denied, err error) {
		d.License = &licensing.License{}
		var hour int64
		err = scan(&hour, &d.Reason, &d.License.ID, &d.Denied)
		d.Hour = time.Unix(hour*3600, 0).UTC()
		return d, err
	})
	if err != nil {
		return listing.Page[licensing.Denied]{}, err
	}
	ids := make([]ident.LicenseID, len(denied))
	for i, d := range denied {
		ids[i] = d.License.ID
	}
	licenses, err := s.ByIDs(ctx, v, ids...)
	for i := range denied {
		if l := licenses[ids[i]]; l != nil {
			denied[i].License = l
		}
	}
	return listing.Cut(r, denied, func(d licensing.Denied) listing.Mark {
		m := r.Mark(int64(d.License.ID))
		m.Number = d.Hour.Unix()/3600*maxReason + int64(d.Reason)
		return m
	}), err
}

// UsedUp lists the licences that refuse new clients by since when they do.
func (s *Store) UsedUp(ctx context.Context, v ident.VendorID, product ident.UUID, r listing.Request) (listing.Page[licensing.UsedUp], error) {
	q := store.Select(`SELECT l.id, l.used_up_at FROM licenses l WHERE l.used_up_at IS NOT NULL AND l.vendor_id =`, v)
	if !product.IsZero() {
		q.And("l.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, product)
	}
	sqltext, args := q.Page(r, store.Column{Name: "l.used_up_at", Number: true}, "l.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	found, err := collect(rows, err, func(scan store.Scan) (p place, err error) { return p, scan(&p.id, &p.at) })
	if err != nil {
		return listing.Page[licensing.UsedUp]{}, err
	}
	cut := listing.Cut(r, found, func(at place) listing.Mark { return at.mark(r) })
	ids := idsOf(cut.Items)
	licenses, err := s.ByIDs(ctx, v, ids...)
	if err != nil {
		return listing.Page[licensing.UsedUp]{}, err
	}
	refused, err := s.sums(ctx, `SELECT license_id, CAST(SUM(denied) AS BIGINT) FROM denials WHERE vendor_id = $1 AND reason = $2 AND license_id IN (%)
		GROUP BY license_id`, v, refusal.NoTokenLeft, ids)
	page := listing.Page[licensing.UsedUp]{Next: cut.Next}
	for _, id := range ids {
		if l := licenses[id]; l != nil {
			page.Items = append(page.Items, licensing.UsedUp{License: l, Refused: refused[id]})
		}
	}
	return page, err
}
