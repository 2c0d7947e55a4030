package licensing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A licence's activations are found by anything that a device says of itself, and
// sorted by what its owner sees.
func TestOfLicense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		edition := b.Limited(t, 9, 0, 0)
		l, other := b.Issue(t, edition), b.Issue(t, edition)
		say := func(l *licensing.License, id string, c licensing.Client) *licensing.Activation {
			t.Helper()
			out := b.Try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: l.LicenseKey}, ClientID: id, Client: c})
			if out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
			e.Clock.Advance(time.Hour)
			return out.State.Activation
		}
		one := say(l, "drill-1", licensing.Client{Hostname: "Hall-9", Address: "198.51.100.7", Platform: "linux/arm64", Country: "FR"})
		e.Clock.Advance(48 * time.Hour)
		say(l, "drill-2", licensing.Client{Hostname: "annex", Address: "198.51.100.9", Platform: "Windows", Country: "DE", Name: "Night 50%"})
		say(l, "saw-1", licensing.Client{Hostname: "hall-1", Address: "192.0.2.1"})
		say(other, "mine", licensing.Client{Hostname: "hall-2"})
		left := say(l, "left", licensing.Client{Hostname: "hall-3"})
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Licenses.Release(x, b.Vendor, left.UUID, licensing.ByStaff) })
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, b.Licenses.Suspend(x, b.Vendor, one.UUID, e.Clock.Now().Add(time.Hour))
		})
		b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "drill-2", Client: licensing.Client{Hostname: "annex", Address: "198.51.100.9", Platform: "Windows", Country: "DE"}})
		today, country := licensing.DayOf(e.Clock.Now()), "DE"
		for name, c := range map[string]struct {
			filter licensing.ClientFilter
			sort   string
			want   string
		}{
			"all":              {licensing.ClientFilter{}, "-created_at", "saw-1 drill-2 drill-1"},
			"oldest first":     {licensing.ClientFilter{}, "created_at", "drill-1 drill-2 saw-1"},
			"last seen":        {licensing.ClientFilter{}, "-last_seen", "drill-2 saw-1 drill-1"},
			"longest silent":   {licensing.ClientFilter{}, "last_seen", "drill-1 saw-1 drill-2"},
			"hostname":         {licensing.ClientFilter{}, "hostname", "drill-2 saw-1 drill-1"},
			"hostname, down":   {licensing.ClientFilter{}, "-hostname", "drill-1 saw-1 drill-2"},
			"address":          {licensing.ClientFilter{}, "address", "saw-1 drill-1 drill-2"},
			"platform":         {licensing.ClientFilter{}, "platform", "saw-1 drill-2 drill-1"},
			"country":          {licensing.ClientFilter{}, "country", "saw-1 drill-2 drill-1"},
			"within hostname":  {licensing.ClientFilter{Search: "ALL-"}, "-created_at", "saw-1 drill-1"},
			"within an id":     {licensing.ClientFilter{Search: "RILL"}, "hostname", "drill-2 drill-1"},
			"within address":   {licensing.ClientFilter{Search: "51.100"}, "-created_at", "drill-2 drill-1"},
			"within platform":  {licensing.ClientFilter{Search: "arm64"}, "-created_at", "drill-1"},
			"no wildcard":      {licensing.ClientFilter{Search: "0%"}, "-created_at", "drill-2"},
			"nothing":          {licensing.ClientFilter{Search: "mine"}, "-created_at", ""},
			"released":         {licensing.ClientFilter{Standing: licensing.StandingReleased}, "-created_at", "left"},
			"suspended":        {licensing.ClientFilter{Standing: licensing.StandingSuspended}, "-created_at", "drill-1"},
			"suspended, found": {licensing.ClientFilter{Standing: licensing.StandingSuspended, Search: "annex"}, "hostname", ""},
			"silent":           {licensing.ClientFilter{SeenBefore: today}, "-created_at", "drill-1"},
			"a country's":      {licensing.ClientFilter{Country: &country}, "-created_at", "drill-2"},
		} {
			c.filter.Now = e.Clock.Now()
			var got []string
			sorts := licensing.OwnClientSorts(l.RegularUsed, c.filter.Standing)
			for cursor := ""; ; {
				page, err := b.Store.OfLicense(t.Context(), b.Vendor, l.ID, c.filter, storetest.Request(t, 1, c.sort, cursor, sorts...))
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range page.Items {
					got = append(got, a.Device.Number)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v, want %s", name, got, c.want)
			}
		}
		if sorts := fmt.Sprint(licensing.OwnClientSorts(licensing.SortedAtOnce+1, licensing.StandingPresent)); sorts != "[-created_at]" {
			t.Errorf("a licence with very many offers %s", sorts)
		}
	})
}
