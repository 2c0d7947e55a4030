package faults_test

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// account is a vendor in a zone of its own, with a licence that consumes of several
// meters, and what was acknowledged of them.
type account struct {
	*site

	zone        *time.Location
	license     license
	meters      []*counter
	clientsOnly atomic.Bool
	round       func() int
}

// counter is what was acknowledged of a meter.
type counter struct {
	id, name string
	limited  bool

	mu    sync.Mutex
	marks map[string]*mark // by transaction

	rows   []*mark // in the order of the ledger, as far as it was looked at
	latest int     // the newest period that was counted in
	epoch  int     // of the counts of a period, which resets end
	first  time.Time
}

// mark is an entry that was acknowledged.
type mark struct {
	transaction, kind string
	amount            int64
	undoes            *mark
	round             int // of the clock's moves

	at            time.Time // as the ledger says
	period, epoch int
	gone          bool // taken back
}

func newAccount(t *testing.T, y *years, name, zone string) *account {
	t.Helper()
	url := y.servers[0].url
	a := &account{site: openSite(t, y.p, url, name, zone), round: func() int { return y.round }}
	var err error
	if a.zone, err = time.LoadLocation(zone); err != nil {
		t.Fatal(err)
	}
	edition := a.make(url, "editions", object{"product_id": a.product, "name": "Metered", "provisioning_mode": "named", "token_limit": 2, "limitations": []object{
		{"name": "month", "limit": 15, "goodwill_percent": 10, "reset": "month"},
		{"name": "days", "limit": nil, "reset": "days", "reset_days": 10},
		{"name": "quarter", "limit": nil, "reset": "quarter"},
		{"name": "never", "limit": nil, "reset": "never"},
	}})
	a.license = a.issue(url, edition["id"].(string))
	for n := range 2 {
		h := newHand(a.site, n)
		h.devices = []*device{{name: name + "-" + string(rune('a'+n))}}
		got := a.do(url, a.provisioning("activations", object{"product_id": a.product, "license_key": a.license.key, "client_id": h.devices[0].name}))
		if got.status != http.StatusOK {
			t.Fatalf("%d %s %v", got.status, got.data, got.failed)
		}
		if n == 0 {
			for _, l := range got.object()["limitations"].([]any) {
				l := l.(object)
				a.meters = append(a.meters, &counter{id: l["id"].(string), name: l["name"].(string), limited: l["name"] == "month", marks: map[string]*mark{}})
			}
		}
		newest := map[*counter]*entry{}
		own := map[*counter][]*mark{}
		h.next = func() *step { return a.choose(h, newest, own) }
		a.hands = append(a.hands, h)
	}
	return a
}

// choose chooses a call: of the client, or of staff.
func (a *account) choose(h *hand, newest map[*counter]*entry, own map[*counter][]*mark) *step {
	c := a.meters[h.random.IntN(len(a.meters))]
	last := newest[c]
	n := h.random.IntN(20)
	switch {
	case n < 9 || last == nil || last.round+1 < a.round(): // older ones may be folded by now
		return a.spend(h, c, newest, own)
	case n < 12:
		return a.again(c, last)
	case n < 14:
		return a.takeBack(c, last)
	case a.clientsOnly.Load():
		return a.spend(h, c, newest, own)
	case n < 16:
		return a.correct(h, c, own)
	case n < 17:
		return a.restart(h, c)
	}
	if m := own[c][max(0, len(own[c])-1-h.random.IntN(3))]; !m.gone && m.round+1 >= a.round() {
		return a.undo(h, c, m)
	}
	return a.spend(h, c, newest, own)
}

// keep notes an acknowledged entry. One that is acknowledged again is the same.
func (a *account) keep(c *counter, m mark) (*mark, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if was := c.marks[m.transaction]; was != nil {
		return was, was.kind == m.kind && was.amount == m.amount && was.undoes == m.undoes
	}
	m.round = a.round()
	c.marks[m.transaction] = &m
	return &m, m.transaction != ""
}

func (a *account) spend(h *hand, c *counter, newest map[*counter]*entry, own map[*counter][]*mark) *step {
	value := 1 + h.random.Int64N(9)
	call := a.reporting("consumption_heartbeats", object{"client_id": h.devices[0].name, "consumption_heartbeat": []object{
		{"limitation_id": c.id, "value": value, "external_id": h.name()},
	}})
	st := &step{kind: "consume", request: call}
	st.done = func(r reply, _ bool) bool {
		transaction := transactionOf(r)
		if transaction == "" {
			st.kind = "exhausted"
			return c.limited && r.status == http.StatusOK && len(r.list()) == 1 && r.list()[0]["reason"] == "exhausted"
		}
		m, ok := a.keep(c, mark{transaction: transaction, kind: "consumption", amount: value})
		newest[c], own[c] = &entry{call: call, transaction: transaction, value: value, mark: m, round: m.round}, append(own[c], m)
		return ok
	}
	return st
}

func (a *account) again(c *counter, last *entry) *step {
	return &step{kind: "consume again", request: last.call, done: func(r reply, _ bool) bool {
		_, ok := a.keep(c, *last.mark)
		return ok && transactionOf(r) == last.transaction
	}}
}

// takeBack is the client's: of its newest entry, within a day, and not where staff have
// taken off what it added.
func (a *account) takeBack(c *counter, last *entry) *step {
	return &step{kind: "roll back", request: a.reporting("consumption_heartbeats/rollback", object{
		"limitation_id": c.id, "transaction_id": last.transaction,
	}), done: func(r reply, _ bool) bool {
		if r.refusal() == 20011 {
			return true
		}
		transaction, _ := r.object()["transaction_id"].(string)
		return a.undone(c, transaction, last.mark)
	}}
}

func (a *account) undo(h *hand, c *counter, m *mark) *step {
	return &step{kind: "undo", request: request{
		method: "POST", path: "/api/v1/consumptions/" + m.transaction + "/rollback", staff: true, key: h.name(), body: object{"reason": "a fault"},
	}, done: func(r reply, _ bool) bool {
		if r.status == http.StatusConflict && r.object()["code"] == "below_zero" {
			return true
		}
		transaction, _ := r.object()["id"].(string)
		return r.status == http.StatusOK && a.undone(c, transaction, m)
	}}
}

func (a *account) undone(c *counter, transaction string, m *mark) bool {
	_, ok := a.keep(c, mark{transaction: transaction, kind: "rollback", amount: -m.amount, undoes: m})
	m.gone = true
	return ok
}

// correct is staff who add to the meter or take off.
func (a *account) correct(h *hand, c *counter, own map[*counter][]*mark) *step {
	value := 1 + h.random.Int64N(9)
	if h.random.IntN(2) == 0 {
		value = -value
	}
	return &step{kind: "adjust", request: request{
		method: "POST", path: "/api/v1/licenses/" + a.license.id + "/consumptions", staff: true, key: h.name(),
		body: object{"limitation_id": c.id, "value": value, "reason": "a fault"},
	}, done: func(r reply, _ bool) bool {
		if value < 0 && r.status == http.StatusBadRequest {
			return true // so much is not consumed in this period
		}
		transaction, _ := r.object()["id"].(string)
		m, ok := a.keep(c, mark{transaction: transaction, kind: "adjustment", amount: value})
		own[c] = append(own[c], m)
		return r.status == http.StatusCreated && ok
	}}
}

func (a *account) restart(h *hand, c *counter) *step {
	return &step{kind: "reset", request: request{
		method: "POST", path: "/api/v1/licenses/" + a.license.id + "/meters/reset", staff: true, key: h.name(), body: object{"limitation_id": c.id, "reason": "a fault"},
	}, done: func(r reply, _ bool) bool {
		transaction, _ := r.object()["id"].(string)
		_, ok := a.keep(c, mark{transaction: transaction, kind: "reset"})
		return r.status == http.StatusOK && ok
	}}
}

// check reckons every meter anew from all that was ever acknowledged.
func (a *account) check(url string) {
	a.t.Helper()
	figures := map[any]object{}
	for _, m := range a.staff(url, "licenses/"+a.license.id+"/meters").items() {
		figures[m["limitation_id"]] = m
	}
	text, _ := a.staff(url, "test-clock").object()["now"].(string)
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, c := range a.meters {
		a.read(url, c, now)
		consumed, gross := a.sums(c, now)
		if m := figures[c.id]; m["consumed"] != float64(consumed) || m["gross"] != float64(gross) {
			a.t.Errorf("%v, at %v: the %s meter says %v; its history adds up to %d and %d", a.zone, now, c.name, m, consumed, gross)
		}
	}
}

// read reads the ledger: it holds what was acknowledged and nothing else, each entry
// once. Only what is old may be folded.
func (a *account) read(url string, c *counter, now time.Time) {
	a.t.Helper()
	var rows []object
	for cursor := ""; ; {
		page := a.staff(url, "licenses/"+a.license.id+"/consumptions?limit=500&limitation_id="+c.id+"&cursor="+cursor)
		rows = append(rows, page.items()...)
		cursor, _ = page.object()["next_cursor"].(string)
		if cursor == "" {
			break
		}
	}
	listed := map[string]bool{}
	for _, row := range slices.Backward(rows) {
		id, _ := row["id"].(string)
		m := c.marks[id]
		if m == nil || m.kind != row["kind"] || float64(m.amount) != row["amount"] || listed[id] {
			a.t.Errorf("%v, %s: the ledger holds %v; acknowledged is %+v", a.zone, c.name, row, m)
			continue
		}
		if listed[id] = true; m.at.IsZero() {
			text, _ := row["at"].(string)
			m.at, _ = time.Parse(time.RFC3339, text)
			a.place(c, m)
		}
	}
	for id, m := range c.marks {
		if !listed[id] && (m.at.IsZero() || m.at.After(now.AddDate(0, 0, -yearsKept))) {
			a.t.Errorf("%v, %s: the ledger lacks %+v", a.zone, c.name, m)
		}
	}
}

// place finds the period that an entry counts in. None goes back to a period before the
// one that was counted in: another server may see a moved clock a moment later.
func (a *account) place(c *counter, m *mark) {
	if len(c.rows) == 0 {
		c.first = m.at
	}
	if p := a.period(c, m.at); p > c.latest || len(c.rows) == 0 {
		c.latest, c.epoch = p, 0
	}
	if m.kind == "reset" {
		c.epoch++
	}
	m.period, m.epoch = c.latest, c.epoch
	c.rows = append(c.rows, m)
}

// period numbers the periods of a meter by the calendar of the zone.
func (a *account) period(c *counter, at time.Time) int {
	y, month, _ := at.In(a.zone).Date()
	switch c.name {
	case "month":
		return 12*y + int(month)
	case "quarter":
		return 4*y + int(month-1)/3
	case "days":
		return int(civil(at.In(a.zone)).Sub(civil(c.first.In(a.zone))).Hours()) / 24 / 10
	}
	return 0
}

// civil is the day of an instant, as a number of days of 24 hours.
func civil(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (a *account) sums(c *counter, now time.Time) (consumed, gross int64) {
	period, epoch := c.latest, c.epoch
	if p := a.period(c, now); len(c.rows) > 0 && p > period {
		period, epoch = p, 0
	}
	back := map[*mark]bool{}
	for _, m := range c.rows {
		gross += m.amount
		back[m.undoes] = true
	}
	for _, m := range c.rows {
		if m.period == period && m.epoch == epoch && m.kind != "rollback" && !back[m] {
			consumed += m.amount
		}
	}
	return consumed, gross
}
