package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var _ licensing.SubscriptionStore = (*Store)(nil)

const subscriptionColumns = `provider, external_id, status, ends_at, stated_at, message, updated_at`

// SubscriptionOf implements licensing.SubscriptionStore.
func (s *Store) SubscriptionOf(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*licensing.Subscription, error) {
	return scanSubscription(func(dest ...any) (bool, error) {
		return store.On(t).QueryRow(`SELECT `+subscriptionColumns+` FROM license_subscriptions WHERE vendor_id = $1 AND license_id = $2`, []any{v, l}, dest...)
	})
}

// SubscribedLicense implements licensing.SubscriptionStore.
func (s *Store) SubscribedLicense(t tx.Tx, v ident.VendorID, provider, externalID string) (l ident.LicenseID, err error) {
	_, err = store.On(t).QueryRow(`SELECT license_id FROM license_subscriptions WHERE vendor_id = $1 AND provider = $2 AND external_id = $3`,
		[]any{v, provider, externalID}, (*int64)(&l))
	return l, err
}

// SaveSubscription implements licensing.SubscriptionStore.
func (s *Store) SaveSubscription(t tx.Tx, v ident.VendorID, l ident.LicenseID, sub licensing.Subscription) (saved bool, err error) {
	x := store.On(t)
	if _, err := x.Exec(`DELETE FROM license_subscriptions WHERE vendor_id = $1 AND license_id = $2`, v, l); err != nil {
		return false, err
	}
	n, err := x.Exec(`INSERT INTO license_subscriptions (vendor_id, license_id, `+subscriptionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`,
		v, l, sub.Provider, sub.ExternalID, sub.Status, store.Millis(sub.EndsAt), sub.StatedAt.UnixMilli(), sub.Message, sub.UpdatedAt.UnixMilli())
	return n == 1, err
}

// ForgetSubscription implements licensing.SubscriptionStore.
func (s *Store) ForgetSubscription(t tx.Tx, v ident.VendorID, l ident.LicenseID, at time.Time) error {
	x := store.On(t)
	if err := x.Later(`DELETE FROM license_subscriptions WHERE vendor_id = $1 AND license_id = $2`, v, l); err != nil {
		return err
	}
	return x.Later(`UPDATE licenses SET subscription_forgotten_at = $1 WHERE vendor_id = $2 AND id = $3`, at.UnixMilli(), v, l)
}

// SubscriptionForgotten implements licensing.SubscriptionStore.
func (s *Store) SubscriptionForgotten(t tx.Tx, v ident.VendorID, l ident.LicenseID) (time.Time, error) {
	var at store.OptionalInt
	_, err := store.On(t).QueryRow(`SELECT subscription_forgotten_at FROM licenses WHERE vendor_id = $1 AND id = $2`, []any{v, l}, &at)
	return at.Instant(), err
}

// Subscription gives what an outside system says of a licence; nil where nothing was.
func (s *Store) Subscription(ctx context.Context, v ident.VendorID, l ident.LicenseID) (*licensing.Subscription, error) {
	return scanSubscription(func(dest ...any) (bool, error) {
		return s.db.QueryRow(ctx, `SELECT `+subscriptionColumns+` FROM license_subscriptions WHERE vendor_id = $1 AND license_id = $2`, []any{v, l}, dest...)
	})
}

func scanSubscription(row func(dest ...any) (bool, error)) (*licensing.Subscription, error) {
	var sub licensing.Subscription
	var ends store.OptionalInt
	var stated, updated int64
	found, err := row(&sub.Provider, &sub.ExternalID, &sub.Status, &ends, &stated, &sub.Message, &updated)
	if err != nil || !found {
		return nil, err
	}
	sub.EndsAt, sub.StatedAt, sub.UpdatedAt = ends.Instant(), store.Instant(stated), store.Instant(updated)
	return &sub, nil
}
