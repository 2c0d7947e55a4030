package licensing

import (
	"testing"
	"time"
)

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		until time.Duration
		want  int
	}{
		{-48 * time.Hour, 0},
		{-time.Nanosecond, 0},
		{0, 0},
		{time.Nanosecond, 1},
		{24 * time.Hour, 1},
		{24*time.Hour + time.Nanosecond, 2},
		{30 * 24 * time.Hour, 30},
	} {
		if got := DaysLeft(now, now.Add(c.until)); got != c.want {
			t.Errorf("%v before the end %d days are left, want %d", c.until, got, c.want)
		}
	}
}

func TestWhatALicenceIsCalled(t *testing.T) {
	t.Parallel()
	l := &License{Edition: &Edition{Name: "Pro"}}
	if l.Title() != "Pro" || l.KeyToType() != l.LicenseKey.String() {
		t.Errorf("a licence without a name is %q with the key %q", l.Title(), l.KeyToType())
	}
	l.Name, l.PrintedKey = "Site A", "AAAA-BBBB"
	if l.Title() != "Site A" || l.KeyToType() != "AAAA-BBBB" {
		t.Errorf("a licence with a name is %q with the key %q", l.Title(), l.KeyToType())
	}
}
