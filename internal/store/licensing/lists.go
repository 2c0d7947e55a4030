package licensing

import (
	"context"
	"strconv"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// ByUUID reads one licence. Missing is license_not_found.
func (s *Store) ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error) {
	all, err := s.licenses(s.reading(ctx), time.Time{}, selectLicense+` $1 AND l.uuid = $2`, v, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.Missing("license")
	}
	return all[0], nil
}

// List lists licences. With a filter that has no index a page may hold fewer
// than asked for, even none, and yet have a next one.
func (s *Store) List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error) {
	q := store.Select(selectLicense, v)
	byState := f.ByState()
	narrowIndexed(f, q, v, byState)
	narrowState(f, q)
	if f.Search != nil {
		if err := s.searched(ctx, q, v, *f.Search); err != nil {
			return listing.Page[*licensing.License]{}, err
		}
	}
	var search store.Search
	if !f.Indexed() {
		looked := store.Select(`SELECT l.id FROM licenses l WHERE l.vendor_id =`, v)
		if byState {
			narrowState(f, looked)
		} else {
			narrowIndexed(f, looked, v, false)
		}
		var err error
		if search, err = s.db.Bound(ctx, looked, "l.id", r, store.SearchDepth); err != nil {
			return listing.Page[*licensing.License]{}, err
		}
		search.Within(q, "l.id")
	}
	sqltext, args := q.Page(r, store.Column{Name: "l.id"}, "l.id")
	items, err := s.licenses(s.reading(ctx), time.Time{}, sqltext, args...)
	page := listing.Cut(r, items, func(l *licensing.License) listing.Mark { return r.Mark(int64(l.ID)) })
	page.Next = search.Next(page.Next)
	return page, err
}

// narrowState adds the conditions on a licence's state, as the indexes have them.
func narrowState(f licensing.Filter, q *store.Selection) {
	if f.IsActive != nil {
		q.And("l.is_active = " + strconv.Itoa(store.Bit(*f.IsActive)))
	}
	if f.UsedUp {
		q.And("l.used_up_at IS NOT NULL")
	}
	if f.OnGoodwill {
		q.And("l.goodwill_used > 0")
	}
}

// narrowIndexed adds the conditions that an index serves. Where the state leads to
// fewer licences, the plus keeps engines from walking all those of a product.
func narrowIndexed(f licensing.Filter, q *store.Selection, v ident.VendorID, byState bool) {
	plus := ""
	if byState {
		plus = "+"
	}
	if !f.Product.IsZero() {
		q.And(plus+"l.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, f.Product)
	}
	if !f.Edition.IsZero() {
		q.And(plus+"l.edition_id = (SELECT id FROM editions WHERE vendor_id = ? AND uuid = ?)", v, f.Edition)
	}
	if !f.Customer.IsZero() {
		q.And("l.customer_id = (SELECT id FROM customers WHERE vendor_id = ? AND uuid = ?)", v, f.Customer)
	}
	if f.LicenseeEmail != "" {
		address, _ := entry.Address(f.LicenseeEmail)
		kept, wire := entry.Forms(address)
		q.And("l.licensee_email IN (?, ?)", kept, wire)
	}
}

// Search finds licences by a full key of any kind.
func (s *Store) Search(ctx context.Context, v ident.VendorID, k licensing.Key) (*licensing.License, error) {
	l, err := s.ByKey(ctx, v, ident.UUID{}, k)
	if err == nil && l == nil {
		err = fault.Missing("license")
	}
	return l, err
}

// Activations lists a licence's activations, past ones too if asked.
func (s *Store) Activations(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, past bool, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v).And("a.license_id = ?", license)
	if !past {
		q.And("a.released_at IS NULL")
	}
	sqltext, args := q.Page(r, store.Column{Name: "a.id"}, "a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanActivation)
	return listing.Cut(r, items, func(a *licensing.Activation) listing.Mark { return r.Mark(int64(a.ID)) }), err
}

// ActivationByUUID reads one activation, present or past. Missing is activation_not_found.
func (s *Store) ActivationByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.Activation, error) {
	rows, err := s.db.Query(ctx, activationsFrom+`WHERE a.vendor_id = $1 AND a.uuid = $2`, v, id)
	a, err := first(rows, err, scanActivation)
	if err == nil && a == nil {
		err = fault.Missing("activation")
	}
	return a, err
}

// Tokens lists a licence's tokens by contract, the ones handed out by key.
func (s *Store) Tokens(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[*licensing.Token], error) {
	sqltext, args := store.Select(`SELECT `+tokenColumns+` FROM tokens k WHERE k.vendor_id =`, v).
		And("license_id = ?", license).Page(r, store.Column{Name: "id"}, "id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanToken)
	return listing.Cut(r, items, func(k *licensing.Token) listing.Mark { return r.Mark(int64(k.ID)) }), err
}

// TokenKeys gives the keys of a licence's tokens by contract, in order of their slots, at most limit.
func (s *Store) TokenKeys(ctx context.Context, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error) {
	return tokenKeys(s.reading(ctx), v, license, limit)
}

// TokenKeysIn is TokenKeys inside a transaction.
func (s *Store) TokenKeysIn(t tx.Tx, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error) {
	return tokenKeys(writing(t), v, license, limit)
}

func tokenKeys(q querier, v ident.VendorID, license ident.LicenseID, limit int) ([]ident.UUID, error) {
	rows, err := q(`SELECT k.token_key FROM tokens k JOIN licenses l ON l.vendor_id = k.vendor_id AND l.id = k.license_id
		WHERE k.vendor_id = $1 AND k.license_id = $2 AND k.role = $3 AND NOT `+withdrawn+` ORDER BY k.slot LIMIT $4`,
		v, license, licensing.RoleContract, limit)
	return collect(rows, err, func(scan store.Scan) (key ident.UUID, err error) {
		err = scan(&key)
		return key, err
	})
}

// maxDenials bounds an answer: a year of hours.
const maxDenials = 8784

// Denials gives the refused calls of a licence by hour and reason, the oldest first.
func (s *Store) Denials(ctx context.Context, v ident.VendorID, license ident.LicenseID, from time.Time) ([]licensing.Denial, error) {
	rows, err := s.db.Query(ctx, `SELECT hour, reason, denied FROM denials WHERE vendor_id = $1 AND license_id = $2 AND hour >= $3
		ORDER BY hour, reason LIMIT $4`, v, license, from.Unix()/3600, maxDenials)
	return collect(rows, err, func(scan store.Scan) (d licensing.Denial, err error) {
		var hour int64
		err = scan(&hour, &d.Reason, &d.Denied)
		d.Hour = time.Unix(hour*3600, 0).UTC()
		return d, err
	})
}

// LastRefused gives who was refused last with a licence, the newest first. What a client
// did not say with that call is what it says of itself where it is activated.
func (s *Store) LastRefused(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]licensing.Refused, error) {
	rows, err := s.db.Query(ctx, `SELECT r.at, r.reason, r.client_id, COALESCE(NULLIF(r.hostname, ''), a.hostname, ''),
			COALESCE(NULLIF(r.software_version, ''), a.software_version, ''), r.address, a.uuid
		FROM last_refusals r LEFT JOIN activations a ON a.vendor_id = r.vendor_id AND a.client_id = r.client_id AND a.license_id = r.license_id
			AND a.released_at IS NULL
		WHERE r.vendor_id = $1 AND r.license_id = $2 ORDER BY r.at DESC, r.slot LIMIT $3`, v, license, store.KeptRefusals)
	return collect(rows, err, func(scan store.Scan) (r licensing.Refused, err error) {
		var at int64
		err = scan(&at, &r.Reason, &r.ClientID, &r.Hostname, &r.Version, &r.Address, &r.Activation)
		r.License, r.At = license, store.Instant(at)
		return r, err
	})
}

// LicenseID implements licensing.Store.
func (s *Store) LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (license ident.LicenseID, err error) {
	_, err = store.On(t).QueryRow(`SELECT id FROM licenses WHERE vendor_id = $1 AND uuid = $2`, []any{v, id}, &license)
	return license, err
}
