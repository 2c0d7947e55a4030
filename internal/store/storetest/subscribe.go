package storetest

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Subscribe subscribes a webhook of the vendor to events, and returns its id.
func Subscribe(t *testing.T, e Env, v ident.VendorID, events ...string) int64 {
	t.Helper()
	return Do(t, e, func(x tx.Tx) (int64, error) {
		s := store.On(x)
		id, err := s.Insert(`INSERT INTO subscriptions (vendor_id, uuid, kind, target, created_at)
			VALUES ($1, $2, 'webhook', 'https://example.com', 1) RETURNING id`, v, e.IDs.V7())
		if err != nil {
			return 0, err
		}
		for _, event := range events {
			if _, err := s.Exec(`INSERT INTO subscription_events (vendor_id, event, subscription_id) VALUES ($1, $2, $3)`, v, event, id); err != nil {
				return 0, err
			}
		}
		return id, nil
	})
}
