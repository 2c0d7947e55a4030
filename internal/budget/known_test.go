package budget_test

import (
	"fmt"
	"testing"

	"chancery/internal/budget"
)

func TestKnown(t *testing.T) {
	t.Parallel()
	k := budget.NewKnown(100)
	k.Note("10.0.0.1", "me")
	if !k.Has("10.0.0.1", "me") || k.Has("10.0.0.1", "you") || k.Has("10.0.0.1m", "e") {
		t.Error("it mistakes one for another")
	}
	for i := range 10_000 {
		k.Note(fmt.Sprint(i))
		if i%50 == 0 {
			k.Note("10.0.0.1", "me") // still about
		}
	}
	if !k.Has("10.0.0.1", "me") || !k.Has("9999") || k.Has("0") {
		t.Error("it forgets who was about lately, or nobody")
	}
	var none *budget.Known
	if none.Note("me"); none.Has("me") {
		t.Error("nobody knows somebody")
	}
}
