package budget_test

import (
	"fmt"
	"testing"
	"time"

	"chancery/internal/budget"
	"chancery/internal/fault"
	"chancery/internal/ident"
)

func setup(t *testing.T, c budget.Config) (*budget.Budget, *ident.ManualClock) {
	t.Helper()
	clock := ident.NewManualClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	c.Clock = clock
	b, err := budget.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b, clock
}

func TestSpend(t *testing.T) {
	t.Parallel()
	b, clock := setup(t, budget.Config{Burst: 3, Every: time.Minute})
	me, other := b.Subject("10.0.0.1", "key"), b.Subject("10.0.0.1", "other")
	for i := range 3 {
		if err := b.Spend(me); err != nil {
			t.Fatalf("spend %d: %v", i, err)
		}
	}
	for name, f := range map[string]func(budget.Subject) error{"check": b.Check, "spend": b.Spend} {
		err := f(me)
		if e := fault.As(err); e == nil || e.Kind != fault.Throttled || e.RetryAfter != time.Minute {
			t.Errorf("%s with nothing left: %v", name, err)
		}
	}
	if err := b.Spend(other); err != nil {
		t.Errorf("another subject pays for it: %v", err)
	}
	clock.Advance(-time.Hour) // a clock set back gives nothing, and takes nothing
	if b.Check(me) == nil {
		t.Error("a clock set back gave something")
	}
	clock.Advance(time.Minute)
	if err := b.Spend(me); err != nil {
		t.Errorf("after a minute: %v", err)
	}
	if b.Spend(me) == nil {
		t.Error("more than one came back in a minute")
	}
	clock.Advance(24 * time.Hour)
	for range 3 {
		if err := b.Spend(me); err != nil {
			t.Fatal(err)
		}
	}
	if b.Spend(me) == nil {
		t.Error("a day gave more than the burst")
	}
}

// Many subjects must not push out the one that is throttled, nor fill the memory.
func TestBoundedMemory(t *testing.T) {
	t.Parallel()
	b, _ := setup(t, budget.Config{Burst: 5, Every: time.Hour, Subjects: 100})
	me := b.Subject("me")
	for range 5 {
		_ = b.Spend(me)
	}
	for i := range 10_000 {
		if err := b.Spend(b.Subject(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if b.Check(me) == nil {
		t.Error("the one that had spent all was forgotten")
	}
}
