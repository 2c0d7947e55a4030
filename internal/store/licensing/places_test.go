package licensing_test

import (
	"fmt"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Where the devices of a licence are: present ones, by city, country and local network.
func TestPlacesOfLicense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 20, 0, 0))
		essen := licensing.City{Name: "Essen", Latitude: 514500, Longitude: 70100, Radius: 50}
		var last *licensing.Activation
		for i, c := range []licensing.Client{
			{Address: "8.8.8.1", Country: "DE", City: essen},
			{Address: "8.8.8.2", Country: "DE", City: essen},
			{Address: "8.8.8.3", Country: "DE"},
			{Address: "8.8.8.4", Country: "DE", City: licensing.City{Name: "Hagen"}},
			{Address: "10.0.0.1"},
			{Address: "100.64.0.1"},
			{Address: "fd00::1"},
			{Address: "8.8.8.5"},
			{},
			{Address: "8.8.8.6", Country: "FR"},
		} {
			out := b.Try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: l.LicenseKey}, ClientID: fmt.Sprint(i), Client: c})
			if out.Refusal != nil {
				t.Fatal(out.Refusal)
			}
			last = out.State.Activation
		}
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Licenses.Release(x, b.Vendor, last.UUID, licensing.ByStaff) })
		counts, err := b.Store.PlacesOfLicense(t.Context(), b.Vendor, l.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := map[licensing.PlaceCount]bool{}
		for _, c := range counts {
			got[c] = true
		}
		for _, want := range []licensing.PlaceCount{
			{Country: "DE", City: essen, Count: 2},
			{Country: "DE", Count: 1},
			{Country: "DE", City: licensing.City{Name: "Hagen"}, Count: 1},
			{IsLocal: true, Count: 3},
			{Count: 2},
		} {
			if !got[want] {
				t.Errorf("without %+v: %+v", want, counts)
			}
		}
		if len(counts) != 5 {
			t.Errorf("%+v", counts)
		}
		read, err := b.Store.Activations(t.Context(), b.Vendor, l.ID, false, storetest.Request(t, 10, "", "", licensing.Sorts()...))
		if err != nil || len(read.Items) != 9 {
			t.Fatalf("%d, %v", len(read.Items), err)
		}
		if c := read.Items[len(read.Items)-1].Client; c.City != essen {
			t.Errorf("the first one is in %+v", c.City)
		}
	})
}
