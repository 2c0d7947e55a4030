package outbox_test

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/outbox"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

type withSecret struct {
	outbox.Incoming

	secret string
}

// An incoming webhook is opened with its secret, for Overlap with that before a rotation
// too, and by its own vendor only; a vendor has one of a provider, and ten in all.
func TestIncomingWebhooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		rows := outboxstore.Store{DB: e.DB}
		service, err := outbox.NewIncoming(rows, rows, e.IDs, storetest.Plain{})
		if err != nil {
			t.Fatal(err)
		}
		v, other := storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		create := func(x tx.Tx, provider string) (withSecret, error) {
			w, secret, err := service.Create(x, v.ID, provider)
			return withSecret{w, secret}, err
		}
		made := storetest.Do(t, e, func(x tx.Tx) (withSecret, error) { return create(x, " billing ") })
		open := func() int {
			t.Helper()
			w, secrets, err := service.Open(t.Context(), v.ID, made.UUID)
			if err != nil || w.Provider != "billing" {
				t.Fatalf("%+v, %v", w, err)
			}
			return len(secrets)
		}
		if n := open(); n != 1 || made.secret == "" {
			t.Errorf("%d secrets at first, %q", n, made.secret)
		}
		storetest.Do(t, e, func(x tx.Tx) (withSecret, error) {
			w, secret, err := service.Rotate(x, v.ID, made.UUID)
			return withSecret{w, secret}, err
		})
		if n := open(); n != 2 {
			t.Errorf("%d secrets after a rotation", n)
		}
		e.Clock.Advance(outbox.Overlap)
		if n := open(); n != 1 {
			t.Errorf("%d secrets a day later", n)
		}
		e.Clock.Advance(-outbox.Overlap + time.Second)
		if _, _, err := service.Open(t.Context(), other.ID, made.UUID); !fault.Is(err, "incoming_webhook_not_found") {
			t.Errorf("another vendor opens it: %v", err)
		}
		storetest.Refuse(t, e, "provider_exists", func(x tx.Tx) (withSecret, error) { return create(x, "billing") })
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (withSecret, error) { return create(x, "") })
		for i := 1; i < outbox.MaxIncoming; i++ {
			storetest.Do(t, e, func(x tx.Tx) (withSecret, error) { return create(x, strconv.Itoa(i)) })
		}
		storetest.Refuse(t, e, "too_many_incoming_webhooks", func(x tx.Tx) (withSecret, error) { return create(x, "one more") })
		if _, err := storetest.Try(t, e, func(x tx.Tx) (int, error) { return 0, service.Remove(x, other.ID, made.UUID) }); !fault.Is(err, "incoming_webhook_not_found") {
			t.Errorf("another vendor removes it: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, service.Remove(x, v.ID, made.UUID) })
		if _, _, err := service.Open(t.Context(), v.ID, made.UUID); !fault.Is(err, "incoming_webhook_not_found") {
			t.Errorf("after its end: %v", err)
		}
	})
}
