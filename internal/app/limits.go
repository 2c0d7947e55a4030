package app

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/setup"
)

// limitFlags bound how much is asked of the server. Their defaults are meant
// never to be met by a real fleet, also not by one behind a single address.
type limitFlags struct {
	MaxInFlight int `help:"Requests worked on at once." default:"512"`
	MaxWaiting  int `help:"Requests that wait for their turn, beyond which they get 503." default:"128"`
	RateKey     int `help:"Calls a second of one key, a program's for each address apart; twenty times as many at once; 0 for no limit." default:"500"`
	RateAddress int `help:"Calls a second from one address; twenty times as many at once; 0 for no limit." default:"1000"`
}

// Limits bound how much is asked of the server; zero means no bound.
type Limits struct {
	InFlight, Waiting    int
	RateKey, RateAddress int // calls a second
}

func (f limitFlags) limits() (Limits, error) {
	if f.MaxInFlight < 1 || f.MaxWaiting < 0 || f.RateKey < 0 || f.RateAddress < 0 {
		return Limits{}, setup.Wrong("--max-in-flight must be at least 1, and --max-waiting, --rate-key and --rate-address at least 0.", nil)
	}
	return Limits{InFlight: f.MaxInFlight, Waiting: f.MaxWaiting, RateKey: f.RateKey, RateAddress: f.RateAddress}, nil
}

// retentionFlags say how long history is kept.
type retentionFlags struct {
	KeepLedger   int `help:"Days that the rows of meters' ledgers are kept; older ones are folded into one sum for each meter; 0 for ever." default:"400"`
	KeepSessions int `help:"Days that sessions are kept after their end; 0 for ever." default:"400"`
	KeepHistory  int `help:"Days that the history of heartbeats and the counts of refused calls are kept; 0 for ever." default:"400"`
	KeepUsage    int `help:"Days that what clients report of their usage is kept; 0 for ever." default:"800"`

	KeepRetiredKeys int `help:"Days until the private part of a retired signing key is destroyed; 0 for never." default:"30"`
}

// Retention says for how many days history is kept; zero for ever.
type Retention struct{ Ledger, Sessions, History, Usage, RetiredKeys int }

func (f retentionFlags) retention() (Retention, error) {
	const most = 36_500
	for _, days := range []int{f.KeepLedger, f.KeepSessions, f.KeepHistory, f.KeepUsage, f.KeepRetiredKeys} {
		if days < 0 || days > most || f.KeepLedger == 1 {
			return Retention{}, setup.Wrong("--keep-ledger, --keep-sessions, --keep-history, --keep-usage and --keep-retired-keys must be numbers "+
				"of days up to 36500, or 0 for ever; the ledger is kept for 2 at least.", nil)
		}
	}
	return Retention{Ledger: f.KeepLedger, Sessions: f.KeepSessions, History: f.KeepHistory, Usage: f.KeepUsage, RetiredKeys: f.KeepRetiredKeys}, nil
}

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
