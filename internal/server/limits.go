package server

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/ident"
)

// Limits bound how much is asked of the server; zero means no bound.
type Limits struct {
	InFlight, Waiting    int
	RateKey, RateAddress int // calls a second
}

// Retention says for how many days history is kept; zero for ever.
type Retention struct{ Ledger, Sessions, History, Usage, RetiredKeys int }

// doors are what the edge turns requests away by.
type doors struct {
	gate                      *edge.Gate
	bodies                    *edge.Bodies
	keyCalls, addressCalls    *budget.Budget
	failures, addressFailures *budget.Budget
}

// rateBurst is how many seconds' worth of calls may come at once: a whole site
// that switches its machines on.
const rateBurst = 20

// How many request bodies may be on their way at once, in all and from one network.
// A body that is sent at once is on its way for the blink of an eye.
const (
	bodiesInAll     = 1024
	bodiesFromBlock = 256
	bodiesFromHost  = 128
)

func newDoors(clock ident.Clock, l Limits) (d doors, err error) {
	if l.InFlight > 0 {
		if d.gate, err = edge.NewGate(l.InFlight, l.Waiting); err != nil {
			return d, err
		}
	}
	if d.bodies, err = edge.NewBodies(bodiesInAll, map[budget.Width]int{
		budget.Host: bodiesFromHost, budget.Site: bodiesFromBlock, budget.Block: bodiesFromBlock,
	}); err != nil {
		return d, err
	}
	if d.failures, err = budget.New(budget.Config{Clock: clock, Burst: 20, Every: 10 * time.Second}); err != nil {
		return d, err
	}
	if d.addressFailures, err = budget.New(budget.Config{Clock: clock, Burst: 200, Every: time.Second}); err != nil {
		return d, err
	}
	if d.keyCalls, err = rate(clock, l.RateKey, "with this key"); err != nil {
		return d, err
	}
	d.addressCalls, err = rate(clock, l.RateAddress, "from this address")
	return d, err
}

// rate makes a budget of calls a second; nil for none.
func rate(clock ident.Clock, aSecond int, of string) (*budget.Budget, error) {
	if aSecond == 0 {
		return nil, nil
	}
	return budget.New(budget.Config{
		Clock: clock, Burst: rateBurst * aSecond, Every: max(time.Second/time.Duration(aSecond), 1),
		Code: "too_many_calls", Message: "More calls come " + of + " than the server allows.",
		Help: "Call less often; the operator can allow more.",
	})
}

// turnedAway counts what each door refused.
func (d doors) turnedAway() map[string]int64 {
	_, _, refused := d.gate.Figures()
	_, cutOff := d.bodies.Figures()
	return map[string]int64{
		"in_flight": refused, "bodies": cutOff, "key_rate": d.keyCalls.Refused(), "address_rate": d.addressCalls.Refused(),
		"key_failures": d.failures.Refused(), "address_failures": d.addressFailures.Refused(),
	}
}

func (d doors) inFlight() (working, waiting int) {
	working, waiting, _ = d.gate.Figures()
	return working, waiting
}
