package licensing_test

import (
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
)

// goodFor allows files that are good for so many days.
func goodFor(days int) func(*terms.Policy) {
	return func(p *terms.Policy) { p.OfflineAllowed, p.OfflineDays = true, &days }
}

func TestFilesWantARefresh(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0, goodFor(30)))
		a := b.byFile(t, l.LicenseKey, "far").State.Activation
		by := e.Clock.Now().Add(storetest.Days(30)).Truncate(time.Second)
		if !a.RefreshBy.Equal(by) || !a.FileSaid().Equal(by) {
			t.Fatalf("good until %s, refresh by %s, want %s", a.FileSaid(), a.RefreshBy, by)
		}
		unassign := func() *refusal.Refusal {
			t.Helper()
			return b.Unassign(t, a.TokenKey)
		}
		if r := unassign(); r == nil || r.ID != refusal.MayNotUnassign {
			t.Errorf("a file in force: %+v", r)
		}
		e.Clock.Advance(storetest.Days(20))
		refreshed := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: a.TokenKey}).State.Activation
		if want := e.Clock.Now().Add(storetest.Days(30)).Truncate(time.Second); !refreshed.RefreshBy.Equal(want) {
			t.Errorf("a refresh is good until %s, want %s", refreshed.RefreshBy, want)
		}
		e.Clock.Advance(storetest.Days(30) - time.Minute)
		if r := unassign(); r == nil {
			t.Error("a place is given up while a refreshed file is in force")
		}
		e.Clock.Advance(time.Minute)
		if r := unassign(); r != nil {
			t.Errorf("behind the refresh-by: %+v", r)
		}
		b.Balanced(t)
	})
}

// An end of the licence that comes first is the end of the file, and a file that said more
// than a later one is in force for as long as it said.
func TestWhatAFileSaysLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0, goodFor(90)))
		a := b.byFile(t, l.LicenseKey, "far").State.Activation
		was := a.FileSaid()
		ten := 10
		b.Update(t, l, licensing.Change{Overrides: func(terms.Overrides) terms.Overrides { return terms.Overrides{OfflineDays: &ten} }})
		again := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: a.TokenKey}).State.Activation
		if want := e.Clock.Now().Add(storetest.Days(10)).Truncate(time.Second); !again.RefreshBy.Equal(want) || !again.FileSaid().Equal(was) {
			t.Errorf("refresh by %s, in force until %s", again.RefreshBy, again.FileSaid())
		}
	})
}

// A device is silent from when its file wanted a refresh, if no call of it came after.
func TestSilenceBehindARefreshBy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		thirty := 30
		limit := &thirty
		b.ChangeProduct(t, catalog.ProductChange{MaximumInactiveDays: &limit})
		wanting, forever := b.Issue(t, b.Limited(t, 1, 0, 0, goodFor(60))), b.Issue(t, b.Limited(t, 1, 0, 0, offlineAllowed))
		b.byFile(t, wanting.LicenseKey, "wanting")
		b.byFile(t, forever.LicenseKey, "forever")
		released := func(want int) {
			t.Helper()
			if n, err := b.Licenses.ReleaseSilent(t.Context()); err != nil || n != want {
				t.Errorf("%d unassigned, %v; want %d", n, err, want)
			}
		}
		next, err := b.Store.NextSilent(t.Context(), e.Clock.Now())
		if want := e.Clock.Now().Add(storetest.Days(90)).Truncate(time.Second).UnixMilli() + 1; err != nil || next != want {
			t.Errorf("the next is silent at %d, %v; want %d", next, err, want)
		}
		e.Clock.Advance(storetest.Days(89))
		released(0)
		e.Clock.Advance(storetest.Days(1) + time.Millisecond)
		released(1)
		b.Balanced(t)
	})
}
