package owners

import (
	"context"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var _ owners.RequestStore = Store{}

const (
	joinRequests = ` FROM license_requests q JOIN licenses l ON l.vendor_id = q.vendor_id AND l.id = q.license_id
		JOIN users u ON u.vendor_id = q.vendor_id AND u.id = q.user_id WHERE q.vendor_id =`
	selectRequest = `SELECT q.id, q.uuid, q.license_id, l.uuid, q.customer_id, u.id, u.uuid, u.email, u.name, q.wish, q.meter, q.meter_name, q.quantity,
		q.message, q.state, q.answer, q.created_at, q.answered_at` + joinRequests

	// The licence is the user's own, or of a customer at which the user has a role, and was of
	// its present customer when it was asked for.
	requestInReach = `q.customer_id = l.customer_id AND (l.licensee_email IN (?, ?) OR EXISTS (SELECT 1 FROM customer_users m
		WHERE m.vendor_id = l.vendor_id AND m.customer_id = l.customer_id AND m.user_id = ?))`
)

func scanRequest(scan store.Scan) (q owners.Request, err error) {
	var asked int64
	var answered store.OptionalInt
	err = scan(&q.ID, &q.UUID, &q.License, &q.LicenseID, &q.Customer, &q.User, &q.UserID, &q.UserEmail, &q.UserName, &q.Wish, &q.Meter, &q.MeterName,
		&q.Quantity, &q.Message, &q.State, &q.Answer, &asked, &answered)
	q.AskedAt, q.AnsweredAt = store.Instant(asked), answered.Instant()
	return q, err
}

func oneRequest(rows store.Rows, err error) (q owners.Request, found bool, _ error) {
	all, err := store.All[owners.Request](rows, err)(scanRequest)
	if err != nil || len(all) == 0 {
		return q, false, err
	}
	return all[0], true, nil
}

// OpenRequest implements owners.RequestStore.
func (Store) OpenRequest(
	t tx.Tx, v ident.VendorID, license ident.LicenseID, wish owners.Wish, meter ident.UUID,
) (owners.Request, bool, error) {
	return oneRequest(store.On(t).Query(selectRequest+` $1 AND q.license_id = $2 AND q.wish = $3 AND q.meter = $4 AND q.state = 'open'`,
		v, license, string(wish), meter[:]))
}

// OpenRequests implements owners.RequestStore.
func (Store) OpenRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID) ([]owners.Request, error) {
	return store.All[owners.Request](store.On(t).Query(selectRequest+` $1 AND q.license_id = $2 AND q.state = 'open' ORDER BY q.id`, v, license))(scanRequest)
}

// InsertRequest implements owners.RequestStore.
func (Store) InsertRequest(t tx.Tx, v ident.VendorID, q owners.Request) error {
	_, err := store.On(t).Exec(`INSERT INTO license_requests (vendor_id, uuid, license_id, customer_id, user_id, wish, meter, meter_name, quantity, message,
		state, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, v, q.UUID, q.License, q.Customer, q.User,
		string(q.Wish), q.Meter[:], q.MeterName, q.Quantity, q.Message, string(q.State), q.Answer, q.AskedAt.UnixMilli())
	return err
}

// CountRequests implements owners.RequestStore.
func (Store) CountRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID, since time.Time) (n int, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM license_requests WHERE vendor_id = $1 AND license_id = $2 AND created_at > $3`,
		[]any{v, license, since.UnixMilli()}, &n)
	return n, err
}

// TrimRequests implements owners.RequestStore.
func (Store) TrimRequests(t tx.Tx, v ident.VendorID, license ident.LicenseID, keep int) error {
	_, err := store.On(t).Exec(`DELETE FROM license_requests WHERE vendor_id = $1 AND license_id = $2 AND state <> 'open' AND id NOT IN (
		SELECT id FROM license_requests WHERE vendor_id = $1 AND license_id = $2 AND state <> 'open' ORDER BY id DESC LIMIT $3)`, v, license, keep)
	return err
}

// Request implements owners.RequestStore.
func (Store) Request(t tx.Tx, v ident.VendorID, id ident.UUID) (owners.Request, bool, error) {
	return oneRequest(store.On(t).Query(selectRequest+` $1 AND q.uuid = $2`, v, id))
}

// EndRequest implements owners.RequestStore.
func (Store) EndRequest(t tx.Tx, v ident.VendorID, q owners.Request) error {
	_, err := store.On(t).Exec(`UPDATE license_requests SET state = $1, answer = $2, answered_at = $3 WHERE vendor_id = $4 AND uuid = $5`,
		string(q.State), q.Answer, q.AnsweredAt.UnixMilli(), v, q.UUID)
	return err
}

// RequestByUUID reads one for the vendor's staff. Missing is license_request_not_found.
func (s Store) RequestByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (owners.Request, error) {
	q, found, err := oneRequest(s.DB.Query(ctx, selectRequest+` $1 AND q.uuid = $2`, v, id))
	if err == nil && !found {
		err = fault.Missing("license_request")
	}
	return q, err
}

// OwnRequest reads one of a licence in reach. Missing is license_request_not_found, and so
// is one that is out of reach, or of the licence's former customer.
func (s Store) OwnRequest(ctx context.Context, r owners.Reach, id ident.UUID) (owners.Request, error) {
	q, err := s.RequestByUUID(ctx, r.Vendor, id)
	if err != nil {
		return owners.Request{}, err
	}
	l, err := s.ByUUID(ctx, r, q.LicenseID)
	if fault.Is(err, "license_not_found") || err == nil && l.Customer.ID != q.Customer {
		err = fault.Missing("license_request")
	}
	if err != nil {
		return owners.Request{}, err
	}
	return q, nil
}

// Requests lists those of a vendor, by when they were asked for.
func (s Store) Requests(ctx context.Context, v ident.VendorID, f owners.RequestFilter, r listing.Request) (listing.Page[owners.Request], error) {
	return s.requests(ctx, narrowed(store.Select(selectRequest, v), f), r)
}

// OwnRequests lists those of licences in reach, by their present customers. It looks at a bounded number of the
// vendor's: a page may hold fewer than asked for, and yet have a next one.
func (s Store) OwnRequests(ctx context.Context, r owners.Reach, f owners.RequestFilter, list listing.Request) (listing.Page[owners.Request], error) {
	if r.User == 0 || r.Email == "" {
		return listing.Page[owners.Request]{}, nil
	}
	bound, err := s.DB.Bound(ctx, narrowed(store.Select(`SELECT q.id`+joinRequests, r.Vendor), f), "q.id", list, store.SearchDepth)
	if err != nil {
		return listing.Page[owners.Request]{}, err
	}
	address, _ := entry.Address(r.Email)
	kept, wire := entry.Forms(address)
	q := narrowed(store.Select(selectRequest, r.Vendor), f).And(requestInReach, kept, wire, r.User)
	bound.Within(q, "q.id")
	page, err := s.requests(ctx, q, list)
	page.Next = bound.Next(page.Next)
	return page, err
}

func narrowed(q *store.Selection, f owners.RequestFilter) *store.Selection {
	if f.State != "" {
		q.And("q.state = ?", string(f.State))
	}
	if !f.License.IsZero() {
		q.And("q.license_id = (SELECT x.id FROM licenses x WHERE x.vendor_id = q.vendor_id AND x.uuid = ?)", f.License)
	}
	if f.Wish != "" {
		q.And("q.wish = ?", string(f.Wish))
	}
	if !f.Meter.IsZero() {
		q.And("q.meter = ?", f.Meter[:])
	}
	return q
}

func (s Store) requests(ctx context.Context, q *store.Selection, r listing.Request) (listing.Page[owners.Request], error) {
	sqltext, args := q.Page(r, store.Column{Name: "q.id"}, "q.id")
	items, err := store.All[owners.Request](s.DB.Query(ctx, sqltext, args...))(scanRequest)
	return listing.Cut(r, items, func(q owners.Request) listing.Mark { return r.Mark(q.ID) }), err
}

// CountOpenRequests counts what waits for the vendor, up to most.
func (s Store) CountOpenRequests(ctx context.Context, v ident.VendorID, most int) (n int64, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM license_requests WHERE vendor_id = $1 AND state = 'open' LIMIT $2) AS waiting`,
		[]any{v, most}, &n)
	return n, err
}
