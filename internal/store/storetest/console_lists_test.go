package storetest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/floating"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func request(t *testing.T, limit int, sort, cursor string, sorts ...string) listing.Request {
	t.Helper()
	r, err := listing.Parse(limit, sort, cursor, sorts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLicencesAreFoundByAnyPrefix(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		ed := b.limited(t, 2, 0, 0)
		mine := b.issue(t, ed, func(c *licensing.IssueCommand) {
			c.Name, c.LegacyKey, c.LicenseeEmail = "Müller  Werk 7", "OLD-77-x", "Kim@example.com"
		})
		b.issue(t, ed, func(c *licensing.IssueCommand) { c.Name, c.LicenseeEmail = "Another", "lee@example.com" })
		key, token := mine.LicenseKey.String(), b.tokenKeys(t, mine)[0].String()
		for _, text := range []string{key, key[:9], strings.ToUpper(strings.ReplaceAll(key, "-", ""))[:21], token[:13], "muller", "MÜLLER werk", "OLD-77", "kim@"} {
			p, ok := licensing.ParsePrefix(text)
			found, err := b.store.List(t.Context(), b.vendor, licensing.Filter{Search: &p}, request(t, 10, "", "", licensing.Sorts()...))
			if !ok || err != nil || len(found.Items) != 1 || found.Items[0].ID != mine.ID {
				t.Errorf("%q: %v, %v", text, found.Items, err)
			}
		}
		name := "Renamed"
		b.update(t, mine, licensing.Change{Name: &name})
		for text, want := range map[string]int{"muller": 0, "rena": 1, "zzz": 0, key[:4] + "zz": 0} {
			p, _ := licensing.ParsePrefix(text)
			found, err := b.store.List(t.Context(), b.vendor, licensing.Filter{Search: &p}, request(t, 10, "", "", licensing.Sorts()...))
			if err != nil || len(found.Items) != want {
				t.Errorf("%q: %d found, want %d, %v", text, len(found.Items), want, err)
			}
		}
		off := false
		b.update(t, mine, licensing.Change{IsActive: &off})
		for name, f := range map[string]licensing.Filter{
			"off": {IsActive: &off}, "off, of the product": {IsActive: &off, Product: b.product.UUID}, "off, of the edition": {IsActive: &off, Edition: ed.UUID},
			"off, of the customer": {IsActive: &off, Customer: b.customer.UUID},
		} {
			found, err := b.store.List(t.Context(), b.vendor, f, request(t, 10, "", "", licensing.Sorts()...))
			if err != nil || len(found.Items) != 1 || found.Items[0].ID != mine.ID {
				t.Errorf("%s: %v, %v", name, found.Items, err)
			}
		}
		other := storetest.Vendor(t, e, "Bolt").ID
		p, _ := licensing.ParsePrefix(key)
		if found, err := b.store.List(t.Context(), other, licensing.Filter{Search: &p}, request(t, 10, "", "", licensing.Sorts()...)); err != nil || len(found.Items) != 0 {
			t.Errorf("another vendor finds %v, %v", found.Items, err)
		}
		if all, err := b.store.ByIDs(t.Context(), b.vendor, mine.ID, mine.ID+1000); err != nil || len(all) != 1 || all[mine.ID].Name != name {
			t.Errorf("by ids: %v, %v", all, err)
		}
	})
}

// A licence that was brought with its history is found like one that was issued.
func TestTheLicencesOfThePastAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		old := *b.issue(t, b.limited(t, 2, 0, 0))
		old.UUID, old.LicenseKey, old.LegacyKey, old.Name = e.IDs.V7(), e.IDs.V4(), "OLD-1", "Müller  Werk 7"
		old.FirstActivatedAt, old.UsedUpAt, old.RegularUsed, old.LastSlot = e.Clock.Now(), e.Clock.Now(), 2, 3
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.store.PastLicenses(x, b.vendor, []*licensing.License{&old}) })
		for _, text := range []string{"müll", "muller werk", "OLD-1", old.LicenseKey.String()[:13]} {
			p, _ := licensing.ParsePrefix(text)
			found, err := b.store.List(t.Context(), b.vendor, licensing.Filter{Search: &p}, request(t, 10, "", "", licensing.Sorts()...))
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
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		mine := b.granted(t, l.LicenseKey, "drill-1")
		later := e.Clock.Now().Add(48 * time.Hour)
		crowd := make([]*licensing.PastActivation, 4100)
		for i := range crowd {
			crowd[i] = &licensing.PastActivation{Product: b.product.ID, Activation: licensing.Activation{
				UUID: e.IDs.V7(), License: l.ID, Token: mine.Token, TokenKey: mine.TokenKey, Device: licensing.Device{UUID: e.IDs.V7(), Number: e.IDs.V4().String()},
				ActivatedAt: later, ReleasedAt: later, ReleaseReason: licensing.ByStaff, Pulse: licensing.Pulse{LastSeenAt: later},
			}}
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.store.PastActivations(x, b.vendor, crowd) })
		page, err := b.store.Seats(t.Context(), b.vendor, licensing.ClientFilter{Search: "drill"}, request(t, 1, "-last_seen", "", licensing.ClientSorts()...))
		if err != nil || len(page.Items) != 1 || page.Items[0].Activation.ID != mine.ID || page.Next != "" {
			t.Errorf("%v, %v", page, err)
		}
	})
}

func TestSeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 2, 0, 2))
		say := func(client, host, country string) *licensing.Activation {
			t.Helper()
			out := b.try(t, licensing.ActivateCommand{
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
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.licenses.Release(x, b.vendor, left.UUID, licensing.ByStaff) })
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, b.licenses.Suspend(x, b.vendor, one.UUID, e.Clock.Now().Add(time.Hour))
		})
		today, country := licensing.DayOf(e.Clock.Now()), "DE"
		version, system, nothing := "1", "x", ""
		if out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "drill-2", Client: licensing.Client{SoftwareVersion: version, OperatingSystem: system}}); out.Refusal != nil {
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
			"product":              {licensing.ClientFilter{Product: b.product.UUID}, "-created_at", "saw-1 drill-2 drill-1"},
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
				page, err := b.store.Seats(t.Context(), b.vendor, c.filter, request(t, 1, c.sort, cursor, licensing.ClientSorts()...))
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
		seat, err := b.store.Seat(t.Context(), b.vendor, one.UUID)
		if err != nil || seat.License.ID != l.ID {
			t.Errorf("%+v, %v", seat, err)
		}
		had, err := b.store.OfDevice(t.Context(), b.vendor, seat.Activation.Device.ID, 10)
		if err != nil || len(had) != 1 || had[0].Activation.UUID != one.UUID {
			t.Errorf("%+v, %v", had, err)
		}
	})
}

func TestHeartbeatsAndVersionsOfAClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		a := b.granted(t, b.issue(t, b.limited(t, 1, 0, 0)).LicenseKey, "c1")
		for _, version := range []string{"1.0", "1.0", "1.1", "2.0"} {
			e.Clock.Advance(24 * time.Hour)
			b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c1", Client: licensing.Client{SoftwareVersion: version}})
		}
		page, err := b.store.Heartbeats(t.Context(), b.vendor, a.ID, request(t, 2, "", "", licensing.Sorts()...))
		if err != nil || len(page.Items) != 2 || page.Next == "" || page.Items[0].Client.SoftwareVersion != "2.0" {
			t.Errorf("%+v, %v", page, err)
		}
		versions, err := b.store.Versions(t.Context(), b.vendor, a.ID)
		names := make([]string, 0, len(versions))
		for _, v := range versions {
			names = append(names, v.Version)
		}
		if err != nil || strings.Join(names[:3], " ") != "2.0 1.1 1.0" || !versions[2].First.Before(versions[2].Last) {
			t.Errorf("%v, %v", versions, err)
		}
	})
}

func TestSessionsOfAllLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		ed := b.floating(t, 1, func(c *catalog.Edition) { c.Policy.EnforceFloatingLimit = false })
		first, second := b.issue(t, ed), b.issue(t, ed)
		b.opened(t, first, "c1", by("ann"))
		b.opened(t, first, "c2")
		b.opened(t, second, "c3")
		b.close(t, second, "c3")
		list := func(f floating.Filter) string {
			page, err := b.leases.All(t.Context(), b.vendor, f, e.Clock.Now(), request(t, 10, "", "", floating.Sorts()...))
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
		busy, err := b.leases.Busiest(t.Context(), b.vendor, e.Clock.Now(), 10)
		if err != nil || !slices.Equal(busy, []floating.Busy{{License: first.ID, Open: 2}}) {
			t.Errorf("%+v, %v", busy, err)
		}
		e.Clock.Advance(24 * time.Hour)
		check(map[string]floating.Filter{"c3 c2 c1": {PastOnly: true}, "": {OpenOnly: true}})
		if busy, err = b.leases.Busiest(t.Context(), b.vendor, e.Clock.Now(), 10); err != nil || busy[0].Open != 0 {
			t.Errorf("%+v, %v", busy, err)
		}
	})
}

// What the console's lists are narrowed by is served by an index of its own: the
// rows outside are not read, however many there are.
func TestConsoleListsAreServedByIndexes(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for query, index := range map[string]string{
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.product_id = 2 ORDER BY l.id DESC LIMIT 51`:                                    "licenses_by_product",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND +l.product_id = 2 AND l.is_active = 0 AND l.id >= 7 ORDER BY l.id DESC LIMIT 51`: "licenses_switched_off",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NOT NULL ORDER BY a.id DESC LIMIT 51`:                       "activations_past",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.is_active = 0 ORDER BY l.id DESC LIMIT 51`:                                     "licenses_switched_off",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.used_up_at IS NOT NULL ORDER BY l.id DESC LIMIT 51`:                            "licenses_refusing",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.goodwill_used > 0 ORDER BY l.id DESC LIMIT 51`:                                 "licenses_above_contract",
		`SELECT id FROM licenses WHERE vendor_id = $1 AND name_folded <> '' AND name_folded >= $2 AND name_folded < $3
			ORDER BY name_folded LIMIT 300`: "licenses_by_name",
		`SELECT id FROM licenses WHERE vendor_id = $1 AND legacy_license_key IS NOT NULL AND legacy_license_key >= $2 AND legacy_license_key < $3
			ORDER BY legacy_license_key LIMIT 300`: "licenses_by_legacy_key_alone",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NULL ORDER BY a.id DESC LIMIT 51`: "activations_",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL
			ORDER BY a.id DESC LIMIT 51`: "activations_goodwill_all",
		`SELECT id FROM activations WHERE vendor_id = $1 AND released_at IS NULL AND hostname <> '' AND LOWER(hostname) >= $2 AND LOWER(hostname) < $3
			ORDER BY LOWER(hostname) LIMIT 300`: "activations_by_hostname",
		`SELECT id FROM devices WHERE vendor_id = $1 AND suspended_until > $2`:                                                         "devices_suspended",
		`SELECT s.id FROM sessions s WHERE s.vendor_id = $1 AND s.ended_at IS NULL AND s.valid_until > $2 ORDER BY s.id DESC LIMIT 51`: "sessions_open",
		`SELECT s.id FROM sessions s WHERE s.vendor_id = $1 AND s.is_overuse = 1 ORDER BY s.id DESC LIMIT 51`:                          "sessions_overuse",
		`SELECT s.activation_id FROM pulses s CROSS JOIN activations a WHERE a.vendor_id = s.vendor_id AND a.id = s.activation_id AND s.vendor_id = $1
			AND a.released_at IS NULL AND (s.last_seen_day, s.activation_id) < ($2, $3)
			ORDER BY s.last_seen_day DESC, s.activation_id DESC LIMIT 51`: "sqlite_autoindex_pulses_1",
	} {
		args := []any{1, 2, 3}[:strings.Count(query, "$")]
		steps, err := store.All[string](e.DB.Query(t.Context(), `EXPLAIN QUERY PLAN `+query, args...))(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			err = scan(&id, &parent, &unused, &step)
			return step, err
		})
		plan := strings.Join(steps, "; ")
		if err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}
