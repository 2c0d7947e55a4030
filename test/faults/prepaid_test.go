package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// yearSize says how many there are of all, and that a server is killed in every so many
// windows and moves of the clock: what it did by itself another one does some ten seconds
// later, when the lease has ended.
type yearSize struct{ customers, devices, cards, killWindow, killMove int }

// sizeOfYear gives the short form, or the long one of `make soak`.
func sizeOfYear() yearSize {
	if soak() > 0 {
		return yearSize{500, 2000, 60, 13, 29}
	}
	return yearSize{64, 240, 12, 37, 101}
}

// A year of random life of prepaid devices: people sell, return, bind, unbind, lock, top up
// and withdraw cards, devices change hands and report, also twice and late; the clock goes
// in steps; servers are killed under all of it and while they move the clock. A model, which
// knows the rules and what was acknowledged, agrees with every card and device, and verify
// finds nothing. On PostgreSQL two servers run. The long form has 2,000 devices of 500
// customers.
func TestAYearOfPrepaidWithKills(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newPrepaidYear(t, newProgram(t, storage(t)), name == "postgres")
			for days := 0; days < 365; {
				y.window(false) // noon: nothing is due
				y.pass(12 * time.Hour)
				y.window(true) // midnight: devices report
				whole := rand.IntN(4)
				y.pass(time.Duration(24*whole+12) * time.Hour)
				days += whole + 1
				if y.cycle++; y.cycle%10 == 0 {
					y.compareCards()
				}
				if t.Failed() {
					t.Fatalf("on day %d", days)
				}
			}
			y.end()
		})
	}
}

// prepaidYear is a vendor of prepaid devices on one or two servers.
type prepaidYear struct {
	t       *testing.T
	p       program
	servers []*running
	site    *site
	traders []*trader

	mu       sync.Mutex
	bindings int

	cycle, windows, moves, kills int

	midnight bool
	began    time.Time // of the present window
}

// trader is a hand with customers, cards and devices that are its own.
type trader struct {
	*hand

	y       *prepaidYear
	owners  []*owner
	cards   []*dayCard
	devices []*payer
}

func newPrepaidYear(t *testing.T, p program, two bool) *prepaidYear {
	t.Helper()
	y := &prepaidYear{t: t, p: p}
	y.servers = append(y.servers, y.serve())
	if two {
		y.servers = append(y.servers, y.serve())
	}
	url := y.servers[0].url
	y.site = openSite(t, p, url, "Acme", "Europe/Berlin")
	for _, code := range []object{
		{"code": "SHORT", "name": "Short", "models": []string{"GT*"}, "days": 5, "billing": "daily"},
		{"code": "LONG", "name": "Long", "models": []string{"GT*"}, "days": 40, "billing": "daily"},
		{"code": "REPORT", "name": "On report", "models": []string{"*"}, "days": 9, "billing": "on_report"},
	} {
		y.site.make(url, "prepaid/license-codes", code)
	}
	if got := y.site.do(url, request{method: http.MethodPatch, path: "/api/v1/prepaid/settings", staff: true, body: object{"grace_days": grace}}); got.status != http.StatusOK {
		t.Fatal(got.status, string(got.data))
	}
	size := sizeOfYear()
	var settling sync.WaitGroup
	for n := range handCount {
		r := &trader{hand: newHand(y.site, n), y: y}
		r.next = r.choose
		y.traders, y.site.hands = append(y.traders, r), append(y.site.hands, r.hand)
		settling.Go(func() { r.settleDown(url, size.customers/handCount, size.devices/handCount) })
	}
	settling.Wait()
	// To the noon of a day.
	now := y.now()
	noon := now.Truncate(paidDay).Add(36 * time.Hour)
	y.pass(noon.Sub(now).Truncate(time.Second))
	return y
}

func (y *prepaidYear) serve() *running {
	y.t.Helper()
	return y.p.serve("--test-clock")
}

// settleDown makes a trader's customers, a tree of them, and devices.
func (r *trader) settleDown(url string, customers, devices int) {
	for i := range customers {
		body := object{"company_name": fmt.Sprintf("Customer %d-%d", r.n, i)}
		o := &owner{}
		if i > 0 && r.random.IntN(6) > 0 {
			o.above = r.owners[r.random.IntN(len(r.owners))]
			o.above.below = append(o.above.below, o)
			body["superior_id"] = o.above.id
		}
		got := r.site.do(url, request{method: http.MethodPost, path: "/api/v1/customers", staff: true, body: body})
		if o.id, _ = got.object()["id"].(string); got.status != http.StatusCreated {
			r.y.t.Errorf("a customer: %d %s %v", got.status, got.data, got.failed)
			return
		}
		r.owners = append(r.owners, o)
	}
	for i := range devices {
		d := &payer{number: fmt.Sprintf("%d%06d", 1+r.n, i), owner: r.owners[r.random.IntN(len(r.owners))]}
		got := r.site.do(url, request{
			method: http.MethodPost, path: "/api/v1/prepaid/devices", staff: true, body: object{"number": d.number, "model": "GT06N", "customer_id": d.owner.id},
		})
		if got.status != http.StatusCreated {
			r.y.t.Errorf("a device: %d %s %v", got.status, got.data, got.failed)
			return
		}
		r.devices = append(r.devices, d)
	}
}

// window lets everybody do things, with a kill in the middle now and then. At noon nothing
// is due; at midnight devices report, and blacklisted ones are lifted, now and then.
func (y *prepaidYear) window(midnight bool) {
	y.t.Helper()
	y.midnight, y.began = midnight, y.now()
	size := sizeOfYear()
	urls := make([]string, len(y.servers))
	for i, s := range y.servers {
		urls[i] = s.url
	}
	answers, end := y.site.load(urls...)
	some(answers, 40+rand.IntN(200))
	n := rand.IntN(len(y.servers))
	y.windows++
	killed := y.windows%size.killWindow == size.killWindow-1
	if killed {
		y.servers[n].kill()
		y.kills++
	}
	end()
	if killed {
		y.servers[n] = y.serve()
	}
	for _, h := range y.site.hands {
		h.settle(y.servers[0].url)
	}
	y.compareDevices(y.began)
}

// pass moves the clock; now and then the server that moves it is killed on the way.
func (y *prepaidYear) pass(by time.Duration) {
	y.t.Helper()
	from := y.now()
	y.moves++
	move := request{method: http.MethodPost, path: "/api/v1/test-clock", staff: true, key: fmt.Sprint("move ", y.moves), body: object{"advance": by.String()}}
	n := rand.IntN(len(y.servers))
	if kill := sizeOfYear().killMove; y.moves%kill == kill-1 {
		ahead := y.site.staff(y.servers[n].url, "test-clock").object()["ahead_seconds"]
		var moving sync.WaitGroup
		moving.Go(func() { y.site.do(y.servers[n].url, move) })
		for moved := false; !moved; {
			moved = y.site.staff(y.servers[n].url, "test-clock").object()["ahead_seconds"] != ahead
		}
		y.servers[n].kill()
		y.kills++
		moving.Wait()
		y.servers[n] = y.serve()
	}
	for tries := 0; ; tries++ {
		got := y.site.do(y.servers[rand.IntN(len(y.servers))].url, move)
		if got.status == http.StatusOK && got.object()["remaining"] == "" {
			break
		}
		if got.status == http.StatusOK || tries == 20 {
			y.t.Fatalf("the clock was not moved: %d %s %v\n%s", got.status, got.data, got.failed, y.servers[n].said())
		}
	}
	y.same()
	y.compareDevices(from)
}

// same waits until all servers go by the same clock.
func (y *prepaidYear) same() {
	y.t.Helper()
	for end := time.Now().Add(30 * time.Second); len(y.servers) > 1; {
		first := y.site.staff(y.servers[0].url, "test-clock").object()["ahead_seconds"]
		if y.site.staff(y.servers[1].url, "test-clock").object()["ahead_seconds"] == first {
			return
		}
		if time.Now().After(end) {
			y.t.Fatal("the servers' clocks differ")
		}
	}
}

func (y *prepaidYear) now() time.Time {
	y.t.Helper()
	now := timeOf(y.site.staff(y.servers[0].url, "test-clock").object(), "now")
	if now.IsZero() {
		y.t.Fatal("the server has no clock")
	}
	return now
}

// compareDevices waits until nothing is due, and holds the devices against the model.
func (y *prepaidYear) compareDevices(from time.Time) {
	y.t.Helper()
	var now time.Time
	seen := map[string]object{}
	for end := time.Now().Add(time.Minute); ; {
		now = y.now()
		due := 0
		for _, o := range y.pageOf(y.servers[0].url, "devices") {
			seen[o["number"].(string)] = o
			if at := timeOf(o, "due_at"); !at.IsZero() && !at.After(now) {
				due++
			}
		}
		if due == 0 {
			break
		}
		if time.Now().After(end) {
			y.t.Fatalf("%d devices stay due at %s\n%s", due, now, y.servers[0].said())
		}
	}
	after := y.now()
	for _, r := range y.traders {
		for _, d := range r.devices {
			o := seen[d.number]
			was := *d
			if wrong := d.passed(timeOf(o, "usable_until"), o["blacklisted"] == true, from.Add(-time.Second), now, after.Add(time.Second)); wrong != "" {
				y.t.Errorf("at %s the device %s %s: %v; it was %+v", now, d.number, wrong, o, was)
			}
			if owed, _ := o["grace_days_owed"].(float64); int64(owed) != d.owed || o["customer_id"] != idOrNil(d.owner) {
				y.t.Errorf("the device %s is %v, the model says %+v", d.number, o, *d)
			}
			d.asleepAt(now)
		}
	}
	y.activations()
}

// asleepAt lets a device whose time is over sleep, where the model has it wait.
func (d *payer) asleepAt(now time.Time) {
	if !d.dark && !d.until.IsZero() && !d.until.After(now) {
		d.asleep = true
	}
}

// activations asks when cards were activated: that decides which one is charged first.
func (y *prepaidYear) activations() {
	y.t.Helper()
	for _, r := range y.traders {
		for _, c := range r.cards {
			if c.used && c.days > 0 && c.activated.IsZero() {
				c.activated = timeOf(y.site.staff(y.servers[0].url, "prepaid/cards/"+c.number).object(), "activated_at")
			}
		}
	}
}

func idOrNil(o *owner) any {
	if o == nil {
		return nil
	}
	return o.id
}

// compareCards holds the cards against the model.
func (y *prepaidYear) compareCards() {
	y.t.Helper()
	seen := map[string]object{}
	for _, o := range y.pageOf(y.servers[0].url, "cards") {
		seen[o["number"].(string)] = o
	}
	known := 0
	for _, r := range y.traders {
		for _, c := range r.cards {
			known++
			o := seen[c.number]
			var on any
			if c.on != nil {
				on = c.on.number
			}
			if o["available_days"] != float64(c.days) || o["total_days"] != float64(c.total) || o["customer_id"] != idOrNil(c.owner) || o["device"] != on ||
				o["locked"] != c.locked || (o["activated_at"] != nil) != c.used {
				y.t.Errorf("the card %s is %v, the model says %+v", c.number, o, *c)
			}
		}
	}
	if known != len(seen) {
		y.t.Errorf("there are %d cards, %d were acknowledged", len(seen), known)
	}
}

func (y *prepaidYear) end() {
	y.t.Helper()
	y.compareCards()
	sum := y.site.acked()
	for _, kind := range []string{
		"issue", "sell", "return", "lock", "bind", "lift", "unbind", "top up", "withdraw", "sell device", "return device", "report", "report again",
	} {
		if sum[kind] == 0 {
			y.t.Errorf("nothing was tested of %s: %v", kind, sum)
		}
	}
	for _, s := range y.servers {
		if err := s.stop(); err != nil {
			y.t.Errorf("stop: %v\n%s", err, s.said())
		}
	}
	y.p.verify()
	cards, dark, charged := 0, 0, int64(0)
	for _, r := range y.traders {
		cards += len(r.cards)
		for _, c := range r.cards {
			charged += c.total - c.days
		}
		for _, d := range r.devices {
			if d.dark {
				dark++
			}
		}
	}
	y.t.Logf("%d cycles, %d kills; %d cards, %d days gone, %d devices blacklisted at the end; acknowledged: %v", y.cycle, y.kills, cards, charged, dark, sum)
}
