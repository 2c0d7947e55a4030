package licensing

import (
	"context"
	"iter"
	"slices"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/licensing"
)

// lookUpPage is how many licences of a customer or a user are read at once.
const lookUpPage = 200

// selectOfCustomer and selectOfUser start from who is asked for, and name the
// licences by their ids: engines would walk all those of the product otherwise.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectOfCustomer = selectLicense +
		` $1 AND p.uuid = $2 AND l.id IN (
			SELECT x.id FROM customers k JOIN licenses x ON x.vendor_id = k.vendor_id AND x.customer_id = k.id
			WHERE k.vendor_id = $1 AND k.customer_number = $3
		) AND +l.id > $4 ORDER BY l.id LIMIT $5`
	selectOfUser = selectLicense +
		` $1 AND p.uuid = $2 AND l.id IN (
			SELECT id FROM licenses WHERE vendor_id = $1 AND licensee_email IN ($3, $4)
			UNION SELECT license_id FROM license_users WHERE vendor_id = $1 AND user_id = $5
		) AND +l.id > $6 ORDER BY l.id LIMIT $7`
)

// ByCustomer implements licensing.Reader.
func (s *Store) ByCustomer(ctx context.Context, v ident.VendorID, product ident.UUID, number string) iter.Seq2[*licensing.License, error] {
	return s.inPages(ctx, selectOfCustomer, v, product, number)
}

// ByUser implements licensing.Reader. A licensee is found however the address is written; the users
// whom a licence names are compared byte by byte.
func (s *Store) ByUser(ctx context.Context, v ident.VendorID, product ident.UUID, user string) iter.Seq2[*licensing.License, error] {
	address, _ := entry.Address(user)
	kept, wire := entry.Forms(address)
	return s.inPages(ctx, selectOfUser, v, product, kept, wire, user)
}

// inPages reads licences until nobody wants more; sqltext takes the last id and
// the number of rows after args.
func (s *Store) inPages(ctx context.Context, sqltext string, args ...any) iter.Seq2[*licensing.License, error] {
	return func(yield func(*licensing.License, error) bool) {
		for after := ident.LicenseID(0); ; {
			page, err := s.licenses(s.reading(ctx), time.Time{}, sqltext, append(slices.Clip(args), after, lookUpPage)...)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
				after = l.ID
			}
			if len(page) < lookUpPage {
				return
			}
		}
	}
}
