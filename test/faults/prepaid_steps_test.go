package faults_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ask makes a step of staff, which the model expects to be done or refused.
func (r *trader) ask(kind, path string, body object, may bool, then func(got reply)) *step {
	want := http.StatusOK
	if kind == "issue" {
		want = http.StatusCreated
	}
	return &step{kind: kind, request: request{
		method: http.MethodPost, path: "/api/v1/prepaid/" + path, staff: true, key: fmt.Sprintf("%s %s", kind, r.name()), body: body,
	}, done: func(got reply, _ bool) bool {
		if !may {
			return got.status == http.StatusConflict
		}
		if got.status != want {
			return false
		}
		then(got)
		return true
	}}
}

// choose chooses what a trader does next.
func (r *trader) choose() *step {
	if len(r.cards) == 0 || len(r.cards) < 40*sizeOfYear().cards && r.random.IntN(25) == 0 {
		return r.issue()
	}
	if r.y.midnight {
		if r.y.cycle%4 == 3 && r.random.IntN(2) == 0 {
			if s := r.lift(); s != nil {
				return s
			}
		}
		return r.report(len(r.devices), r.random.IntN(4) == 0)
	}
	for {
		if s := r.trade(); s != nil {
			return s
		}
	}
}

func (r *trader) issue() *step {
	code := []string{"SHORT", "LONG", "REPORT"}[r.random.IntN(3)]
	body := object{"license_code": code, "count": 1 + r.random.IntN(2*sizeOfYear().cards)}
	var to *owner
	if r.random.IntN(2) == 0 {
		to = r.owners[0]
		body["customer_id"] = to.id
	}
	days := map[string]int64{"SHORT": 5, "LONG": 40, "REPORT": 9}[code]
	return r.ask("issue", "cards", body, true, func(got reply) {
		made, _ := got.object()["cards"].([]any)
		for _, m := range made {
			number, _ := m.(object)["number"].(string)
			r.cards = append(r.cards, &dayCard{number: number, owner: to, total: days, days: days, onReport: code == "REPORT"})
		}
	})
}

// free tells whether a card can be moved or bound.
func (c *dayCard) free() bool { return c.on == nil && !c.locked && c.days > 0 }

// trade is something that somebody does at noon; nil where it is left for the night.
func (r *trader) trade() *step {
	c, d := r.cards[r.random.IntN(len(r.cards))], r.devices[r.random.IntN(len(r.devices))]
	switch r.random.IntN(12) {
	case 0, 1, 2:
		return r.bind("bind", c, d)
	case 3:
		return r.ask("unbind", "cards/unbind", object{"card": c.number}, c.on != nil, func(reply) { c.on.take(c) })
	case 4, 5:
		return r.sell(c)
	case 6:
		return r.ask("return", "cards/return", object{"cards": []string{c.number}}, c.free() && c.owner != nil, func(reply) { c.owner = c.owner.above })
	case 7:
		may := c.on == nil && !c.used && c.days > 0
		if c.locked {
			return r.ask("unlock", "cards/unlock", object{"cards": []string{c.number}}, true, func(reply) { c.locked = false })
		}
		return r.ask("lock", "cards/lock", object{"cards": []string{c.number}}, may, func(reply) { c.locked = true })
	case 8:
		return r.topUp("top up", c)
	case 9:
		if r.random.IntN(5) > 0 {
			return nil
		}
		return r.ask("withdraw", "cards/withdraw", object{"cards": []string{c.number}}, c.days > 0, func(reply) {
			if c.on != nil {
				c.on.take(c)
			}
			c.days, c.locked = 0, false
		})
	case 10:
		return r.sellDevice(d)
	default:
		return r.ask("return device", "devices/return", object{"devices": []string{d.number}}, d.owner != nil, func(reply) { d.goes(d.owner.above) })
	}
}

// bind puts a card on a device; nil where that would have the run charge it at once, at noon.
func (r *trader) bind(kind string, c *dayCard, d *payer) *step {
	may := c.free() && d.owner.within(c.owner)
	if may && (d.touched == r.y.moves || kind == "bind" && (d.dark || d.asleep)) {
		return nil
	}
	return r.ask(kind, "cards/bind", object{"card": " " + c.number, "device": "00-" + d.number}, may, func(reply) {
		d.touched = r.y.moves
		d.put(c, r.y.binding())
		d.comes(c)
	})
}

func (y *prepaidYear) binding() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.bindings++
	return y.bindings
}

func (r *trader) topUp(kind string, c *dayCard) *step {
	if c.on != nil && c.days == 0 && (c.on.touched == r.y.moves || kind == "top up" && (c.on.dark || c.on.asleep)) {
		return nil
	}
	days := 1 + r.random.Int64N(6)
	return r.ask(kind, "cards/top-up", object{"card": c.number, "days": days}, true, func(reply) {
		was := c.days
		c.days, c.total = c.days+days, c.total+days
		if c.on != nil && was == 0 {
			c.on.touched, c.bound = r.y.moves, r.y.binding()
			c.on.comes(c)
		}
	})
}

// sell sells a card to somebody; now and then not to one directly below.
func (r *trader) sell(c *dayCard) *step {
	to := r.owners[r.random.IntN(len(r.owners))]
	if c.owner != nil && len(c.owner.below) > 0 && r.random.IntN(4) > 0 {
		to = c.owner.below[r.random.IntN(len(c.owner.below))]
	}
	return r.ask("sell", "cards/sell", object{"cards": []string{strings.ToLower(c.number)}, "customer_id": to.id}, c.free() && to.above == c.owner,
		func(reply) { c.owner = to })
}

func (r *trader) sellDevice(d *payer) *step {
	to := r.owners[r.random.IntN(len(r.owners))]
	if d.owner != nil && len(d.owner.below) > 0 {
		to = d.owner.below[r.random.IntN(len(d.owner.below))]
	}
	return r.ask("sell device", "devices/sell", object{"devices": []string{d.number}, "customer_id": to.id}, to.above == d.owner, func(reply) { d.goes(to) })
}

// goes gives a device, with its cards, to somebody.
func (d *payer) goes(to *owner) {
	d.owner = to
	for _, c := range d.cards {
		c.owner = to
	}
}

// lift has days come to a device that is blacklisted, or that sleeps; nil where there is none.
func (r *trader) lift() *step {
	for range 20 {
		d := r.devices[r.random.IntN(len(r.devices))]
		if !d.dark && !d.asleep || d.touched == r.y.moves {
			continue
		}
		if i := slices.IndexFunc(d.cards, func(c *dayCard) bool { return c.days == 0 }); i >= 0 && r.random.IntN(2) == 0 {
			return r.topUp("lift", d.cards[i])
		}
		for range 20 {
			if c := r.cards[r.random.IntN(len(r.cards))]; c.free() && d.owner.within(c.owner) {
				return r.bind("lift", c, d)
			}
		}
	}
	return nil
}

// report lets devices report: late, as they say, and some of them twice in one call.
func (r *trader) report(of int, again bool) *step {
	var said []*payer
	reports := []object{}
	first := r.random.IntN(of)
	for i := range min(50, of) {
		d := r.devices[(first+i)%of]
		if d.until.IsZero() && r.y.cycle%4 != 0 {
			continue // so that not every night has devices of its own
		}
		one := object{"device": "0" + d.number, "said_at": r.y.began.Add(-time.Duration(r.random.IntN(500)) * time.Hour).Format(time.RFC3339)}
		said, reports = append(said, d), append(reports, one)
		if i%10 == 3 {
			said, reports = append(said, d), append(reports, one)
		}
	}
	if len(said) == 0 {
		return r.issue()
	}
	kind := "report"
	if again {
		kind = "report again"
		said, reports = append(said, said...), append(reports, reports...)
	}
	return &step{kind: kind, request: request{method: http.MethodPost, path: "/api/v1/prepaid/reports", staff: true, body: object{"reports": reports}}, done: func(got reply, _ bool) bool {
		results, _ := got.object()["results"].([]any)
		if got.status != http.StatusOK || len(results) != len(said) {
			return false
		}
		good := true
		for i, d := range said {
			o, _ := results[i].(object)
			was := *d
			// A window lasts for minutes at most.
			if wrong := d.answered(o["allowed"] == true, timeOf(o, "usable_until"), r.y.began.Add(-time.Second), r.y.began.Add(10*time.Minute)); wrong != "" {
				r.y.t.Errorf("the device %s %s: %v; it was %+v", d.number, wrong, o, was)
				good = false
			}
		}
		return good
	}}
}
