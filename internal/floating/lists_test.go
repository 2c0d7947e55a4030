package floating_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/floating"
	"chancery/internal/store/storetest"
)

func TestSessionsOfAllLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		ed := b.Floating(t, 1, func(c *catalog.Edition) { c.Policy.EnforceFloatingLimit = false })
		first, second := b.Issue(t, ed), b.Issue(t, ed)
		b.opened(t, first, "c1", by("ann"))
		b.opened(t, first, "c2")
		b.opened(t, second, "c3")
		b.close(t, second, "c3")
		list := func(f floating.Filter) string {
			page, err := b.Leases.All(t.Context(), b.Vendor, f, e.Clock.Now(), storetest.Request(t, 10, "", "", floating.Sorts()...))
			if err != nil {
				t.Fatal(err)
			}
			got := make([]string, 0, len(page.Items))
			for _, s := range page.Items {
				got = append(got, s.ClientID)
			}
			return strings.Join(got, " ")
		}
		check := func(want map[string]floating.Filter) {
			t.Helper()
			for clients, f := range want {
				if got := list(f); got != clients {
					t.Errorf("%+v: %s, want %s", f, got, clients)
				}
			}
		}
		check(map[string]floating.Filter{
			"c3 c2 c1": {}, "c2 c1": {OpenOnly: true}, "c3": {PastOnly: true}, "c2": {OpenOnly: true, OveruseOnly: true}, "c1": {UserID: "ann"},
		})
		busy, err := b.Leases.Busiest(t.Context(), b.Vendor, e.Clock.Now(), 10)
		if err != nil || !slices.Equal(busy, []floating.Busy{{License: first.ID, Open: 2}}) {
			t.Errorf("%+v, %v", busy, err)
		}
		e.Clock.Advance(24 * time.Hour)
		check(map[string]floating.Filter{"c3 c2 c1": {PastOnly: true}, "": {OpenOnly: true}})
		if busy, err = b.Leases.Busiest(t.Context(), b.Vendor, e.Clock.Now(), 10); err != nil || busy[0].Open != 0 {
			t.Errorf("%+v, %v", busy, err)
		}
	})
}
