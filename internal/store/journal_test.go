package store_test

import (
	"errors"
	"testing"

	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

var errOwn = errors.New("a function's own error")

func TestTheJournalGoesWithTheChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		before := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log`)
		subject := e.IDs.V7()
		ctx := tx.WithActor(t.Context(), tx.Actor{Kind: "user", ID: "u1", Name: "Ada", Address: "192.0.2.1", RequestID: "r1"})
		record := func(x tx.Tx) {
			x.Journal(tx.Entry{Vendor: v, Action: "thing.changed", Subject: "thing", ID: subject, Before: nil, After: map[string]int{"n": 2}})
		}
		if err := e.DB.Run(ctx, func(x tx.Tx) error { record(x); return errOwn }); !errors.Is(err, errOwn) {
			t.Fatal(err)
		}
		if err := e.DB.Run(ctx, func(x tx.Tx) error { record(x); panic("a defect") }); err == nil {
			t.Fatal("the panic was lost")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log`); n != before {
			t.Errorf("%d records of changes that were rolled back", n-before)
		}
		if err := e.DB.Run(ctx, func(x tx.Tx) error { record(x); return nil }); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE vendor_id = $1 AND at = $2 AND action = 'thing.changed'
			AND subject = 'thing' AND subject_id = $3 AND license_id IS NULL AND actor_kind = 'user' AND actor_id = 'u1' AND actor_name = 'Ada'
			AND address = '192.0.2.1' AND request_id = 'r1' AND before_value IS NULL AND after_value = '{"n":2}'`,
			v, storetest.Start.UnixMilli(), subject); n != 1 {
			t.Errorf("%d records of the change as it was, want 1", n)
		}
	})
}

func TestAValueThatIsNoJSONFailsTheChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme").ID
		for name, record := range map[string]func(tx.Tx){
			"journal": func(x tx.Tx) { x.Journal(tx.Entry{Vendor: v, Action: "a", Subject: "b", After: func() {}}) },
			"outbox":  func(x tx.Tx) { x.Enqueue(tx.Event{Vendor: v, Type: "a", Stream: e.IDs.V7(), Payload: func() {}}) },
		} {
			if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
				record(x)
				return store.Bump(x)
			}); err == nil {
				t.Errorf("%s: the change was made without its record", name)
			}
		}
		if n, err := e.DB.ChangeCount(t.Context()); err != nil || n != 1 { // the vendor
			t.Errorf("the counter is at %d, %v", n, err)
		}
	})
}

func TestTheOutboxGoesWithTheChangeToWhoeverSubscribed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v, other := storetest.Vendor(t, e, "Acme").ID, storetest.Vendor(t, e, "Bolt").ID
		one, two := storetest.Subscribe(t, e, v, "thing.changed", "thing.gone"), storetest.Subscribe(t, e, v, "thing.changed")
		storetest.Subscribe(t, e, other, "thing.changed")
		stream := e.IDs.V7()
		say := func(x tx.Tx, event string) {
			x.Enqueue(tx.Event{Vendor: v, Type: event, Stream: stream, Payload: map[string]string{"a": "b"}})
		}
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { say(x, "thing.changed"); return errOwn }); !errors.Is(err, errOwn) {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox`); n != 0 {
			t.Errorf("%d events of a change that was rolled back", n)
		}
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
			say(x, "thing.changed")
			say(x, "thing.gone")
			say(x, "nobody.listens")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for subscription, want := range map[int64]int{one: 2, two: 1} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE vendor_id = $1 AND subscription_id = $2 AND stream = $3 AND at = $4
				AND next_attempt_at = $4 AND attempts = 0 AND payload = '{"a":"b"}' AND delivered_at IS NULL AND dead_at IS NULL`,
				v, subscription, stream, storetest.Start.UnixMilli()); n != want {
				t.Errorf("subscription %d got %d events, want %d", subscription, n, want)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox`); n != 3 {
			t.Errorf("%d events in all, want 3: one is another vendor's or nobody's", n)
		}
	})
}
