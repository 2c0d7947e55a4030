package value_test

import (
	"encoding/json"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
	"chancery/internal/fault"
	"chancery/internal/wire/manage/value"
)

// A bare date ends and begins when the day does, in every zone.
func TestBareDates(t *testing.T) {
	t.Parallel()
	zones := calendartest.Zones(t)
	for d := range calendartest.Days() {
		text := []byte(`"` + d.String() + `"`)
		var end value.Deadline
		var beginning value.Beginning
		if err := json.Unmarshal(text, &end); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &beginning); err != nil {
			t.Fatal(err)
		}
		for _, zone := range zones {
			if at := end.In(zone); !at.Equal(d.AddDays(1).Begins(zone)) {
				t.Fatalf("%v in %s ends %v", d, zone, at)
			}
			if at := beginning.In(zone); !at.Equal(d.Begins(zone)) {
				t.Fatalf("%v in %s begins %v", d, zone, at)
			}
		}
	}
}

func TestInstantsAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	var end value.Deadline
	if err := json.Unmarshal([]byte(`"2027-06-30T12:00:00+02:00"`), &end); err != nil {
		t.Fatal(err)
	}
	if at := end.In(time.FixedZone("", -7*60*60)).Format(time.RFC3339); at != "2027-06-30T10:00:00Z" {
		t.Errorf("read as %s", at)
	}
	for text, want := range map[string]string{`"31.12.2027"`: calendar.MustBeGiven, `"9999-12-31"`: calendar.MustBeNear()} {
		if err := json.Unmarshal([]byte(text), &end); err == nil || fault.As(err).Message != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
