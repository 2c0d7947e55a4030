package owners

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/store/identity"
)

// CustomerLanguage is the query for the language of the customer that a person belongs
// to, by identity.EmailArgs: one at which they have a role, or of one of the first
// licences that name them. It gives no row where none of these has a language.
const CustomerLanguage = `SELECT c.language FROM customers c WHERE c.vendor_id = $1 AND c.language <> '' AND c.id IN (
	SELECT m.customer_id FROM users u JOIN customer_users m ON m.vendor_id = u.vendor_id AND m.user_id = u.id
	WHERE u.vendor_id = $1 AND u.email IN ($2, $3)
	UNION ALL SELECT l.customer_id FROM (
		SELECT customer_id FROM licenses WHERE vendor_id = $1 AND licensee_email IN ($2, $3) ORDER BY licensee_email, id LIMIT 20) l)
	ORDER BY c.id LIMIT 1`

// LanguageOf gives the language of the customer that a person belongs to; "" for none.
func (s Store) LanguageOf(ctx context.Context, vendor ident.VendorID, email string) (code string, err error) {
	_, err = s.DB.QueryRow(ctx, CustomerLanguage, identity.EmailArgs(vendor, email), &code)
	return code, err
}
