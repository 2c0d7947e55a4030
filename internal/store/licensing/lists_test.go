package licensing_test

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestLicencesAreFoundByAnyPrefix(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		ed := b.Limited(t, 2, 0, 0)
		mine := b.Issue(t, ed, func(c *licensing.IssueCommand) {
			c.Name, c.LegacyKey, c.LicenseeEmail = "Müller  Werk 7", "OLD-77-x", "Kim@example.com"
		})
		b.Issue(t, ed, func(c *licensing.IssueCommand) { c.Name, c.LicenseeEmail = "Another", "lee@example.com" })
		key, token := mine.LicenseKey.String(), b.TokenKeys(t, mine)[0].String()
		for _, text := range []string{key, key[:9], strings.ToUpper(strings.ReplaceAll(key, "-", ""))[:21], token[:13], "muller", "MÜLLER werk", "OLD-77", "kim@"} {
			p, ok := licensing.ParsePrefix(text)
			found, err := b.Store.List(t.Context(), b.Vendor, licensing.Filter{Search: &p}, storetest.Request(t, 10, "", "", licensing.Sorts()...))
			if !ok || err != nil || len(found.Items) != 1 || found.Items[0].ID != mine.ID {
				t.Errorf("%q: %v, %v", text, found.Items, err)
			}
		}
		name := "Renamed"
		b.Update(t, mine, licensing.Change{Name: &name})
		for text, want := range map[string]int{"muller": 0, "rena": 1, "zzz": 0, key[:4] + "zz": 0} {
			p, _ := licensing.ParsePrefix(text)
			found, err := b.Store.List(t.Context(), b.Vendor, licensing.Filter{Search: &p}, storetest.Request(t, 10, "", "", licensing.Sorts()...))
			if err != nil || len(found.Items) != want {
				t.Errorf("%q: %d found, want %d, %v", text, len(found.Items), want, err)
			}
		}
		off := false
		b.Update(t, mine, licensing.Change{IsActive: &off})
		for name, f := range map[string]licensing.Filter{
			"off": {IsActive: &off}, "off, of the product": {IsActive: &off, Product: b.Product.UUID}, "off, of the edition": {IsActive: &off, Edition: ed.UUID},
			"off, of the customer": {IsActive: &off, Customer: b.Customer.UUID},
		} {
			found, err := b.Store.List(t.Context(), b.Vendor, f, storetest.Request(t, 10, "", "", licensing.Sorts()...))
			if err != nil || len(found.Items) != 1 || found.Items[0].ID != mine.ID {
				t.Errorf("%s: %v, %v", name, found.Items, err)
			}
		}
		other := storetest.Vendor(t, e, "Bolt").ID
		p, _ := licensing.ParsePrefix(key)
		if found, err := b.Store.List(t.Context(), other, licensing.Filter{Search: &p}, storetest.Request(t, 10, "", "", licensing.Sorts()...)); err != nil || len(found.Items) != 0 {
			t.Errorf("another vendor finds %v, %v", found.Items, err)
		}
		if all, err := b.Store.ByIDs(t.Context(), b.Vendor, mine.ID, mine.ID+1000); err != nil || len(all) != 1 || all[mine.ID].Name != name {
			t.Errorf("by ids: %v, %v", all, err)
		}
	})
}

// A licence that was brought with its history is found like one that was issued.
func TestTheLicencesOfThePastAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		old := *b.Issue(t, b.Limited(t, 2, 0, 0))
		old.UUID, old.LicenseKey, old.LegacyKey, old.Name = e.IDs.V7(), e.IDs.V4(), "OLD-1", "Müller  Werk 7"
		old.FirstActivatedAt, old.UsedUpAt, old.RegularUsed, old.LastSlot = e.Clock.Now(), e.Clock.Now(), 2, 3
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.Store.PastLicenses(x, b.Vendor, []*licensing.License{&old}) })
		for _, text := range []string{"müll", "muller werk", "OLD-1", old.LicenseKey.String()[:13]} {
			p, _ := licensing.ParsePrefix(text)
			found, err := b.Store.List(t.Context(), b.Vendor, licensing.Filter{Search: &p}, storetest.Request(t, 10, "", "", licensing.Sorts()...))
			if err != nil || len(found.Items) != 1 || found.Items[0].UUID != old.UUID || !found.Items[0].UsedUpAt.Equal(old.UsedUpAt) ||
				!found.Items[0].FirstActivatedAt.Equal(old.FirstActivatedAt) || found.Items[0].RegularUsed != 2 || found.Items[0].LastSlot != 3 {
				t.Errorf("%q: %v, %v", text, found.Items, err)
			}
		}
	})
}

// However many were seen later, a device that is searched is on the first page.
func TestSearchedSeatsComeAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		mine := b.Granted(t, l.LicenseKey, "drill-1")
		later := e.Clock.Now().Add(48 * time.Hour)
		crowd := make([]*licensing.PastActivation, 4100)
		for i := range crowd {
			crowd[i] = &licensing.PastActivation{Product: b.Product.ID, Activation: licensing.Activation{
				UUID: e.IDs.V7(), License: l.ID, Token: mine.Token, TokenKey: mine.TokenKey, Device: licensing.Device{UUID: e.IDs.V7(), Number: e.IDs.V4().String()},
				ActivatedAt: later, ReleasedAt: later, ReleaseReason: licensing.ByStaff, Pulse: licensing.Pulse{LastSeenAt: later},
			}}
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.Store.PastActivations(x, b.Vendor, crowd) })
		page, err := b.Store.Seats(t.Context(), b.Vendor, licensing.ClientFilter{Search: "drill"}, storetest.Request(t, 1, "-last_seen", "", licensing.ClientSorts()...))
		if err != nil || len(page.Items) != 1 || page.Items[0].Activation.ID != mine.ID || page.Next != "" {
			t.Errorf("%v, %v", page, err)
		}
	})
}

func TestSeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 2))
		say := func(client, host, country string) *licensing.Activation {
			t.Helper()
			out := b.Try(t, licensing.ActivateCommand{
				Key: licensing.Key{UUID: l.LicenseKey}, ClientID: client, Client: licensing.Client{Hostname: host, Country: country},
			})
			if out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
			return out.State.Activation
		}
		one := say("drill-1", "HALL-9", "DE")
		e.Clock.Advance(48 * time.Hour)
		say("drill-2", "hall-9b", "FR")
		say("saw-1", "", "DE") // on goodwill
		left := say("left", "gone", "DE")
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Licenses.Release(x, b.Vendor, left.UUID, licensing.ByStaff) })
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, b.Licenses.Suspend(x, b.Vendor, one.UUID, e.Clock.Now().Add(time.Hour))
		})
		today, country := licensing.DayOf(e.Clock.Now()), "DE"
		version, system, nothing := "1", "x", ""
		if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "drill-2", Client: licensing.Client{SoftwareVersion: version, OperatingSystem: system}}); out.Refusal != nil {
			t.Fatal(out.Refusal)
		}
		for name, c := range map[string]struct {
			filter licensing.ClientFilter
			sort   string
			want   string
		}{
			"all":                  {licensing.ClientFilter{}, "-created_at", "saw-1 drill-2 drill-1"},
			"oldest first":         {licensing.ClientFilter{}, "created_at", "drill-1 drill-2 saw-1"},
			"goodwill":             {licensing.ClientFilter{Standing: licensing.StandingGoodwill}, "-created_at", "saw-1"},
			"suspended":            {licensing.ClientFilter{Standing: licensing.StandingSuspended}, "-created_at", "drill-1"},
			"released":             {licensing.ClientFilter{Standing: licensing.StandingReleased}, "-created_at", "left"},
			"country":              {licensing.ClientFilter{Country: &country}, "-created_at", "saw-1 drill-1"},
			"product":              {licensing.ClientFilter{Product: b.Product.UUID}, "-created_at", "saw-1 drill-2 drill-1"},
			"another product":      {licensing.ClientFilter{Product: l.UUID}, "-created_at", ""},
			"by id":                {licensing.ClientFilter{Search: "drill"}, "-created_at", "drill-2 drill-1"},
			"by hostname":          {licensing.ClientFilter{Search: "Hall-9"}, "-created_at", "drill-2 drill-1"},
			"by hostname, longer":  {licensing.ClientFilter{Search: "hall-9B"}, "-created_at", "drill-2"},
			"case of an id":        {licensing.ClientFilter{Search: "DRILL"}, "-created_at", ""},
			"silent":               {licensing.ClientFilter{SeenBefore: today}, "-created_at", "drill-1"},
			"last seen":            {licensing.ClientFilter{}, "-last_seen", "saw-1 drill-2 drill-1"},
			"longest silent first": {licensing.ClientFilter{}, "last_seen", "drill-1 drill-2 saw-1"},
			"silent by silence":    {licensing.ClientFilter{SeenBefore: today, Country: &country}, "last_seen", "drill-1"},
			"seen today":           {licensing.ClientFilter{SeenOn: today}, "-last_seen", "saw-1 drill-2"},
			"seen since yesterday": {licensing.ClientFilter{SeenSince: today - 1}, "-last_seen", "saw-1 drill-2"},
			"edition":              {licensing.ClientFilter{Edition: l.Edition.UUID}, "-last_seen", "saw-1 drill-2 drill-1"},
			"another edition":      {licensing.ClientFilter{Edition: l.UUID}, "-created_at", ""},
			"version":              {licensing.ClientFilter{Version: &version}, "-last_seen", "drill-2"},
			"system":               {licensing.ClientFilter{System: &system}, "-created_at", "drill-2"},
			"system not said":      {licensing.ClientFilter{System: &nothing}, "-last_seen", "saw-1 drill-1"},
		} {
			c.filter.Now = e.Clock.Now()
			var got []string
			for cursor := ""; ; {
				page, err := b.Store.Seats(t.Context(), b.Vendor, c.filter, storetest.Request(t, 1, c.sort, cursor, licensing.ClientSorts()...))
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.Items {
					got = append(got, s.Activation.Device.Number)
					if s.License == nil || s.License.ID != l.ID {
						t.Errorf("%s: without its licence", name)
					}
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v, want %s", name, got, c.want)
			}
		}
		seat, err := b.Store.Seat(t.Context(), b.Vendor, one.UUID)
		if err != nil || seat.License.ID != l.ID {
			t.Errorf("%+v, %v", seat, err)
		}
		had, err := b.Store.OfDevice(t.Context(), b.Vendor, seat.Activation.Device.ID, 10)
		if err != nil || len(had) != 1 || had[0].Activation.UUID != one.UUID {
			t.Errorf("%+v, %v", had, err)
		}
	})
}

func TestHeartbeatsAndVersionsOfAClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		a := b.Granted(t, b.Issue(t, b.Limited(t, 1, 0, 0)).LicenseKey, "c1")
		for _, version := range []string{"1.0", "1.0", "1.1", "2.0"} {
			e.Clock.Advance(24 * time.Hour)
			b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c1", Client: licensing.Client{SoftwareVersion: version}})
		}
		page, err := b.Store.Heartbeats(t.Context(), b.Vendor, a.ID, storetest.Request(t, 2, "", "", licensing.Sorts()...))
		if err != nil || len(page.Items) != 2 || page.Next == "" || page.Items[0].Client.SoftwareVersion != "2.0" {
			t.Errorf("%+v, %v", page, err)
		}
		versions, err := b.Store.Versions(t.Context(), b.Vendor, a.ID)
		names := make([]string, 0, len(versions))
		for _, v := range versions {
			names = append(names, v.Version)
		}
		if err != nil || strings.Join(names[:3], " ") != "2.0 1.1 1.0" || !versions[2].First.Before(versions[2].Last) {
			t.Errorf("%v, %v", versions, err)
		}
	})
}

func TestLicencesAreCountedUpToABound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		edition, other := b.Limited(t, 1, 0, 0), b.Limited(t, 2, 0, 0)
		var last *licensing.License
		for range 3 {
			last = b.Issue(t, edition)
		}
		b.Issue(t, other)
		for most, want := range map[int]int{2: 2, 3: 3, 100: 3} {
			if n, err := b.Store.CountSome(t.Context(), b.Vendor, licensing.Filter{Edition: edition.UUID}, most); err != nil || n != want {
				t.Errorf("at most %d of the edition: %d, %v", most, n, err)
			}
		}
		if n, err := b.Store.CountSome(t.Context(), b.Vendor, licensing.Filter{Customer: last.Customer.UUID}, 100); err != nil || n != 4 {
			t.Errorf("of the customer: %d, %v", n, err)
		}
		if n, err := b.Store.CountSome(t.Context(), storetest.Vendor(t, e, "Bolt").ID, licensing.Filter{Edition: edition.UUID}, 100); err != nil || n != 0 {
			t.Errorf("another vendor counts %d, %v", n, err)
		}
		if _, err := b.Store.CountSome(t.Context(), b.Vendor, licensing.Filter{Edition: edition.UUID, UsedUp: true}, 100); err == nil {
			t.Error("a filter without an index was counted by")
		}
	})
}
