package outbox_test

import (
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// The end of a subscription touches no row of its queue, so that it holds nobody
// up however much waits; yet from then on there is nothing of it.
func TestAnEndIsSmall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s, stays := p.subscribe(t), p.subscribe(t)
		p.happen(t, e.IDs.V7(), e.IDs.V7(), e.IDs.V7())
		carried := p.claim(t, s, 2)
		p.settle(t, carried[0], outbox.Outcome{State: outbox.Dead})
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, p.service.Unsubscribe(x, p.vendor.ID, s.UUID) })
		rows := func(of outbox.Subscription) [3]int {
			return [3]int{
				storetest.Count(t, e, `SELECT COUNT(*) FROM subscriptions WHERE id = $1`, of.ID),
				storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE subscription_id = $1`, of.ID),
				storetest.Count(t, e, `SELECT COUNT(*) FROM deliveries WHERE subscription_id = $1`, of.ID),
			}
		}
		p.happen(t, e.IDs.V7())
		p.settle(t, carried[1], outbox.Outcome{State: outbox.Delivered}) // it was under way
		if got := rows(s); got != [3]int{1, 3, 1} {
			t.Errorf("after the end there are %v rows", got)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM subscriptions WHERE secret IS NOT NULL`); n != 1 {
			t.Errorf("%d subscriptions have a secret", n)
		}
		p.nothingOf(t, s, carried[0].Item.ID)

		if _, err := p.rows.Tidy(t.Context(), e.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if got := rows(s); got != [3]int{1, 0, 0} {
			t.Errorf("tidied at once it has %v rows: an event that was being written needs the first", got)
		}
		e.Clock.Advance(time.Hour)
		if _, err := p.rows.Tidy(t.Context(), e.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if got := rows(s); got != [3]int{} {
			t.Errorf("an hour later there are %v rows", got)
		}
		if got := p.states(t, stays); got != "[waiting waiting waiting waiting]" {
			t.Errorf("what waits for another: %s", got)
		}
	})
}

// nothingOf asks in every way for a subscription that has ended.
func (p post) nothingOf(t *testing.T, s outbox.Subscription, item int64) {
	t.Helper()
	all, err := p.rows.Subscriptions(t.Context(), p.vendor.ID)
	if err != nil || len(all) != 1 || all[0].UUID == s.UUID {
		t.Errorf("the list: %+v, %v", all, err)
	}
	if _, err := p.rows.ByUUID(t.Context(), p.vendor.ID, s.UUID); !fault.Is(err, "subscription_not_found") {
		t.Errorf("by id: %v", err)
	}
	if _, err := p.rows.ItemByID(t.Context(), p.vendor.ID, s.UUID, item); !fault.Is(err, "item_not_found") {
		t.Errorf("an item: %v", err)
	}
	attempts, err := p.rows.Attempts(t.Context(), p.vendor.ID, s.UUID, item, listing.Request{Limit: 10, Sort: "at"})
	if err != nil || len(attempts.Items) != 0 {
		t.Errorf("attempts: %+v, %v", attempts, err)
	}
	if got := p.states(t, s); got != "[]" || p.due(t) != 1 || len(p.claim(t, s, 10)) != 0 {
		t.Errorf("its queue: %s", got)
	}
	for what, call := range map[string]func(x tx.Tx) error{
		"replay": func(x tx.Tx) error { return p.service.Replay(x, p.vendor.ID, s.UUID, item) },
		"replay all": func(x tx.Tx) error {
			_, err := p.service.ReplayDead(x, p.vendor.ID, s.UUID)
			return err
		},
		"rotate": func(x tx.Tx) error {
			_, _, err := p.service.RotateSecret(x, p.vendor.ID, s.UUID)
			return err
		},
		"end": func(x tx.Tx) error { return p.service.Unsubscribe(x, p.vendor.ID, s.UUID) },
	} {
		if err := p.DB.Run(t.Context(), call); !fault.Is(err, "subscription_not_found") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := storetest.Do(t, p.Env, func(x tx.Tx) (int, error) { return p.rows.Count(x, p.vendor.ID) }); n != 1 {
		t.Errorf("%d count against the limit", n)
	}
}

// What has ended is cleared away in portions: where one fails, as when the server
// dies in it, those before it stay done, and the next round goes on from there.
func TestMuchIsClearedAwayInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s, stays := p.subscribe(t), p.subscribe(t)
		const much = 2500
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			for range much {
				x.Enqueue(tx.Event{Vendor: p.vendor.ID, Type: outbox.LicenseChanged, Stream: p.vendor.UUID, Payload: 1})
			}
			return nil, nil
		})
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, p.service.Unsubscribe(x, p.vendor.ID, s.UUID) })
		left := func(of outbox.Subscription) int {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE subscription_id = $1`, of.ID)
		}
		exec := func(sqltext string, args ...any) {
			storetest.Do(t, e, func(x tx.Tx) (any, error) { return store.On(x).Exec(sqltext, args...) })
		}
		exec(`CREATE TABLE holds (item BIGINT REFERENCES outbox (id))`) // its item can't be deleted
		exec(`INSERT INTO holds (item) SELECT id FROM outbox WHERE subscription_id = $1 ORDER BY id LIMIT 1 OFFSET 2100`, s.ID)
		if _, err := p.rows.Tidy(t.Context(), e.Clock.Now()); err == nil || left(s) != much-2000 {
			t.Errorf("cut off in the third portion of a thousand, %d of %d are left: %v", left(s), much, err)
		}
		exec(`DROP TABLE holds`)
		if n, err := p.rows.Tidy(t.Context(), e.Clock.Now()); err != nil || n != much-2000 || left(s) != 0 {
			t.Errorf("the next round removed %d and left %d: %v", n, left(s), err)
		}
		if left(stays) != much {
			t.Error("what waits for another is gone")
		}
	})
}
