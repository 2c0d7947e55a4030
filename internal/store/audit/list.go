package audit

import (
	"context"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// List lists a vendor's audit log. A page may hold fewer records than asked for,
// even none, and yet have a next one.
func (s Store) List(
	ctx context.Context, vendor ident.VendorID, f audit.Filter, r listing.Request,
) (listing.Page[audit.Record], error) {
	r.Desc = true
	q := store.Select(`SELECT `+recordColumns+` FROM audit_log a WHERE a.vendor_id =`, vendor)
	narrow(f, q, vendor)
	var search store.Search
	if !f.Indexed() {
		looked := store.Select(`SELECT a.id FROM audit_log a WHERE a.vendor_id =`, vendor)
		narrowLicense(f, looked, vendor)
		var err error
		if search, err = s.DB.Bound(ctx, looked, "a.id", r, s.depth()); err != nil {
			return listing.Page[audit.Record]{}, err
		}
		search.Within(q, "a.id")
	}
	sqltext, args := q.Page(r, store.Column{Name: "a.id"}, "a.id")
	items, err := store.All[audit.Record](s.DB.Query(ctx, sqltext, args...))(scanRecord)
	if err != nil {
		return listing.Page[audit.Record]{}, err
	}
	page := listing.Cut(r, items, func(a audit.Record) listing.Mark { return r.Mark(a.ID) })
	page.Next = search.Next(page.Next)
	return page, nil
}

func (s Store) depth() int {
	if s.SearchDepth == 0 {
		return store.SearchDepth
	}
	return s.SearchDepth
}

func narrow(f audit.Filter, q *store.Selection, vendor ident.VendorID) {
	narrowLicense(f, q, vendor)
	if f.Action != "" {
		q.And("a.action = ?", f.Action)
	}
	if f.Subject != "" {
		q.And("a.subject = ?", f.Subject)
	}
	if !f.SubjectID.IsZero() {
		q.And("a.subject_id = ?", f.SubjectID)
	}
	if f.OfThing() {
		q.And("a.license_id IS NULL") // which the index of such things holds
	}
	if f.ActorID != "" {
		q.And("a.actor_id = ?", f.ActorID)
	}
	if f.From != nil {
		q.And("a.at >= ?", f.From.UnixMilli())
	}
	if f.To != nil {
		q.And("a.at < ?", f.To.UnixMilli())
	}
}

func narrowLicense(f audit.Filter, q *store.Selection, vendor ident.VendorID) {
	if !f.License.IsZero() {
		q.And("a.license_id = (SELECT id FROM licenses WHERE vendor_id = ? AND uuid = ?)", vendor, f.License)
	}
}
