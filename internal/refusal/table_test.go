package refusal_test

import (
	"slices"
	"strings"
	"testing"

	"chancery/internal/refusal"
)

// Find looks a number up by halving, so that the order matters.
func TestTheTableIsInOrderAndWhole(t *testing.T) {
	t.Parallel()
	all := refusal.All()
	if !slices.IsSortedFunc(all, func(a, b refusal.Kind) int { return a.ID - b.ID }) {
		t.Error("the table is not in the order of its numbers")
	}
	for i, k := range all {
		if i > 0 && all[i-1].ID == k.ID {
			t.Errorf("%d stands there twice", k.ID)
		}
		if k.Words == "" || k.Message == "" || k.Help == "" {
			t.Errorf("%d lacks words, message or help: %+v", k.ID, k)
		}
		if !strings.HasSuffix(k.Message, ".") || !strings.HasSuffix(k.Help, ".") || strings.HasSuffix(k.Words, ".") {
			t.Errorf("%d: message and help are sentences, the short words are none: %+v", k.ID, k)
		}
		if found, ok := refusal.Find(k.ID); !ok || found != k {
			t.Errorf("Find(%d) = %+v, %t", k.ID, found, ok)
		}
	}
	if _, ok := refusal.Find(1); ok {
		t.Error("Find knows the number 1")
	}
	if got := refusal.Words(1); got != "Refusal 1" {
		t.Errorf("Words(1) = %q", got)
	}
}

func TestRefusalsAreCopies(t *testing.T) {
	t.Parallel()
	changed := refusal.Refuse(refusal.Expired)
	changed.Message = "changed"
	_ = changed.With("changed too")
	if got := refusal.Refuse(refusal.Expired); got.Message == "changed" || got.Help == "changed too" {
		t.Errorf("the table was changed: %+v", got)
	}
	refusal.All()[0].Message = "changed"
	if got := refusal.Refuse(refusal.InvalidKey); got.Message == "changed" {
		t.Errorf("the table was changed: %+v", got)
	}
}

// A constant text is signed once and kept; one with figures must not be.
func TestConstantTexts(t *testing.T) {
	t.Parallel()
	repeated := refusal.Refuse(refusal.CallRepeated)
	repeated.Counter = 7
	for name, c := range map[string]struct {
		refusal *refusal.Refusal
		want    bool
	}{
		"of the table":   {refusal.Refuse(refusal.NoTokenLeft), true},
		"a variant":      {refusal.Unsigned(), true},
		"with a figure":  {refusal.Refuse(refusal.NoTokenLeft).With("All 5 are in use."), false},
		"with a counter": {repeated, false},
	} {
		if got := c.refusal.IsConstant(); got != c.want {
			t.Errorf("%s: IsConstant() = %t", name, got)
		}
	}
}
