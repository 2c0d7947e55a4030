package testclock

import (
	"context"
	"slices"
	"testing"
	"time"

	"chancery/internal/fault"
)

const day = 24 * time.Hour

func TestBegin(t *testing.T) {
	t.Parallel()
	fresh, plain := State{}, State{Served: true, Plain: true}
	marked, moved := State{Served: true}, State{Served: true, Ahead: 26 * time.Hour}
	for name, c := range map[string]struct {
		is   State
		test bool
		want State
		code string
	}{
		"a new one for tests":              {fresh, true, marked, ""},
		"a new one":                        {fresh, false, plain, ""},
		"again for tests":                  {marked, true, marked, ""},
		"moved, again for tests":           {moved, true, moved, ""},
		"the first plain one ends it":      {marked, false, plain, ""},
		"never after":                      {plain, true, plain, "no_test_clock"},
		"plain again":                      {plain, false, plain, ""},
		"what was moved can't go back":     {moved, false, moved, "clock_ahead"},
		"not even by less than a second":   {State{Served: true, Ahead: time.Millisecond}, false, State{Served: true, Ahead: time.Millisecond}, "clock_ahead"},
		"who moves it at the moment stays": {State{Served: true, MovedBy: "x"}, true, State{Served: true, MovedBy: "x"}, ""},
	} {
		got, err := c.is.Begin(c.test)
		if got != c.want || c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"26h": 26 * time.Hour, "90m": 90 * time.Minute, "14d": 14 * day, "1d12h30m": day + 12*time.Hour + 30*time.Minute, " 1d ": day, "400d": Most,
		"1.5h": 90 * time.Minute, "1500ms": 1500 * time.Millisecond, "9600h": Most,
		"": 0, "0s": 0, "0d": 0, "-1h": 0, "-1d": 0, "d": 0, "1": 0, "1y": 0, "401d": 0, "400d1s": 0, "9601h": 0, "1d-2h": 0, "99999999999999999999d": 0,
		"9223372036854775807ns": 0, "1h1d": 0, "1d1d": 0, "tomorrow": 0, "100us": 0, "1d 2h": 0,
	} {
		got, err := Parse(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"26h", "1d2h"} {
		d, err := Parse(text)
		if err != nil || InWords(d) != "1d2h" {
			t.Errorf("%s is %s in words, %v", text, InWords(d), err)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", 90 * time.Second: "1m30s", time.Hour: "1h", 14 * day: "14d", day + time.Second: "1d1s", 10 * time.Hour: "10h"} {
		if got := InWords(d); got != want {
			t.Errorf("%v is %q in words, want %q", d, got, want)
		}
	}
}

// The clock stops where work has its turn, at the earliest of all, and never twice at
// one instant.
func TestNext(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	at := func(instants ...time.Duration) func(context.Context, time.Time) (time.Time, error) {
		return func(_ context.Context, now time.Time) (time.Time, error) {
			for _, d := range instants {
				if i := start.Add(d); i.After(now) {
					return i, nil
				}
			}
			return time.Time{}, nil
		}
	}
	works := []Work{
		{Name: "ends", Every: 10 * time.Minute, Next: at(time.Minute, 2*time.Minute, 30*time.Hour)},
		{Name: "daily", Every: 10 * time.Second, Next: Daily},
		{Name: "follows", Every: time.Second},
		{Name: "retries", Every: time.Second, Next: at(3500*time.Millisecond, 14*time.Hour+33*time.Minute+7*time.Second)},
		{Name: "never", Every: time.Hour, Next: at()},
	}
	var got []string
	for now, end := start, start.Add(40*time.Hour); ; {
		s, err := next(t.Context(), works, now, end)
		if err != nil {
			t.Fatal(err)
		}
		if s.at.IsZero() {
			break
		}
		text := s.at.Format("02 15:04:05")
		for _, i := range s.due {
			text += " " + works[i].Name
		}
		got, now = append(got, text), s.at
	}
	want := []string{"14 09:26:57 retries", "14 09:30:00 ends", "15 00:00:00 daily retries", "15 15:30:00 ends", "16 00:00:00 daily"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if f := follows(works); !slices.Equal(f, []int{2, 3}) {
		t.Errorf("%v follow", f)
	}
}
