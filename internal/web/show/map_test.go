package show_test

import (
	"strings"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func city(name string, latitude, longitude, radius int64) licensing.City {
	return licensing.City{Name: name, Latitude: latitude, Longitude: longitude, Radius: radius}
}

// A country alone is shaded and has no point; a city is a circle of its radius; a local
// network is on no map.
func TestMapOfDevice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		client    licensing.Client
		on        bool
		countries int
		circles   int
		says      string
	}{
		"a country":       {licensing.Client{Address: "8.8.8.8", Country: "US"}, true, 1, 0, "no point in it"},
		"a city":          {licensing.Client{Address: "8.8.8.8", Country: "GB", City: city("London", 515142, -931, 10)}, true, 1, 1, "within 10 km around London"},
		"of no radius":    {licensing.Client{Address: "8.8.8.8", Country: "GB", City: city("London", 515142, -931, 0)}, true, 1, 1, "nobody says"},
		"a name alone":    {licensing.Client{Address: "8.8.8.8", Country: "GB", City: city("London", 0, 0, 0)}, true, 1, 0, "no point in it"},
		"a small country": {licensing.Client{Address: "8.8.8.8", Country: "SG"}, true, 0, 0, "no point in it"},
		"a local network": {licensing.Client{Address: "100.64.0.1", Country: "US"}, false, 0, 0, ""},
		"nobody knows":    {licensing.Client{Address: "8.8.8.8"}, false, 0, 0, ""},
		"an unknown one":  {licensing.Client{Address: "8.8.8.8", Country: "ZZ"}, false, 0, 0, ""},
	} {
		m, on := show.MapOfDevice(&web.Request{}, c.client)
		if on != c.on || len(m.Countries) != c.countries || len(m.Cities) != c.circles || !strings.Contains(m.Text, c.says) || len(m.Rows) > 0 {
			t.Errorf("%s: %v %+v", name, on, m)
		}
	}
}

func TestMapOfDevices(t *testing.T) {
	t.Parallel()
	m := show.MapOfDevices(&web.Request{}, []licensing.PlaceCount{
		{Country: "DE", Count: 900},
		{Country: "DE", City: city("Essen", 514500, 70100, 50), Count: 100},
		{Country: "LU", Count: 5},
		{Country: "SG", Count: 3},
		{IsLocal: true, Count: 7},
		{Count: 2},
	}, func(country string) string { return "/devices?country=" + country })
	var rows []string
	for _, r := range m.Rows {
		rows = append(rows, r.Text+" "+r.Count+" "+r.Sub)
	}
	if got := strings.Join(rows, "|"); got != "Germany 1,000 Essen 100|Luxembourg 5 |Singapore 3 |Local network 7 |Unknown 2 " {
		t.Errorf("the figures are %s", got)
	}
	if m.Rows[0].Href != "/devices?country=DE" || m.Rows[3].Href != "" {
		t.Errorf("%+v", m.Rows)
	}
	if len(m.Countries) != 2 || m.Countries[0].Level != 4 || m.Countries[1].Level != 2 || len(m.Cities) != 1 {
		t.Errorf("%+v %+v", m.Countries, m.Cities)
	}
	// From Luxembourg to Singapore the numbers of two neighbours stand on each other.
	var numbers []string
	for _, n := range m.Numbers {
		numbers = append(numbers, n.Text)
	}
	if got := strings.Join(numbers, " "); got != "1,000 3" {
		t.Errorf("the numbers are %s", got)
	}
}
