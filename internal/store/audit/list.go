package audit

import (
	"context"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// searchDepth is how many records one page looks at when a filter has no index,
// unless the Store says otherwise. A page that found too few within it still
// gives a cursor: search on from there.
const searchDepth = 20_000

// List lists a vendor's audit log. A page may hold fewer records than asked for,
// even none, and yet have a next one.
func (s Store) List(
	ctx context.Context, vendor ident.VendorID, f audit.Filter, r listing.Request,
) (listing.Page[audit.Record], error) {
	r.Desc = true
	deepest, err := s.depth(ctx, vendor, f, r)
	if err != nil {
		return listing.Page[audit.Record]{}, err
	}
	q := store.Select(`SELECT `+recordColumns+` FROM audit_log a WHERE a.vendor_id =`, vendor)
	narrow(f, q, vendor)
	if deepest > 0 {
		q.And("a.id >= ?", deepest)
	}
	sqltext, args := q.Page(r, store.Column{Name: "a.id"}, "a.id")
	items, err := store.All[audit.Record](s.DB.Query(ctx, sqltext, args...))(scanRecord)
	if err != nil {
		return listing.Page[audit.Record]{}, err
	}
	page := listing.Cut(r, items, func(a audit.Record) listing.Mark { return r.Mark(a.ID) })
	if page.Next == "" && deepest > 0 {
		page.Next = r.Mark(deepest).Encode()
	}
	return page, nil
}

// depth gives the id at which an unindexed search stops for this page; 0 for none.
func (s Store) depth(ctx context.Context, vendor ident.VendorID, f audit.Filter, r listing.Request) (int64, error) {
	if f.Indexed() {
		return 0, nil
	}
	q := store.Select(`SELECT a.id FROM audit_log a WHERE a.vendor_id =`, vendor)
	narrowLicense(f, q, vendor)
	if r.After != nil {
		q.And("a.id < ?", r.After.ID)
	}
	deep := s.SearchDepth
	if deep == 0 {
		deep = searchDepth
	}
	// The last of the first deep ids, if there are so many.
	sqltext, args := q.Page(listing.Request{Limit: deep, Desc: true}, store.Column{Name: "a.id"}, "a.id")
	var id, many int64
	_, err := s.DB.QueryRow(ctx, `SELECT COALESCE(MIN(id), 0), COUNT(*) FROM (`+sqltext+`) AS looked`, args, &id, &many)
	if many <= int64(deep) {
		return 0, err
	}
	return id, err
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
