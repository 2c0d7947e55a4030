package storetest_test

import (
	"testing"
	"time"

	"chancery/internal/store/storetest"
)

// History ends some day; a session that is open goes on however old it is.
func TestOldSessionsAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.floating(t, 100))
		for range 3 {
			b.opened(t, l, "closed", called("s"))
			if r := b.close(t, l, "closed", called("s")); r != nil {
				t.Fatalf("%+v", r)
			}
		}
		b.opened(t, l, "lapsed")
		b.opened(t, l, "open")
		for range 5 { // a session lapses after a minute
			e.Clock.Advance(30 * time.Second)
			b.opened(t, l, "open")
		}
		b.opened(t, l, "new")
		if r := b.close(t, l, "new"); r != nil {
			t.Fatalf("%+v", r)
		}
		if _, err := b.sessions.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM sessions`) }
		if n, err := b.sessions.Forget(t.Context(), e.Clock.Now().Add(-24*time.Hour)); err != nil || n != 0 || rows() != 6 {
			t.Errorf("%d forgotten of a day ago, %v, and %d left of 6", n, err, rows())
		}
		if n, err := b.sessions.Forget(t.Context(), e.Clock.Now()); err != nil || n != 4 || rows() != 2 {
			t.Errorf("%d forgotten, %v, and %d left; want 4 and 2", n, err, rows())
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM sessions WHERE client_id = 'open' AND ended_at IS NULL`); n != 1 {
			t.Error("the open session was forgotten")
		}
		b.counted(t)
		if b.openNow(t, l) != 1 {
			t.Error("forgetting changed how many sessions are open")
		}
	})
}
