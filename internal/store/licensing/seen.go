package licensing

import (
	"context"
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// seenBy is the order of the list of clients.
var seenBy = store.Column{Name: "s.last_seen_day", Number: true} //nolint:gochecknoglobals // it never changes

// SeenClients lists activated clients by the day they were last seen on. All
// filters but the day have no index: a page looks at store.SearchDepth clients at
// most, and may hold fewer than asked for and yet have a next one.
func (s *Store) SeenClients(
	ctx context.Context, v ident.VendorID, f licensing.SeenFilter, r listing.Request,
) (listing.Page[licensing.SeenClient], error) {
	stop, err := s.seenBound(ctx, v, f, r)
	if err != nil {
		return listing.Page[licensing.SeenClient]{}, err
	}
	q := store.Select(`SELECT `+activationColumns+` FROM pulses s JOIN activations a ON a.id = s.activation_id AND a.vendor_id = s.vendor_id
		JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id WHERE a.released_at IS NULL AND s.vendor_id =`, v)
	narrowSeen(q, f)
	if !f.Product.IsZero() {
		q.And("a.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, f.Product)
	}
	if !f.Edition.IsZero() {
		q.And(`EXISTS (SELECT 1 FROM licenses l WHERE l.vendor_id = a.vendor_id AND l.id = a.license_id
			AND l.edition_id = (SELECT id FROM editions WHERE vendor_id = ? AND uuid = ?))`, v, f.Edition)
	}
	for _, by := range []struct {
		condition string
		value     *string
	}{{"a.software_version = ?", f.Version}, {"a.operating_system = ?", f.System}, {"a.country = ?", f.Country}} {
		if by.value != nil {
			q.And(by.condition, *by.value)
		}
	}
	if stop != nil {
		order := "<="
		if r.Desc {
			order = ">="
		}
		q.And("(s.last_seen_day, s.activation_id) "+order+" (?, ?)", stop.Number, stop.ID)
	}
	sqltext, args := q.Page(r, seenBy, "s.activation_id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	found, err := collect(rows, err, scanActivation)
	if err != nil {
		return listing.Page[licensing.SeenClient]{}, err
	}
	cut := listing.Cut(r, found, func(a *licensing.Activation) listing.Mark {
		m := r.Mark(int64(a.ID))
		m.Number = a.Pulse.LastSeenDay
		return m
	})
	page, err := s.withLicenses(ctx, v, cut.Items)
	page.Next = cut.Next
	if page.Next == "" && stop != nil {
		page.Next = stop.Encode()
	}
	return page, err
}

func narrowSeen(q *store.Selection, f licensing.SeenFilter) {
	if !f.SeenSince.IsZero() {
		q.And("s.last_seen_day >= ?", licensing.DayOf(f.SeenSince))
	}
}

// seenBound finds the client at which a page stops to look; nil when the list
// ends before.
func (s *Store) seenBound(ctx context.Context, v ident.VendorID, f licensing.SeenFilter, r listing.Request) (*listing.Mark, error) {
	looked := store.Select(`SELECT s.last_seen_day, s.activation_id FROM pulses s WHERE s.vendor_id =`, v)
	narrowSeen(looked, f)
	ahead := r
	ahead.Limit = store.SearchDepth - 1
	sqltext, args := looked.Page(ahead, seenBy, "s.activation_id")
	stop := r.Mark(0)
	found, err := s.db.QueryRow(ctx, sqltext+" OFFSET "+strconv.Itoa(store.SearchDepth-1), args, &stop.Number, &stop.ID)
	if err != nil || !found {
		return nil, err
	}
	return &stop, nil
}

func (s *Store) withLicenses(ctx context.Context, v ident.VendorID, found []*licensing.Activation) (page listing.Page[licensing.SeenClient], err error) {
	ids := make([]ident.LicenseID, len(found))
	for i, a := range found {
		ids[i] = a.License
	}
	licenses, err := s.ByIDs(ctx, v, ids...)
	for _, a := range found {
		if l := licenses[a.License]; l != nil {
			page.Items = append(page.Items, licensing.SeenClient{Activation: a, License: l})
		}
	}
	return page, err
}
