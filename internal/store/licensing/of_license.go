package licensing

import (
	"context"
	"slices"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// ownDepth is how many activations of a licence one page looks at when its filter has
// no index.
const ownDepth = 5000

// OfLicense lists the activations of one licence. The filter's search is found anywhere
// in what a client says of itself. A page may hold fewer than asked for, even none, and
// yet have a next one. The sorts are those of licensing.OwnClientSorts.
func (s *Store) OfLicense(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, f licensing.ClientFilter, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	search, err := s.boundOwn(ctx, v, license, f, r)
	if err != nil {
		return listing.Page[*licensing.Activation]{}, err
	}
	// The ids first: sorting takes nothing else along.
	q := store.Select(`SELECT a.id FROM activations a`+besideOwn(f, r)+` WHERE a.vendor_id =`, v).And("a.license_id = ?", license)
	narrowOwn(f, q)
	search.Within(q, "a.id")
	by := ownSort(r.Sort)
	sqltext, args := q.Page(r, by, "a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	ids, err := collect(rows, err, func(scan store.Scan) (id int64, err error) { return id, scan(&id) })
	if err != nil || len(ids) == 0 {
		return listing.Page[*licensing.Activation]{Next: search.Next("")}, err
	}
	found := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	narrowAmong(found, "a.id", ids)
	sqltext, args = found.End("")
	rows, err = s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanActivation)
	slices.SortFunc(items, func(a, b *licensing.Activation) int {
		return slices.Index(ids, int64(a.ID)) - slices.Index(ids, int64(b.ID))
	})
	page := listing.Cut(r, items, func(a *licensing.Activation) listing.Mark { return ownMark(r, a) })
	page.Next = search.Next(page.Next)
	return page, err
}

// boundOwn bounds a list by activation whose filter no index serves. Other sorts are
// offered for few activations only.
func (s *Store) boundOwn(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, f licensing.ClientFilter, r listing.Request,
) (store.Search, error) {
	plain := f.Search == "" && f.Indexed() && f.Standing != licensing.StandingSuspended
	if plain || r.Sort != "created_at" {
		return store.Search{}, nil
	}
	looked := store.Select(`SELECT a.id FROM activations a WHERE a.vendor_id =`, v).And("a.license_id = ?", license)
	narrowStanding(f, looked)
	return s.db.Bound(ctx, looked, "a.id", r, ownDepth)
}

// besideOwn joins what a list is narrowed or sorted by and no more.
func besideOwn(f licensing.ClientFilter, r listing.Request) (tables string) {
	if f.Standing == licensing.StandingSuspended {
		tables += ` JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id`
	}
	if r.Sort == "last_seen" || f.SeenSince != 0 || f.SeenBefore != 0 || f.SeenOn != 0 {
		tables += ` JOIN pulses s ON s.activation_id = a.id`
	}
	return tables
}

// said is what a client says of itself, in small letters (of ASCII, on both engines).
const said = `LOWER(a.client_id || ' ' || a.client_name || ' ' || a.hostname || ' ' || a.address || ' ' || a.platform || ' ' || a.operating_system)`

func narrowOwn(f licensing.ClientFilter, q *store.Selection) {
	narrowStanding(f, q)
	narrowSeen(f, q)
	if f.Standing == licensing.StandingSuspended {
		q.And("d.suspended_until > ?", f.Now.UnixMilli())
	}
	if f.Counts != nil {
		counts := "COALESCE(a.month_until, 0) > ? AND a.month_place > 0"
		if !*f.Counts {
			counts = "NOT (" + counts + ")"
		}
		q.And(counts, f.Now.UnixMilli())
	}
	if f.Country != nil {
		q.And("a.country = ?", *f.Country)
	}
	if f.Search != "" {
		q.And("(REPLACE("+said+", ?, '') <> "+said+" OR REPLACE(a.display_name_folded, ?, '') <> a.display_name_folded)",
			lowerASCII(f.Search), listing.Fold(f.Search))
	}
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// calledBy is what lists call a device: by the owner's name for it, else by its hostname.
const calledBy = `COALESCE(NULLIF(a.display_name_folded, ''), LOWER(a.hostname))`

func ownSort(sort string) store.Column {
	switch sort {
	case "last_seen":
		return store.Column{Name: "s.last_seen_at", Number: true}
	case "hostname":
		return store.Column{Name: "LOWER(a.hostname)"}
	case "name":
		return store.Column{Name: calledBy}
	case "address", "platform", "country":
		return store.Column{Name: "a." + sort}
	}
	return store.Column{Name: "a.id"}
}

func ownMark(r listing.Request, a *licensing.Activation) listing.Mark {
	m := r.Mark(int64(a.ID))
	switch r.Sort {
	case "last_seen":
		m.Number = a.Pulse.LastSeenAt.UnixMilli()
	case "hostname":
		m.Text = lowerASCII(a.Client.Hostname)
	case "name":
		if m.Text = listing.Fold(a.DisplayName); m.Text == "" {
			m.Text = lowerASCII(a.Client.Hostname)
		}
	case "address":
		m.Text = a.Client.Address
	case "platform":
		m.Text = a.Client.Platform
	case "country":
		m.Text = a.Client.Country
	}
	return m
}
