package geotest

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Addresses of the database that Cities writes.
const (
	London     = "81.2.69.160"   // a city with coordinates and a radius of 10 km
	Linkoeping = "89.160.20.112" // a city without a radius
	Bhutan     = "67.43.156.1"   // a country, with the coordinates of its middle
	Nameless   = "2001:218::1"   // a city whose name is known in Japanese only
)

// Cities writes the database to a folder of the test's own and gives the file's name.
func Cities(tb testing.TB) string {
	tb.Helper()
	return write(tb, "GeoLite2-City", map[string]mmdbtype.Map{
		"81.2.69.0/24": {
			"city": named("en", "London"), "country": country("GB"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(51.5142), "longitude": mmdbtype.Float64(-0.0931), "accuracy_radius": mmdbtype.Uint16(10)},
		},
		"89.160.20.0/24": {
			"city": named("en", "Linköping"), "country": country("SE"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float32(58.4167), "longitude": mmdbtype.Float32(15.6167)},
		},
		"67.43.156.0/24": {
			"country":  country("BT"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(27.5), "longitude": mmdbtype.Float64(90.5), "accuracy_radius": mmdbtype.Uint16(534)},
		},
		"2001:218::/32": {
			"city": named("ja", "東京"), "country": country("JP"),
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(35.7), "longitude": mmdbtype.Float64(139.7)},
		},
	})
}

// Networks writes a database that tells the operators of networks, and no places.
func Networks(tb testing.TB) string {
	tb.Helper()
	return write(tb, "GeoLite2-ASN", map[string]mmdbtype.Map{"81.2.69.0/24": {"autonomous_system_number": mmdbtype.Uint32(20712)}})
}

func named(language, name string) mmdbtype.Map {
	return mmdbtype.Map{"names": mmdbtype.Map{mmdbtype.String(language): mmdbtype.String(name)}}
}

func country(code string) mmdbtype.Map { return mmdbtype.Map{"iso_code": mmdbtype.String(code)} }

func write(tb testing.TB, kind string, rows map[string]mmdbtype.Map) string {
	tb.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, RecordSize: 24})
	if err != nil {
		tb.Fatal(err)
	}
	for network, row := range rows {
		_, n, err := net.ParseCIDR(network)
		if err == nil {
			err = tree.Insert(n, row)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	file := filepath.Join(tb.TempDir(), "places.mmdb")
	to, err := os.Create(file) //nolint:gosec // a folder of the test's own
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := tree.WriteTo(to); err != nil {
		tb.Fatal(err)
	}
	if err := to.Close(); err != nil {
		tb.Fatal(err)
	}
	return file
}
