package outbox

import (
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	item := func(attempts int, left time.Duration) Item {
		return Item{ID: 20, Attempts: attempts, GiveUpAt: now.Add(left)}
	}
	for name, c := range map[string]struct {
		i    Item
		r    Receipt
		want Outcome
	}{
		"delivered":             {item(1, 0), Receipt{Delivered: true}, Outcome{State: Delivered}},
		"first":                 {item(1, KeepTrying), Receipt{}, Outcome{Waiting, now.Add(5 * time.Second)}},
		"fourth":                {item(4, KeepTrying), Receipt{}, Outcome{Waiting, now.Add(40 * time.Second)}},
		"thirtieth":             {item(30, KeepTrying), Receipt{}, Outcome{Waiting, now.Add(3 * time.Hour)}},
		"asked to wait":         {item(1, KeepTrying), Receipt{RetryAfter: time.Minute}, Outcome{Waiting, now.Add(time.Minute)}},
		"asked to wait a month": {item(1, KeepTrying), Receipt{RetryAfter: 720 * time.Hour}, Outcome{Waiting, now.Add(3 * time.Hour)}},
		"nearly over":           {item(30, time.Minute), Receipt{}, Outcome{Waiting, now.Add(time.Minute)}},
		"over":                  {item(30, 0), Receipt{}, Outcome{State: Dead}},
		"never tried, and over": {item(1, -time.Hour), Receipt{}, Outcome{State: Dead}},
	} {
		if got := decide(c.i, c.r, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if a, b := pause(Item{ID: 1, Attempts: 9}), pause(Item{ID: 2, Attempts: 9}); a == b {
		t.Error("all come back at the same moment")
	}
}
