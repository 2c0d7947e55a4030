package licensing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// EndingSoon lists the licences that are switched on and end from now on and before
// until, the next to end first; of one product or of all. A page may hold fewer
// than asked for and yet have a next one.
func (s *Store) EndingSoon(
	ctx context.Context, v ident.VendorID, product ident.UUID, now, until time.Time, r listing.Request,
) (listing.Page[licensing.Ending], error) {
	ways, err := s.ways(ctx, v)
	if err != nil {
		return listing.Page[licensing.Ending]{}, err
	}
	from := endsAfter(now)
	if r.After != nil {
		from = place{r.After.Number, ident.LicenseID(r.After.ID)}
	}
	var found []place
	for _, w := range ways { // each gives no more than a page: together they hold the page
		some, err := s.endsBy(ctx, w, v, from, until.UnixMilli()-1, r.Limit+1, nil)
		if err != nil {
			return listing.Page[licensing.Ending]{}, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b place) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	found = slices.Compact(found)
	cut := listing.Cut(r, found, func(a place) listing.Mark { return a.mark(r) })
	licenses, err := s.ByIDs(ctx, v, idsOf(cut.Items)...)
	page := listing.Page[licensing.Ending]{Next: cut.Next}
	for _, a := range cut.Items {
		l := licenses[a.id]
		if l == nil || !l.IsActive || !product.IsZero() && l.Product.UUID != product || l.ExpiryOf(l.Terms().Policy).UnixMilli() != a.at {
			continue // what is found by one way of reckoning may end earlier by another
		}
		page.Items = append(page.Items, licensing.Ending{License: l, EndsAt: store.Instant(a.at)})
	}
	return page, err
}
