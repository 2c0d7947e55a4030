package mailing

import (
	"context"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/store"
	"chancery/internal/store/identity"
	"chancery/internal/tx"
)

// wish reads people and what they have chosen of a kind.
const wish = `SELECT u.email, CASE WHEN u.signed_in_at IS NULL THEN 0 ELSE 1 END, c.is_on FROM users u
	LEFT JOIN mail_choices c ON c.vendor_id = u.vendor_id AND c.user_id = u.id AND c.kind = `

func scanOwner(scan store.Scan) (o mailing.Owner, err error) {
	var account int64
	var on store.OptionalInt
	err = scan(&o.Address, &account, &on)
	if o.HasAccount = account == 1; on.Valid {
		o.Chosen = new(on.V == 1)
	}
	return o, err
}

// Administrators implements mailing.Store.
func (Store) Administrators(t tx.Tx, v ident.VendorID, k mailing.Kind, customer ident.UUID) ([]mailing.Owner, error) {
	return store.All[mailing.Owner](store.On(t).Query(wish+administrators+`JOIN customers o ON o.vendor_id = m.vendor_id AND o.id = m.customer_id
		WHERE u.vendor_id = $1 AND u.disabled_at IS NULL AND o.vendor_id = $1 AND o.uuid = $3`+mostWilling,
		v, k, customer, mailing.MostAdministrators))(scanOwner)
}

// administrators are who administers a customer, and mostWilling those that are written to
// where there are very many.
const (
	administrators = `$2
		JOIN customer_users m ON m.vendor_id = u.vendor_id AND m.user_id = u.id AND m.role = 'administrator' `
	mostWilling = ` AND COALESCE(c.is_on, 1) = 1
		ORDER BY COALESCE(c.is_on, 0) DESC, CASE WHEN u.signed_in_at IS NULL THEN 1 ELSE 0 END, m.created_at, u.id LIMIT $4`
)

// Owners implements mailing.Store.
func (Store) Owners(t tx.Tx, v ident.VendorID, k mailing.Kind, license ident.UUID, licensee string) ([]mailing.Owner, error) {
	q := store.On(t)
	var all []mailing.Owner
	if licensee != "" {
		own, err := store.All[mailing.Owner](q.Query(wish+`$4 WHERE u.vendor_id = $1 AND u.email IN ($2, $3) ORDER BY u.id LIMIT 1`,
			append(identity.EmailArgs(v, licensee), k)...))(scanOwner)
		if err != nil {
			return nil, err
		}
		if all = own; len(all) == 0 {
			all = []mailing.Owner{{}}
		}
		all[0].Address, all[0].IsLicensee = licensee, true
	}
	some, err := store.All[mailing.Owner](q.Query(wish+administrators+`JOIN licenses l ON l.vendor_id = m.vendor_id AND l.customer_id = m.customer_id
		WHERE u.vendor_id = $1 AND u.disabled_at IS NULL AND l.vendor_id = $1 AND l.uuid = $3`+mostWilling,
		v, k, license, mailing.MostAdministrators))(scanOwner)
	return append(all, some...), err
}

// concerned holds for an address that is a user's or a licence's.
const concerned = `(EXISTS (SELECT 1 FROM users WHERE vendor_id = $1 AND email IN ($2, $3))
	OR EXISTS (SELECT 1 FROM licenses WHERE vendor_id = $1 AND licensee_email IN ($2, $3)))`

// IsConcerned reports whether an address is a user's or a licence's.
func (Store) IsConcerned(t tx.Tx, v ident.VendorID, address string) (bool, error) {
	var one int64
	return store.On(t).QueryRow(`SELECT 1 WHERE `+concerned, identity.EmailArgs(v, address), &one)
}

// IsStopped reports whether an address gets no mails of a kind: its user wants none, or it
// is nobody's.
func (s Store) IsStopped(ctx context.Context, v ident.VendorID, stop mailing.Stop) (bool, error) {
	var one int64
	return s.DB.QueryRow(ctx, `SELECT 1 WHERE NOT `+concerned+` OR EXISTS (SELECT 1 FROM mail_choices c
		JOIN users u ON u.vendor_id = c.vendor_id AND u.id = c.user_id
		WHERE c.vendor_id = $1 AND c.kind = $4 AND c.is_on = 0 AND u.email IN ($2, $3))`,
		append(identity.EmailArgs(v, stop.Address), stop.Kind), &one)
}

// SaveChoice implements mailing.Store.
func (Store) SaveChoice(t tx.Tx, v ident.VendorID, user ident.UserID, c mailing.Choice) error {
	return store.On(t).Later(`INSERT INTO mail_choices (vendor_id, user_id, kind, is_on) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, user_id, kind) DO UPDATE SET is_on = excluded.is_on`, v, user, c.Kind, store.Bit(c.IsOn))
}

// Choices gives which mails a user gets: those about prepaid cards only where the vendor has
// kinds of them.
func (s Store) Choices(ctx context.Context, v ident.VendorID, user ident.UserID) ([]mailing.Choice, error) {
	rules, err := s.Rules(ctx, v)
	if err != nil {
		return nil, err
	}
	chosen := map[mailing.Kind]bool{}
	_, err = store.All[mailing.Choice](s.DB.Query(ctx, `SELECT kind, is_on FROM mail_choices WHERE vendor_id = $1 AND user_id = $2`, v, user))(
		func(scan store.Scan) (c mailing.Choice, err error) {
			var on int64
			err = scan(&c.Kind, &on)
			chosen[c.Kind] = on == 1
			return c, err
		})
	if err != nil {
		return nil, err
	}
	var one int
	prepaid, err := s.DB.QueryRow(ctx, `SELECT 1 FROM prepaid_codes WHERE vendor_id = $1 LIMIT 1`, []any{v}, &one)
	return slices.DeleteFunc(mailing.ChoicesOf(rules, chosen), func(c mailing.Choice) bool {
		return c.Kind == mailing.PrepaidLow && !prepaid
	}), err
}
