package fault_test

import (
	"testing"

	"chancery/internal/fault"
)

func TestInUseTellsWhatRefersAndHowMany(t *testing.T) {
	t.Parallel()
	say := func(a, b, c int64) string {
		err := fault.InUse("license", "Switch it off.", fault.Use{N: a, One: "activation", Many: "activations"},
			fault.Use{N: b, One: "session", Many: "sessions"}, fault.Use{N: c, One: "consumption", Many: "consumptions"})
		if err == nil {
			return ""
		}
		return fault.As(err).Message
	}
	for _, c := range []struct {
		a, b, c int64
		want    string
	}{
		{0, 0, 0, ""},
		{1, 0, 0, "This licence can't be deleted: it has 1 activation."},
		{2, 1, 0, "This licence can't be deleted: it has 2 activations and 1 session."},
		{0, 2, 1, "This licence can't be deleted: it has 2 sessions and 1 consumption."},
		{1000, 1, 1001, "This licence can't be deleted: it has 1000 activations, 1 session and more than 1000 consumptions."},
	} {
		if got := say(c.a, c.b, c.c); got != c.want {
			t.Errorf("%d, %d, %d: %q, want %q", c.a, c.b, c.c, got, c.want)
		}
	}
}
