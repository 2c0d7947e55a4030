package licensing_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store/storetest"
)

// The goodwill zone names whoever is above the contract: devices that hold an activation
// there, and devices of the running month, in the order in which they came, page by page.
func TestTheGoodwillZoneNamesDevicesOfTheMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, month := monthly(t, e, "UTC", 1, 1, 3)
		held := b.Issue(t, b.Limited(t, 1, 0, 2))
		zone := func(desc bool) (devices []string) {
			t.Helper()
			for r := (listing.Request{Limit: 1, Sort: "since", Desc: desc}); ; {
				page, err := b.Store.GoodwillZone(t.Context(), b.Vendor, ident.UUID{}, b.Clock.Now(), r)
				if err != nil {
					t.Fatal(err)
				}
				for _, g := range page.Items {
					devices = append(devices, g.Device.Number)
					if g.License.Customer.CompanyName == "" || g.Times < 1 || g.License.CountsMonths() && !g.Until.Equal(g.License.Month.Ends) {
						t.Errorf("%+v", g)
					}
				}
				if page.Next == "" {
					break
				}
				next, err := listing.Parse(1, map[bool]string{false: "since", true: "-since"}[desc], page.Next, "since")
				if err != nil {
					t.Fatal(err)
				}
				r = next
			}
			return devices
		}
		for _, a := range []struct {
			l      *licensing.License
			client string
		}{{month, "m1"}, {held, "h1"}, {month, "m2"}, {month, "m3"}, {held, "h2"}, {month, "m4"}, {month, "m5"}} {
			b.Clock.Advance(time.Minute)
			b.Granted(t, a.l.LicenseKey, a.client)
		}
		want := []string{"m3", "h2", "m4", "m5"}
		if got := zone(false); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		slices.Reverse(want)
		if got := zone(true); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for most, want := range map[int]int{10: 4, 3: 3} {
			if n, err := b.Store.InGoodwillZone(t.Context(), b.Vendor, b.Clock.Now(), most); err != nil || n != want {
				t.Errorf("%d in the zone, want %d; %v", n, want, err)
			}
		}
		b.Clock.Advance(storetest.Days(31)) // in a new month nobody of those is
		if got := zone(false); !slices.Equal(got, []string{"h2"}) {
			t.Errorf("%v in the next month", got)
		}
	})
}
