package geo_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/internal/geo"
	"chancery/internal/geo/geotest"
	"chancery/internal/licensing"
)

func open(t *testing.T, file string) *geo.Places {
	t.Helper()
	p, err := geo.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// local are addresses of no public network, in all their forms.
var local = []string{
	"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.9", "169.254.9.9", "100.64.0.1", "100.127.255.254",
	"::1", "fe80::1", "fd00::1", "fc00::1", "::ffff:10.1.2.3", "::ffff:100.64.0.1", "::ffff:127.0.0.1", "::ffff:169.254.0.1",
}

func TestCountry(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	want := map[string]string{"8.8.8.8": "US", "::ffff:8.8.8.8": "US", "2001:4860:4860::8888": "US"}
	for _, a := range append(local, "0.0.0.0", "224.0.0.1") {
		want[a] = ""
	}
	for address, want := range want {
		if got, city := p.Locate(netip.MustParseAddr(address)); got != want || city.Known() {
			t.Errorf("%s is in %q %v, want %q", address, got, city, want)
		}
	}
}

// A city has its coordinates and its radius, a country none: the middle of a country is
// no place where a device is.
func TestCity(t *testing.T) {
	t.Parallel()
	p := open(t, geotest.Cities(t))
	for address, want := range map[string]struct {
		country string
		city    licensing.City
	}{
		geotest.London:             {"GB", licensing.City{Name: "London", Latitude: 515142, Longitude: -931, Radius: 10}},
		"::ffff:" + geotest.London: {"GB", licensing.City{Name: "London", Latitude: 515142, Longitude: -931, Radius: 10}},
		geotest.Linkoeping:         {"SE", licensing.City{Name: "Linköping", Latitude: 584167, Longitude: 156167}},
		geotest.Bhutan:             {"BT", licensing.City{}},
		geotest.Nameless:           {"JP", licensing.City{}},
		"100.64.9.9":               {"", licensing.City{}},
		"8.8.8.8":                  {"", licensing.City{}},
	} {
		if country, city := p.Locate(netip.MustParseAddr(address)); country != want.country || city != want.city {
			t.Errorf("%s is in %q %+v, want %+v", address, country, city, want)
		}
	}
}

// Whoever names a file that can't be used learns why.
func TestAFileThatCantBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cut, whole := filepath.Join(dir, "cut.mmdb"), geotest.Cities(t)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "none.mmdb"): "no such file",
		dir:                             "a folder",
		cut:                             "no MMDB file",
		geotest.Networks(t):             "neither countries nor cities",
	} {
		if _, err := geo.Open(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
