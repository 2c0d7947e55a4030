package outbox_test

import (
	"fmt"
	"slices"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestOutbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		rows := outboxstore.Store{DB: e.DB}
		service, err := outbox.New(outbox.Config{Store: rows, IDs: e.IDs, Sealer: storetest.Plain{}})
		if err != nil {
			t.Fatal(err)
		}
		acme, bolt := storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		subscribe := func(events ...string) outbox.Subscription {
			return storetest.Do(t, e, func(x tx.Tx) (outbox.Subscription, error) {
				s, _, err := service.Subscribe(x, acme.ID, outbox.Webhook, "https://hooks.example.com/", events)
				return s, err
			})
		}
		stream := e.IDs.V7()
		happen := func(event string) {
			storetest.Do(t, e, func(x tx.Tx) (struct{}, error) {
				for _, v := range []tx.Event{{Vendor: acme.ID}, {Vendor: bolt.ID}} {
					v.Type, v.Stream, v.Payload = event, stream, map[string]string{"event": event}
					x.Enqueue(v)
				}
				return struct{}{}, nil
			})
		}
		happen(outbox.LicenseIssued) // nobody listens yet
		both := subscribe(outbox.LicenseChanged, outbox.LicenseIssued, outbox.LicenseChanged)
		one := subscribe(outbox.LicenseChanged)
		happen(outbox.LicenseIssued)
		happen(outbox.LicenseChanged)
		happen(outbox.LicenseUsedUp)
		queued := func(s outbox.Subscription, state outbox.State) string {
			events, cursor := []string{}, ""
			for {
				r, err := listing.Parse(1, "", cursor, outbox.ItemSorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := rows.Items(t.Context(), acme.ID, s.UUID, state, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page.Items {
					if i.Stream != stream || i.State() != outbox.Waiting || i.Payload == "" {
						t.Errorf("%+v", i)
					}
					events = append(events, i.Event)
				}
				if cursor = page.Next; cursor == "" {
					return fmt.Sprint(events)
				}
			}
		}
		if got := queued(both, ""); got != "[license.issued license.changed]" {
			t.Errorf("for both: %s", got)
		}
		if got := queued(one, outbox.Waiting); got != "[license.changed]" {
			t.Errorf("for one: %s", got)
		}
		if got := queued(one, outbox.Dead); got != "[]" {
			t.Errorf("dead: %s", got)
		}
		subs, err := rows.Subscriptions(t.Context(), acme.ID)
		if err != nil || len(subs) != 2 || fmt.Sprint(subs[0].Events) != "[license.changed license.issued]" {
			t.Errorf("%+v, %v", subs, err)
		}
		storetest.Refuse(t, e, "subscription_not_found", func(x tx.Tx) (any, error) {
			return nil, service.Unsubscribe(x, bolt.ID, both.UUID)
		})
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, service.Unsubscribe(x, acme.ID, both.UUID) })
		if got := queued(both, ""); got != "[]" {
			t.Errorf("after the end: %s", got)
		}
		happen(outbox.LicenseChanged)
		if got := queued(one, ""); got != "[license.changed license.changed]" {
			t.Errorf("for the one that stayed: %s", got)
		}
		for range outbox.MaxSubscriptions - 1 {
			subscribe(outbox.LicenseIssued)
		}
		storetest.Refuse(t, e, "too_many_subscriptions", func(x tx.Tx) (outbox.Subscription, error) {
			s, _, err := service.Subscribe(x, acme.ID, outbox.Mail, "ops@example.com", []string{outbox.LicenseIssued})
			return s, err
		})
	})
}

// Rooms do not know each other: this is where their words meet.
func TestLicensingsEventsAreInTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, event := range []string{
		licensing.EventIssued, licensing.EventChanged, licensing.EventUsedUp, licensing.EventCreated, licensing.EventGoodwill,
		licensing.EventRegular, licensing.EventDeleted, licensing.EventSuspended, licensing.EventExpiring, licensing.EventExpired,
		metering.EventThreshold, metering.EventExhausted,
	} {
		if !slices.Contains(outbox.Catalogue(), event) {
			t.Errorf("%s can't be subscribed to", event)
		}
	}
}
