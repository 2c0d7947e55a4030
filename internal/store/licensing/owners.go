package licensing

import (
	"context"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// OfOwner lists the licences that name an address as their licensee, and those of the
// customers at which the user has a role.
func (s *Store) OfOwner(
	ctx context.Context, v ident.VendorID, user ident.UserID, email string, f licensing.Filter, r listing.Request,
) (listing.Page[*licensing.License], error) {
	address, _ := entry.Address(email)
	kept, wire := entry.Forms(address)
	q := store.Select(selectLicense, v).And(`l.id IN (SELECT o.id FROM licenses o WHERE o.vendor_id = ? AND o.licensee_email IN (?, ?)
		UNION SELECT o.id FROM customer_users m JOIN licenses o ON o.vendor_id = m.vendor_id AND o.customer_id = m.customer_id
		WHERE m.vendor_id = ? AND m.user_id = ?)`, v, kept, wire, v, user)
	narrowIndexed(f, q, v, true)
	narrowState(f, q)
	if f.Search != nil {
		if err := s.searched(ctx, q, v, *f.Search); err != nil {
			return listing.Page[*licensing.License]{}, err
		}
	}
	sqltext, args := q.Page(r, store.Column{Name: "l.id"}, "l.id")
	items, err := s.licenses(s.reading(ctx), time.Time{}, sqltext, args...)
	return listing.Cut(r, items, func(l *licensing.License) listing.Mark { return r.Mark(int64(l.ID)) }), err
}
