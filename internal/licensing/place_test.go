package licensing

import "testing"

// What is said of a place holds as a whole: a device that has moved into a local network
// is in no country any more.
func TestAPlaceIsThatOfTheAddress(t *testing.T) {
	t.Parallel()
	london := City{Name: "London", Latitude: 515142, Longitude: -931, Radius: 10}
	was := Client{Address: "81.2.69.160", Country: "GB", City: london}
	for name, c := range map[string]struct {
		said Client
		want string
		news bool
	}{
		"nothing said":            {Client{Hostname: "h"}, "London, GB", true},
		"nothing new":             {was, "London, GB", false},
		"a local network":         {Client{Address: "10.0.0.1"}, "local network", true},
		"carrier NAT":             {Client{Address: "100.64.0.1"}, "local network", true},
		"an unknown network":      {Client{Address: "8.8.8.8"}, "", true},
		"the same, unknown now":   {Client{Address: was.Address}, "", true},
		"the same, a country now": {Client{Address: was.Address, Country: "GB"}, "GB", true},
		"another radius":          {Client{Address: was.Address, Country: "GB", City: City{Name: "London", Latitude: 515142, Longitude: -931, Radius: 20}}, "London, GB", true},
	} {
		got, _ := merged(was, c.said)
		if got.Place() != c.want || differs(was, c.said) != c.news {
			t.Errorf("%s: %q, news %v; want %q", name, got.Place(), differs(was, c.said), c.want)
		}
		if name == "another radius" && got.City.Radius != 20 {
			t.Errorf("the radius stayed %d", got.City.Radius)
		}
	}
	if same := was; was.Fingerprint() == (Client{Address: was.Address, Country: "GB"}).Fingerprint() || same.Fingerprint() != was.Fingerprint() {
		t.Error("the fingerprint does not tell a city from none")
	}
}
