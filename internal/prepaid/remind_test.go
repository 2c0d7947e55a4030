package prepaid_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// told keeps what customers are reminded of.
type told struct {
	mu  sync.Mutex
	all []prepaid.Reminder
}

func (n *told) Low(_ tx.Tx, _ ident.VendorID, c prepaid.Customer, r prepaid.Reminder) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Customer != c.ID {
		panic("another customer's")
	}
	n.all = append(n.all, r)
	return nil
}

// reminded makes the bench's service one that reminds, and gives what it tells.
func (b *bench) reminded(t *testing.T) *told {
	t.Helper()
	n := &told{}
	var err error
	if b.service, err = prepaid.New(prepaid.Config{
		Store: b.rows, Reader: b.rows, Machines: b.machines(t), Runner: b.DB, IDs: b.IDs, Notices: n,
	}); err != nil {
		t.Fatal(err)
	}
	b.run, b.reports = prepaid.NewRun(b.service), prepaid.Reports{Service: b.service, Hearing: b.hearings}
	return n
}

func (b *bench) remind(t *testing.T) int {
	t.Helper()
	n, err := b.service.Remind(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (b *bench) setSwitches(t *testing.T, c ident.UUID, change prepaid.SwitchChange) prepaid.Customer {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (prepaid.Customer, error) { return b.service.SetSwitches(x, b.staff, c, change) })
}

// A customer is told of its cards at thresholds of its own: by an event when a card comes
// down to one, and in the morning by one reminder of all that was new on the days before.
func TestOwnThresholds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		n := b.reminded(t)
		three, two := int64(3), int64(2)
		if c := b.setSwitches(t, b.shop.UUID, prepaid.SwitchChange{LowDays: &three, VeryLowDays: &two}); c.Low() != (prepaid.Low{Days: 3, VeryLow: 2}) {
			t.Errorf("the thresholds are %+v", c.Low())
		}
		for device, owner := range map[string]customers.Customer{"1": b.shop, "2": b.mid} {
			b.device(t, device, owner)
			storetest.Do(t, e, b.bind(b.admin(owner), b.issue(t, "TR-30", 1, 8, &owner)[0], device))
		}
		storetest.Subscribe(t, e, b.Vendor, prepaid.EventCardLow)
		events := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = 'card.low'`) }
		step := func() {
			b.report(t, "1")
			b.report(t, "2")
			e.Clock.Advance(day)
		}
		step() // 7 left on each: below the thresholds of everybody since long
		if events() != 0 {
			t.Errorf("%d events of cards that were low before", events())
		}
		step() // 6
		if events() != 1 {
			t.Errorf("%d events at 6 days left, want that of the customer without thresholds of its own", events())
		}
		for range 6 { // 5, 4, 3, 2, 1, 0
			step()
		}
		if events() != 1+1+3 {
			t.Errorf("%d events in the end", events())
		}

		// All of it was told of no more than once a day, and what was missed at once.
		if told := b.remind(t); told != 2 {
			t.Errorf("%d customers reminded", told)
		}
		if told := b.remind(t); told != 0 {
			t.Errorf("%d customers reminded again", told)
		}
		want := map[ident.CustomerID][4]int64{b.shop.ID: {1, 1, 1, 1}, b.mid.ID: {0, 1, 1, 1}}
		got := map[ident.CustomerID][4]int64{}
		for _, r := range n.all {
			got[r.Customer] = [4]int64{r.Low, r.VeryLow, r.Spent, r.DarkSoon}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("reminded of %v, want %v", got, want)
		}
		storetest.Sound(t, e)
	})
}

// A day is told of at seven the next morning, where the vendor is.
func TestRemindersComeInTheMorning(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		n := b.reminded(t)
		b.device(t, "1", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), b.issue(t, "TR-30", 1, 1, &b.shop)[0], "1"))
		b.report(t, "1")
		at, err := b.service.NextReminder(t.Context(), e.Clock.Now())
		if err != nil || at == 0 {
			t.Fatal(at, err)
		}
		due := time.UnixMilli(at).UTC()
		zone := storetest.Do(t, e, func(x tx.Tx) (*time.Location, error) { return b.rows.Zone(x, b.Vendor) })
		if local := due.In(zone); local.Hour() != 7 || local.YearDay() != e.Clock.Now().In(zone).YearDay()+1 {
			t.Errorf("due at %v, and it is %v", local, e.Clock.Now().In(zone))
		}
		e.Clock.Advance(due.Sub(e.Clock.Now()) - time.Second)
		if b.remind(t) != 0 || len(n.all) != 0 {
			t.Error("it was told of before seven")
		}
		e.Clock.Advance(time.Second)
		if b.remind(t) != 1 || len(n.all) != 1 || n.all[0].Spent != 1 {
			t.Errorf("at seven: %+v", n.all)
		}
		if at, err := b.service.NextReminder(t.Context(), e.Clock.Now()); at != 0 || err != nil {
			t.Errorf("next at %d, %v", at, err)
		}
	})
}

// What somebody sees at sign-in: the same figures, counted now, by the counters or by its
// own thresholds.
func TestWhatIsLowNow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		for _, days := range []int64{1, 6, 7, 10, 29, 30, 45, 46} {
			b.issue(t, "TR-30", 2, days, &b.shop)
		}
		bound := b.issue(t, "TR-30", 1, 6, &b.shop)[0]
		b.device(t, "1", b.shop)
		b.device(t, "2", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), bound, "1"))
		b.report(t, "1") // 5 left
		now := func() [3]int64 {
			t.Helper()
			c, err := b.rows.CustomerOf(t.Context(), b.Vendor, b.shop.UUID)
			if err != nil {
				t.Fatal(err)
			}
			n, err := b.rows.LowOf(t.Context(), b.Vendor, *c, e.Clock.Now())
			if err != nil || n.AtLeast {
				t.Fatal(n, err)
			}
			return [3]int64{n.LowCards, n.VeryLowCards, n.DarkSoon}
		}
		if got := now(); got != [3]int64{11, 5, 1} {
			t.Errorf("by the thresholds of everybody: %v", got)
		}
		many, ten := int64(45), int64(10)
		b.setSwitches(t, b.shop.UUID, prepaid.SwitchChange{LowDays: &many, VeryLowDays: &ten})
		if got := now(); got != [3]int64{15, 9, 1} {
			t.Errorf("by its own: %v", got)
		}
		low, very := int64(29), int64(6)
		if c := b.setSwitches(t, b.shop.UUID, prepaid.SwitchChange{LowDays: &low, VeryLowDays: &very}); c.LowDays != 0 {
			t.Errorf("those of everybody are kept as its own: %+v", c.Switches)
		}
	})
}

func TestThresholdsThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		for _, c := range [][2]int64{{1, 1}, {366, 6}, {29, 0}, {29, 29}, {6, 6}, {5, 6}} {
			err := e.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := b.service.SetSwitches(x, b.admin(b.shop), b.shop.UUID, prepaid.SwitchChange{LowDays: &c[0], VeryLowDays: &c[1]})
				return err
			})
			if fault.As(err).Kind != fault.Invalid {
				t.Errorf("%v: %v", c, err)
			}
		}
	})
}
