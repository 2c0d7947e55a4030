package outbox

import (
	"database/sql"

	"chancery/internal/ident"
	"chancery/internal/outbox"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps subscriptions; it implements outbox.Store, and the lists of the API.
type Store struct{ DB *store.DB }

var _ outbox.Store = Store{}

// What is made of the columns of a subscription.
//
//nolint:gochecknoglobals // texts, made once
var (
	// selectSubscription reads a subscription once for each of its events.
	selectSubscription = `SELECT ` + store.Selected("s", &subscriptionRow{}) + `
		FROM subscriptions s JOIN subscription_events e ON e.vendor_id = s.vendor_id AND e.subscription_id = s.id
		WHERE s.ended_at IS NULL AND s.vendor_id =`

	insertSubscription = store.InsertInto("subscriptions", &subscriptionRow{})
	updateSubscription = store.Update("subscriptions", &subscriptionRow{}, `vendor_id = ? AND id = ?`)
)

// Insert implements outbox.Store.
func (Store) Insert(t tx.Tx, vendor ident.VendorID, sub outbox.Subscription) (outbox.SubscriptionID, error) {
	s := store.On(t)
	id, err := s.Insert(insertSubscription.Text+` RETURNING id`, insertSubscription.Values(vendor, &subscriptionRow{Subscription: sub})...)
	if err != nil {
		return 0, err
	}
	sub.ID = outbox.SubscriptionID(id)
	return sub.ID, insertEvents(s, vendor, sub)
}

func insertEvents(s *store.Tx, vendor ident.VendorID, sub outbox.Subscription) error {
	for _, event := range sub.Events {
		if _, err := s.Exec(`INSERT INTO subscription_events (vendor_id, event, subscription_id) VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, vendor, event, sub.ID); err != nil {
			return err
		}
	}
	return nil
}

// Lock implements outbox.Store.
func (Store) Lock(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (outbox.Subscription, bool, error) {
	s := store.On(t)
	var locked int64
	found, err := s.QueryRow(`SELECT id FROM subscriptions WHERE vendor_id = $1 AND uuid = $2 AND ended_at IS NULL`+s.Dialect.ForUpdate(),
		[]any{vendor, uuid}, &locked)
	if err != nil || !found {
		return outbox.Subscription{}, false, err
	}
	return subscriptionIn(s, vendor, outbox.SubscriptionID(locked))
}

// Save implements outbox.Store.
func (Store) Save(t tx.Tx, vendor ident.VendorID, sub outbox.Subscription) error {
	s := store.On(t)
	if _, err := s.Exec(updateSubscription, store.SavedValues(&subscriptionRow{Subscription: sub}, vendor, sub.ID)...); err != nil {
		return err
	}
	if _, err := s.Exec(`DELETE FROM subscription_events WHERE vendor_id = $1 AND subscription_id = $2`, vendor, sub.ID); err != nil {
		return err
	}
	return insertEvents(s, vendor, sub)
}

func subscriptionIn(s *store.Tx, vendor ident.VendorID, id outbox.SubscriptionID) (outbox.Subscription, bool, error) {
	subs, err := collect(store.All[subscriptionRow](s.Query(selectSubscription+` $1 AND s.id = $2 ORDER BY s.id, e.event`, vendor, id))(scanSubscription))
	if err != nil || len(subs) == 0 {
		return outbox.Subscription{}, false, err
	}
	return subs[0], true, nil
}

// Count implements outbox.Store.
func (Store) Count(t tx.Tx, vendor ident.VendorID) (int, error) {
	var n int
	_, err := store.On(t).QueryRow(`SELECT COUNT(*) FROM subscriptions WHERE vendor_id = $1 AND ended_at IS NULL`, []any{vendor}, &n)
	return n, err
}

// End implements outbox.Store. A million items may wait: what is left of the
// subscription, seen by nobody, is Tidy's.
func (o Store) End(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (outbox.Subscription, bool, error) {
	s := store.On(t)
	sub, found, err := o.Lock(t, vendor, uuid)
	if err != nil || !found {
		return outbox.Subscription{}, false, err
	}
	if _, err := s.Exec(`DELETE FROM subscription_events WHERE vendor_id = $1 AND subscription_id = $2`, vendor, sub.ID); err != nil {
		return outbox.Subscription{}, false, err
	}
	_, err = s.Exec(`UPDATE subscriptions SET ended_at = $1, is_enabled = 0, secret = NULL, old_secret = NULL, old_secret_until = NULL
		WHERE vendor_id = $2 AND id = $3`, t.Now().UnixMilli(), vendor, sub.ID)
	return sub, err == nil, err
}

type subscriptionRow struct {
	outbox.Subscription

	event   string
	enabled int
	created int64
	until   sql.Null[int64]
}

// Columns implements store.Record.
func (r *subscriptionRow) Columns(c *store.Columns) {
	s := &r.Subscription
	c.Read("id", &s.ID)
	c.Fixed("uuid", s.UUID, &s.UUID)
	c.Fixed("kind", s.Kind, &s.Kind)
	c.Saved("target", s.Target, &s.Target)
	c.Saved("is_enabled", store.Bit(s.IsEnabled), &r.enabled)
	c.Fixed("created_at", s.CreatedAt.UnixMilli(), &r.created)
	c.Saved("secret", s.Secrets.Sealed, &s.Secrets.Sealed)
	c.Saved("old_secret", s.Secrets.Old, &s.Secrets.Old)
	c.Saved("old_secret_until", oldUntil(s.Secrets), &r.until)
	c.Read("e.event", &r.event)
}

// oldUntil is how long an old secret signs too, to be written; nil where there is none.
func oldUntil(s outbox.Secrets) any {
	if s.Old == nil {
		return nil
	}
	return s.OldUntil.UnixMilli()
}

func scanSubscription(scan store.Scan) (subscriptionRow, error) {
	var r subscriptionRow
	err := scan(store.Dest(&r)...)
	r.IsEnabled, r.CreatedAt = r.enabled == 1, store.Instant(r.created)
	if r.until.Valid {
		r.Secrets.OldUntil = store.Instant(r.until.V)
	}
	return r, err
}

// collect makes subscriptions of rows that come in order, one per event.
func collect(rows []subscriptionRow, err error) ([]outbox.Subscription, error) {
	var subs []outbox.Subscription
	for _, r := range rows {
		if n := len(subs); n == 0 || subs[n-1].ID != r.ID {
			subs = append(subs, r.Subscription)
		}
		last := &subs[len(subs)-1]
		last.Events = append(last.Events, r.event)
	}
	return subs, err
}
