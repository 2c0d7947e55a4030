package prepaid_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// life is a model of the room, as simple as can be, which lives through what the room does.
type life struct {
	b       *bench
	r       *rand.Rand
	grace   int64
	cards   map[string]*cardLife
	devices map[string]*deviceLife
	owners  []customers.Customer
	above   map[customersID]customersID
	books   books
}

type customersID = int64

type cardLife struct {
	number, code     string
	owner            customersID
	days             int64
	onReport, locked bool
	activated, bound time.Time
	device           string
}

type deviceLife struct {
	number       string
	owner        customersID
	until, due   time.Time
	dark         bool
	graceLeft    int64
	owed         int64
	lastOnReport bool
}

// charged is the card that a device's next day comes from.
func (l *life) charged(d *deviceLife) (first *cardLife) {
	for _, number := range slices.Sorted(maps.Keys(l.cards)) {
		c := l.cards[number]
		if c.device != d.number || c.days == 0 {
			continue
		}
		switch {
		case first == nil,
			!c.activated.IsZero() && (first.activated.IsZero() || c.activated.Before(first.activated)),
			c.activated.Equal(first.activated) && c.bound.Before(first.bound):
			first = c
		}
	}
	return first
}

// day gives a device that is usable no longer a day, or does not.
func (l *life) day(d *deviceLife, now time.Time, report bool) {
	if d.until.After(now) {
		d.due = d.until
		return
	}
	c := l.charged(d)
	switch {
	case c != nil && c.onReport && !report:
		d.due = time.Time{}
	case c != nil:
		c.days--
		l.note(c.owner, c.code, prepaid.ItemCharged, 0, 1)
		if c.activated.IsZero() {
			c.activated = now
		}
		d.graceLeft, d.lastOnReport = -1, c.onReport
		d.until, d.dark = now.Add(day), false
		d.due = d.until
	default:
		left := d.graceLeft
		if left < 0 {
			left = l.grace
		}
		switch {
		case left > 0 && d.lastOnReport && !report:
			d.due = time.Time{}
		case left > 0:
			d.graceLeft, d.owed = left-1, d.owed+1
			d.until, d.dark = now.Add(day), false
			d.due = d.until
		default:
			d.dark, d.graceLeft, d.due = true, 0, time.Time{}
		}
	}
}

// comes is what a card with days does for the device it is on.
func (l *life) comes(c *cardLife, now time.Time) {
	d := l.devices[c.device]
	for d.owed > 0 && c.days > 0 {
		c.days, d.owed = c.days-1, d.owed-1
		l.note(c.owner, c.code, prepaid.ItemSettled, 0, 1)
		if c.activated.IsZero() {
			c.activated = now
		}
	}
	switch {
	case c.days == 0:
	case d.dark:
		d.dark, d.due = false, now
	case !d.until.IsZero():
		d.due = d.until
	}
}

func newLife(t *testing.T, e storetest.Env, seed uint64, many int) *life {
	t.Helper()
	l := &life{
		b: newBench(t, e), r: rand.New(rand.NewPCG(seed, 1)), grace: 2,
		cards: map[string]*cardLife{}, devices: map[string]*deviceLife{}, above: map[customersID]customersID{}, books: newBooks(),
	}
	l.b.must(t, func(x tx.Tx) error { return l.b.service.SetGrace(x, l.b.staff, l.grace) })
	l.b.code(t, "REP", 9, prepaid.OnReport, "*")
	l.owners = []customers.Customer{l.b.top, l.b.mid, l.b.shop, l.b.rival}
	for i := range many / 4 {
		superior := l.owners[l.r.IntN(len(l.owners))]
		l.owners = append(l.owners, l.b.Create(t, fmt.Sprintf("C%d", i), &superior))
	}
	for _, c := range l.owners {
		l.above[int64(c.ID)] = int64(c.SuperiorID)
	}
	for i := range many {
		number := fmt.Sprint(70_000 + i)
		owner := l.owners[l.r.IntN(len(l.owners))]
		l.b.device(t, number, owner)
		l.devices[number] = &deviceLife{number: number, owner: int64(owner.ID)}
	}
	return l
}

// issues brings new cards into the vendor's stock.
func (l *life) issues(t *testing.T) {
	t.Helper()
	code := []string{"TR-30", "REP"}[l.r.IntN(2)]
	days := int64(1 + l.r.IntN(12))
	for _, number := range l.b.issue(t, code, int64(5+l.r.IntN(20)), days, nil) {
		l.cards[number] = &cardLife{number: number, code: code, days: days, onReport: code == "REP"}
		l.note(0, code, prepaid.ItemIssued, 1, days)
	}
}

// within tells whether a customer is an owner or below it; the vendor is above all.
func (l *life) within(owner, c customersID) bool {
	for c != 0 && c != owner {
		c = l.above[c]
	}
	return c == owner
}

// try does something by staff, and fails where the model says otherwise.
func (l *life) try(t *testing.T, what string, may bool, fn func(x tx.Tx) error) bool {
	t.Helper()
	err := l.b.DB.Run(t.Context(), fn)
	if (err == nil) != may || err != nil && fault.As(err).Kind != fault.Conflict {
		t.Fatalf("%s: %v, the model says %t", what, err, may)
	}
	return err == nil
}

func pick[T any](l *life, all map[string]T) T {
	keys := slices.Sorted(maps.Keys(all))
	return all[keys[l.r.IntN(len(keys))]]
}

// step is one thing that somebody does.
func (l *life) step(t *testing.T) {
	t.Helper()
	now := l.b.Clock.Now().Truncate(time.Millisecond)
	c, d := pick(l, l.cards), pick(l, l.devices)
	service, staff := l.b.service, l.b.staff
	switch l.r.IntN(10) {
	case 0, 1, 2:
		may := c.device == "" && !c.locked && c.days > 0 && l.within(c.owner, d.owner)
		if l.try(t, "bind", may, func(x tx.Tx) error {
			_, _, err := service.Bind(x, staff, prepaid.BindCommand{Card: c.number, Device: d.number})
			return err
		}) {
			l.noteDown(c, d.owner)
			c.device, c.owner, c.bound = d.number, d.owner, now
			l.comes(c, now)
		}
	case 3:
		if l.try(t, "unbind", c.device != "", func(x tx.Tx) error {
			_, err := service.Unbind(x, staff, c.number)
			return err
		}) {
			c.device = ""
		}
	case 4:
		to := l.owners[l.r.IntN(len(l.owners))]
		may := c.device == "" && !c.locked && c.days > 0 && int64(to.SuperiorID) == c.owner
		if l.try(t, "sell", may, func(x tx.Tx) error {
			_, err := service.Sell(x, staff, prepaid.SellCommand{Cards: []string{c.number}, To: to.UUID})
			return err
		}) {
			l.noteMove(c, int64(to.ID), prepaid.ItemSold, prepaid.ItemBought)
			c.owner = int64(to.ID)
		}
	case 5:
		may := c.device == "" && !c.locked && c.days > 0 && c.owner != 0
		if l.try(t, "return", may, func(x tx.Tx) error {
			_, err := service.Return(x, staff, []string{c.number})
			return err
		}) {
			l.noteMove(c, l.above[c.owner], prepaid.ItemReturned, prepaid.ItemTakenBack)
			c.owner = l.above[c.owner]
		}
	case 6:
		lock := !c.locked
		may := !lock || c.device == "" && c.activated.IsZero() && c.days > 0
		if l.try(t, "lock", may, func(x tx.Tx) error {
			_, err := service.SetLock(x, staff, []string{c.number}, lock)
			return err
		}) {
			c.locked = lock
		}
	case 7:
		days := int64(1 + l.r.IntN(5))
		was := c.days
		l.note(c.owner, c.code, prepaid.ItemToppedUp, 0, days)
		l.try(t, "top up", true, func(x tx.Tx) error {
			_, err := service.TopUp(x, staff, c.number, days)
			return err
		})
		if c.days += days; c.device != "" && was == 0 {
			c.bound = now
			l.comes(c, now)
		}
	case 8:
		may := c.days > 0
		was := c.days
		if l.r.IntN(3) == 0 && l.try(t, "withdraw", may, func(x tx.Tx) error {
			_, err := service.Withdraw(x, staff, []string{c.number})
			return err
		}) {
			l.note(c.owner, c.code, prepaid.ItemWithdrawn, 0, was)
			c.days, c.device, c.locked = 0, "", false
		}
	default:
		l.sellDevice(t, d)
	}
}

func (l *life) sellDevice(t *testing.T, d *deviceLife) {
	t.Helper()
	to := l.above[d.owner]
	if !l.try(t, "return a device", d.owner != 0, func(x tx.Tx) error {
		_, err := l.b.service.ReturnDevices(x, l.b.staff, []string{d.number})
		return err
	}) {
		next := l.owners[3]
		l.try(t, "sell a device", true, func(x tx.Tx) error {
			_, err := l.b.service.SellDevices(x, l.b.staff, []string{d.number}, next.UUID)
			return err
		})
		to = int64(next.ID)
	}
	d.owner = to
	for _, c := range l.cards {
		if c.device == d.number {
			l.noteMove(c, to, prepaid.ItemDevicesOut, prepaid.ItemDevicesIn)
			c.owner = to
		}
	}
}

// pass lets time go by: the run comes round, or does not, and some devices report.
func (l *life) pass(t *testing.T) {
	t.Helper()
	l.b.Clock.Advance(time.Duration(1+l.r.IntN(20)) * time.Hour)
	l.turn()
	now := l.b.Clock.Now().Truncate(time.Millisecond)
	if l.r.IntN(4) > 0 {
		l.b.round(t)
		for _, d := range l.devices {
			if !d.due.IsZero() && !d.due.After(now) {
				l.day(d, now, false)
			}
		}
	}
	many := 1 + l.r.IntN(10)
	reports, said := make([]prepaid.Report, 0, many), make([]*deviceLife, 0, many)
	for range many {
		d := pick(l, l.devices)
		reports = append(reports, prepaid.Report{Device: "0" + d.number})
		said = append(said, d)
		if !d.dark {
			l.day(d, now, true)
		}
	}
	answers, err := l.b.reports.Answer(t.Context(), l.b.Vendor, reports)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range said {
		if a := answers[i]; a.Allowed != !d.dark || !a.UsableUntil.Equal(d.until) {
			t.Fatalf("device %s at %s: %+v, the model says %+v", d.number, now, a, *d)
		}
	}
}

// agree compares the room with the model.
func (l *life) agree(t *testing.T) {
	t.Helper()
	for _, d := range l.devices {
		is := l.b.deviceNow(t, d.number)
		if !is.UsableUntil.Equal(d.until) || (is.Dark != prepaid.NotDark) != d.dark || int64(is.Holder) != d.owner || is.GraceOwed != d.owed {
			t.Errorf("device %s is %+v, the model says %+v", d.number, is.State, *d)
		}
	}
	for _, c := range l.cards {
		is := l.b.card(t, c.number)
		if is.Days != c.days || int64(is.Holder) != c.owner || (is.Device != 0) != (c.device != "") || is.Locked != c.locked || !is.ActivatedAt.Equal(c.activated) {
			t.Errorf("card %s is %+v, the model says %+v", c.number, is, *c)
		}
	}
	l.booksAgree(t)
	storetest.Sound(t, l.b.Env)
}

// A year of random life: a model agrees with every card and device, all the time.
func TestAYearOfLife(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		l := newLife(t, e, 42, 48)
		started := e.Clock.Now()
		for e.Clock.Now().Sub(started) < 365*day {
			if len(l.cards) < 400 && l.r.IntN(6) == 0 || len(l.cards) == 0 {
				l.issues(t)
			}
			for range l.r.IntN(4) {
				l.step(t)
			}
			l.pass(t)
		}
		l.agree(t)
	})
}
