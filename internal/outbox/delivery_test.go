package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// post is an outbox with one vendor.
type post struct {
	storetest.Env

	rows    outboxstore.Store
	service *outbox.Service
	vendor  vendors.Vendor
}

func newPost(t *testing.T, e storetest.Env) post {
	t.Helper()
	p := post{Env: e, rows: outboxstore.Store{DB: e.DB}, vendor: storetest.Vendor(t, e, "Acme")}
	var err error
	if p.service, err = outbox.New(outbox.Config{Store: p.rows, IDs: e.IDs, Sealer: storetest.Plain{}}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p post) subscribe(t *testing.T) outbox.Subscription {
	t.Helper()
	return storetest.Do(t, p.Env, func(x tx.Tx) (outbox.Subscription, error) {
		s, _, err := p.service.Subscribe(x, p.vendor.ID, outbox.Webhook, "https://hooks.example.com/", []string{outbox.LicenseChanged})
		return s, err
	})
}

func (p post) happen(t *testing.T, streams ...ident.UUID) {
	t.Helper()
	for _, stream := range streams {
		storetest.Do(t, p.Env, func(x tx.Tx) (any, error) {
			x.Enqueue(tx.Event{Vendor: p.vendor.ID, Type: outbox.LicenseChanged, Stream: stream, Payload: 1})
			return nil, nil
		})
	}
}

func (p post) claim(t *testing.T, s outbox.Subscription, limit int) []outbox.Parcel {
	t.Helper()
	return storetest.Do(t, p.Env, func(x tx.Tx) ([]outbox.Parcel, error) {
		return p.rows.Claim(x, outbox.Endpoint{Vendor: p.vendor.ID, Subscription: s.ID}, limit, x.Now().Add(time.Minute))
	})
}

func (p post) settle(t *testing.T, parcel outbox.Parcel, o outbox.Outcome) {
	t.Helper()
	storetest.Do(t, p.Env, func(x tx.Tx) (any, error) {
		return nil, p.rows.Settle(x, parcel, outbox.Attempt{Item: parcel.Item.ID, At: x.Now(), Number: parcel.Item.Attempts, Status: 200}, o)
	})
}

func (p post) states(t *testing.T, s outbox.Subscription) string {
	t.Helper()
	page, err := p.rows.Items(t.Context(), p.vendor.ID, s.UUID, "", listing.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	states := make([]string, len(page.Items))
	for i, item := range page.Items {
		states[i] = string(item.State())
	}
	return fmt.Sprint(states)
}

func (p post) due(t *testing.T) int {
	t.Helper()
	due, err := p.rows.Due(t.Context(), p.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return len(due)
}

func streamsOf(parcels []outbox.Parcel) (all []ident.UUID) {
	for _, p := range parcels {
		all = append(all, p.Item.Stream)
	}
	return all
}

func TestStreamsAreClaimedInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s := p.subscribe(t)
		one, two := e.IDs.V7(), e.IDs.V7()
		p.happen(t, one, one, two, one)
		if p.due(t) != 1 {
			t.Fatal("nothing is due")
		}
		first := p.claim(t, s, 10)
		if got := streamsOf(first); !slices.Equal(got, []ident.UUID{one, two}) || first[0].Item.Attempts != 1 {
			t.Fatalf("claimed %v", got)
		}
		if again := p.claim(t, s, 10); len(again) != 0 || p.due(t) != 0 {
			t.Errorf("claimed twice, or out of order: %v", streamsOf(again))
		}
		// What is not settled comes again when the claim has run out, and its first
		// claimer has nothing to say any more.
		e.Clock.Advance(time.Minute)
		second := p.claim(t, s, 1)
		if len(second) != 1 || second[0].Item.ID != first[0].Item.ID || second[0].Item.Attempts != 2 || second[0].Item.MessageID() != first[0].Item.MessageID() {
			t.Fatalf("%+v", second)
		}
		p.settle(t, first[0], outbox.Outcome{State: outbox.Dead})
		if got := p.states(t, s); got != "[waiting waiting waiting waiting]" {
			t.Errorf("a late settlement counted: %s", got)
		}
		p.settle(t, second[0], outbox.Outcome{State: outbox.Delivered})
		third := p.claim(t, s, 10) // the next of stream one, and stream two again
		if got := streamsOf(third); len(got) != 2 || !slices.Contains(got, one) || !slices.Contains(got, two) {
			t.Fatalf("claimed %v", got)
		}
		for _, parcel := range third {
			if parcel.Item.Stream == one && parcel.Item.ID <= first[0].Item.ID {
				t.Error("the sequence does not rise")
			}
			p.settle(t, parcel, outbox.Outcome{State: outbox.Dead})
		}
		if got := p.states(t, s); got != "[delivered dead dead waiting]" {
			t.Errorf("%s", got)
		}
		if last := p.claim(t, s, 10); len(last) != 1 || last[0].Item.Stream != one {
			t.Errorf("a dead item holds its stream up: %v", last)
		}
		attempts, err := p.rows.Attempts(t.Context(), p.vendor.ID, s.UUID, first[0].Item.ID, listing.Request{Limit: 10, Sort: "at", Desc: true})
		if err != nil || len(attempts.Items) != 2 || attempts.Items[0].Number != 2 || attempts.Items[0].Event != outbox.LicenseChanged {
			t.Errorf("%+v, %v", attempts, err)
		}
	})
}

func TestReplay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s := p.subscribe(t)
		p.happen(t, e.IDs.V7(), e.IDs.V7())
		parcels := p.claim(t, s, 10)
		id := parcels[0].Item.ID
		replay := func(x tx.Tx) (any, error) { return nil, p.service.Replay(x, p.vendor.ID, s.UUID, id) }
		storetest.Refuse(t, e, "item_waiting", replay)
		for _, parcel := range parcels {
			p.settle(t, parcel, outbox.Outcome{State: outbox.Dead})
		}
		storetest.Do(t, e, replay)
		if got := p.states(t, s); got != "[waiting dead]" {
			t.Error(got)
		}
		again := p.claim(t, s, 10)
		if len(again) != 1 || again[0].Item.Attempts != 1 || !again[0].Item.GiveUpAt.Equal(e.Clock.Now().Truncate(time.Millisecond).Add(outbox.KeepTrying)) {
			t.Fatalf("%+v", again)
		}
		p.settle(t, again[0], outbox.Outcome{State: outbox.Delivered})
		if n := storetest.Do(t, e, func(x tx.Tx) (int, error) { return p.service.ReplayDead(x, p.vendor.ID, s.UUID) }); n != 1 {
			t.Errorf("%d dead items were replayed", n)
		}
		if got := p.states(t, s); got != "[delivered waiting]" {
			t.Error(got)
		}
		another := p.subscribe(t)
		storetest.Refuse(t, e, "item_not_found", func(x tx.Tx) (any, error) {
			return nil, p.service.Replay(x, p.vendor.ID, another.UUID, id)
		})
		other := storetest.Vendor(t, e, "Bolt")
		storetest.Refuse(t, e, "subscription_not_found", func(x tx.Tx) (any, error) {
			return nil, p.service.Replay(x, other.ID, s.UUID, id)
		})
	})
}

func TestSwitchedOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s := p.subscribe(t)
		enable := func(on bool) {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				return p.service.Update(x, p.vendor.ID, s.UUID, outbox.Change{IsEnabled: &on})
			})
		}
		enable(false)
		p.happen(t, e.IDs.V7())
		if p.due(t) != 0 || len(p.claim(t, s, 1)) != 0 {
			t.Error("one that is switched off is served")
		}
		storetest.Refuse(t, e, "subscription_disabled", func(x tx.Tx) (any, error) { return p.service.Test(x, p.vendor.ID, s.UUID) })
		tidy := func() {
			if _, err := p.rows.Tidy(t.Context(), e.Clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		tidy()
		enable(true)
		if p.due(t) != 1 {
			t.Error("what happened meanwhile is lost")
		}
		enable(false)
		e.Clock.Advance(outbox.KeepTrying)
		tidy()
		if got := p.states(t, s); got != "[dead]" {
			t.Errorf("after three days: %s", got)
		}
		p.happen(t, e.IDs.V7())
		e.Clock.Advance(31 * 24 * time.Hour)
		tidy()
		if got := p.states(t, s); got != "[dead]" {
			t.Errorf("after a month: %s", got)
		}
	})
}

func TestSecretsRotateWithAnOverlap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s := p.subscribe(t)
		secrets := func() string {
			sub, err := p.rows.ByUUID(t.Context(), p.vendor.ID, s.UUID)
			if err != nil {
				t.Fatal(err)
			}
			open, err := sub.Secrets.Open(storetest.Plain{}, p.vendor.ID, s.UUID, e.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%x", open)
		}
		rotate := func() {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				_, _, err := p.service.RotateSecret(x, p.vendor.ID, s.UUID)
				return nil, err
			})
		}
		first := secrets()
		rotate()
		both := secrets()
		if len(both) != 2*len(first)-1 || both[len(both)-len(first)+1:] != first[1:] {
			t.Errorf("%s after %s", both, first)
		}
		e.Clock.Advance(outbox.Overlap)
		if now := secrets(); len(now) != len(first) || now == first {
			t.Errorf("after the overlap: %s", now)
		}
	})
}

// record carries nothing: it notes the order.
type record struct {
	mu   sync.Mutex
	seen map[ident.UUID][]int64
	fail map[int64]int // attempts that fail
	n    int
	all  chan struct{}
}

func (r *record) Carry(_ context.Context, p outbox.Parcel) outbox.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail[p.Item.ID] > 0 {
		r.fail[p.Item.ID]--
		return outbox.Receipt{Attempt: outbox.Attempt{Error: "Not now."}}
	}
	r.seen[p.Item.Stream] = append(r.seen[p.Item.Stream], p.Item.ID)
	if r.n--; r.n == 0 {
		close(r.all)
	}
	return outbox.Receipt{Delivered: true}
}

// Several copies of the server at once, while events come in: each stream arrives
// in order, and everything once.
func TestCouriersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		p.subscribe(t)
		const streams, each = 10, 10
		r := &record{seen: map[ident.UUID][]int64{}, n: streams * each, all: make(chan struct{})}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for range 3 {
			c, err := outbox.NewCourier(outbox.CourierConfig{
				Queue: p.rows, Service: p.service, Runner: e.DB, Clock: e.Clock, Every: time.Millisecond, Carriers: map[outbox.Kind]outbox.Carrier{outbox.Webhook: r},
			})
			if err != nil {
				t.Fatal(err)
			}
			running.Go(func() { c.Run(ctx) })
		}
		var writing sync.WaitGroup
		for range streams {
			stream := e.IDs.V7()
			writing.Go(func() {
				for range each {
					p.happen(t, stream)
				}
			})
		}
		writing.Wait()
		// A claim that met another's may have put an item off by the claim's length.
		for done := false; !done; {
			select {
			case <-r.all:
				done = true
			case <-time.After(200 * time.Millisecond):
				e.Clock.Advance(time.Second)
			}
		}
		stop()
		running.Wait()
		for stream, ids := range r.seen {
			if len(ids) != each || !slices.IsSorted(ids) || len(slices.Compact(ids)) != each {
				t.Errorf("%v: %v", stream, ids)
			}
		}
	})
}

// What the pages show: each item with the newest attempt at it, and how each
// subscription does.
func TestDeliveriesAndStandings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newPost(t, e)
		s, idle := p.subscribe(t), p.subscribe(t)
		other := storetest.Vendor(t, e, "Bolt")
		p.happen(t, e.IDs.V7(), e.IDs.V7(), e.IDs.V7())
		claimed := p.claim(t, s, 3)
		attempt := func(parcel outbox.Parcel, status int, failure string, o outbox.Outcome) {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				return nil, p.rows.Settle(x, parcel, outbox.Attempt{Item: parcel.Item.ID, At: x.Now(), Number: parcel.Item.Attempts, Status: status, Error: failure}, o)
			})
		}
		attempt(claimed[0], 200, "", outbox.Outcome{State: outbox.Delivered})
		attempt(claimed[1], 410, "Gone.", outbox.Outcome{State: outbox.Dead})
		e.Clock.Advance(time.Second)
		attempt(claimed[2], 500, "No.", outbox.Outcome{State: outbox.Waiting, NextAt: e.Clock.Now()})
		e.Clock.Advance(time.Second)
		again := p.claim(t, s, 1)
		attempt(again[0], 503, "Not yet.", outbox.Outcome{State: outbox.Waiting, NextAt: e.Clock.Now().Add(time.Hour)})

		list := func(v ident.VendorID, state outbox.State) string {
			text, cursor := "", ""
			for {
				r, err := listing.Parse(1, "-at", cursor, outbox.ItemSorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := p.rows.Deliveries(t.Context(), v, s.UUID, state, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range page.Items {
					text += fmt.Sprintf("%s: %d %s|", d.State(), d.Status, d.Error)
				}
				if cursor = page.Next; cursor == "" {
					return text
				}
			}
		}
		for state, want := range map[outbox.State]string{
			"":             "waiting: 503 Not yet.|dead: 410 Gone.|delivered: 200 |",
			outbox.Waiting: "waiting: 503 Not yet.|",
			outbox.Dead:    "dead: 410 Gone.|", outbox.Delivered: "delivered: 200 |",
		} {
			if got := list(p.vendor.ID, state); got != want {
				t.Errorf("%q: %s", state, got)
			}
			if got := list(other.ID, state); got != "" {
				t.Errorf("another vendor sees %s", got)
			}
		}
		standings, err := p.rows.Standings(t.Context(), p.vendor.ID)
		if err != nil || len(standings) != 2 {
			t.Fatalf("%v, %v", standings, err)
		}
		if got := standings[s.UUID]; got.Waiting != 1 || got.Dead != 1 || got.Status != 503 || got.Error != "Not yet." || !got.LastAt.Equal(e.Clock.Now()) {
			t.Errorf("%+v", got)
		}
		if got := standings[idle.UUID]; got.Waiting != 3 || got.Dead != 0 || !got.LastAt.IsZero() {
			t.Errorf("the idle one: %+v", got)
		}
		if i, err := p.rows.ItemByID(t.Context(), p.vendor.ID, s.UUID, claimed[0].Item.ID); err != nil || i.State() != outbox.Delivered {
			t.Errorf("%+v, %v", i, err)
		}
		for name, read := range map[string]func() error{
			"another subscription's": func() error {
				_, err := p.rows.ItemByID(t.Context(), p.vendor.ID, idle.UUID, claimed[0].Item.ID)
				return err
			},
			"another vendor's": func() error {
				_, err := p.rows.ItemByID(t.Context(), other.ID, s.UUID, claimed[0].Item.ID)
				return err
			},
		} {
			if err := read(); !fault.Is(err, "item_not_found") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
