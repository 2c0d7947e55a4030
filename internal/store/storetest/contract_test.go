package storetest_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// contract makes a limitation end its licence at n.
func contract(n int64) func(*terms.Limitation) {
	n *= unit
	return func(l *terms.Limitation) { l.ExpiresLicense, l.ContractAllowed, l.Adjustable = true, &n, true }
}

// state is the licence as a heartbeat answers it.
func (b meterBench) state(t *testing.T) licensing.State {
	t.Helper()
	out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c1", Client: licensing.Client{SoftwareVersion: "1"}})
	if out.Refusal != nil {
		t.Fatalf("%+v", out.Refusal)
	}
	return out.State
}

func (b meterBench) over(t *testing.T, since time.Time) {
	t.Helper()
	if s := b.state(t); !s.IsExpired || s.IsValid || s.Reason != licensing.ReasonMeasured || !s.ExpiresAt.Equal(since) {
		t.Errorf("expired %t, valid %t, %q, since %v; want over since %v", s.IsExpired, s.IsValid, s.Reason, s.ExpiresAt, since)
	}
}

func (b meterBench) alive(t *testing.T) {
	t.Helper()
	if s := b.state(t); s.IsExpired || !s.IsValid || s.Reason != "" || !s.ExpiresAt.IsZero() {
		t.Errorf("expired %t, %q, %v", s.IsExpired, s.Reason, s.ExpiresAt)
	}
}

// What a licence consumes in its whole life ends it at the contract, resets or
// not; what gives room revives it.
func TestTheContractEndsTheLicence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10, contract(15)))
		b.consume(t, 10*unit, "a")
		b.alive(t)
		e.Clock.Advance(day(40)) // another month
		b.consume(t, 4*unit, "b")
		b.alive(t)
		last := b.consume(t, 2*unit, "c")
		since := e.Clock.Now().Truncate(time.Millisecond)
		b.over(t, since)
		e.Clock.Advance(time.Hour)
		b.over(t, since)

		if c := b.consume(t, unit, "d"); c.Refused != metering.Expired {
			t.Errorf("consumed after the end: %+v", c)
		}
		out := b.activate(t, b.license.LicenseKey, "c9")
		if out.Refusal == nil || out.Refusal.ID != refusal.Expired || !strings.Contains(out.Refusal.Help, `All 15 of "Pages"`) {
			t.Errorf("activated after the end: %+v", out.Refusal)
		}
		if _, r := b.rollback(t, last.Transaction); r != nil {
			t.Fatalf("%+v", r)
		}
		b.alive(t)
		b.consume(t, unit, "e")
		b.over(t, e.Clock.Now().Truncate(time.Millisecond))

		limit, more := int64(10*unit), int64(20*unit)
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
			return b.licenses.Update(x, b.vendor, b.license.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
				o.Limitations = []terms.LimitationOverride{{ID: b.pages.ID, Limit: &limit, ContractAllowed: &more}}
				return o
			}})
		})
		b.alive(t)
		b.consume(t, unit, "f")
		storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Adjust(x, metering.AdjustCommand{Vendor: b.vendor, License: b.license.ID, Limitation: b.pages.ID, Value: 4 * unit, Reason: "read on site"})
		})
		b.over(t, e.Clock.Now().Truncate(time.Millisecond))
		b.proved(t)
	})
}

// The contract holds exactly, however many consume at once.
func TestNothingIsConsumedBeyondTheContract(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000, contract(15)), "c2")
		var granted atomic.Int64
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				answers, r, err := b.call(t, fmt.Sprintf("c%d", 1+i%2), metering.Asked{Value: unit, ExternalID: fmt.Sprint(i)})
				if err != nil || r != nil {
					t.Error(r, err)
				} else if answers[0].Refused == "" {
					granted.Add(1)
				}
			})
		}
		all.Wait()
		if n := granted.Load(); n != 15 {
			t.Errorf("%d were granted, want 15", n)
		}
		b.want(t, 15*unit, 15*unit)
	})
}

// A contract that was never set is the limit; a meter that starts anew needs one.
func TestContractsAreChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(3, func(l *terms.Limitation) { l.Reset, l.ExpiresLicense = terms.ResetNever, true }))
		b.consume(t, 3*unit, "a")
		b.over(t, e.Clock.Now().Truncate(time.Millisecond))
		five := int64(5 * unit)
		for name, l := range map[string]terms.Limitation{
			"a reset and no contract":  limitOf(3, func(l *terms.Limitation) { l.ExpiresLicense = true }),
			"no limit and no contract": {Reset: terms.ResetNever, ExpiresLicense: true},
			"a static limit":           {Limit: &five, Reset: terms.ResetNone, ExpiresLicense: true, ContractAllowed: &five},
			"a contract for nothing":   {Limit: &five, Reset: terms.ResetNever, ContractAllowed: &five},
			"a contract of nothing":    {Limit: &five, Reset: terms.ResetNever, ExpiresLicense: true, ContractAllowed: new(int64)},
		} {
			l.Name = "Pages"
			if err := (terms.Grants{Limitations: []terms.Limitation{l}}).Check(); err == nil {
				t.Errorf("%s is taken", name)
			}
		}
	})
}
