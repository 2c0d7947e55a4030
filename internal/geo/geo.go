package geo

import (
	_ "embed" // the country database
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"

	"chancery/internal/licensing"
)

//go:embed country.mmdb
var countries []byte

// Places looks addresses up. It is safe for concurrent use.
type Places struct {
	db *maxminddb.Reader
}

// Open reads the MMDB file of that name, or the embedded one for "". Databases
// with country_code and those with country.iso_code are understood; of those that tell
// cities, city.names.en and location. A file that is no such database is an error whose
// text says why.
func Open(file string) (*Places, error) {
	if file == "" {
		db, err := maxminddb.OpenBytes(countries)
		if err != nil {
			return nil, fmt.Errorf("the embedded geo database: %w", err)
		}
		return &Places{db}, nil
	}
	if info, err := os.Stat(file); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	db, err := maxminddb.Open(file)
	if err != nil {
		return nil, fmt.Errorf("it is no MMDB file, or not a whole one: %w", err)
	}
	if kind := db.Metadata.DatabaseType; !places(kind) {
		return nil, errors.Join(fmt.Errorf("it is a database of the type %q, which tells neither countries nor cities", kind), db.Close())
	}
	return &Places{db}, nil
}

// places reports whether a database of this type tells places. Makers put many words
// before and behind; what is refused is what certainly tells something else.
func places(kind string) bool {
	for _, other := range []string{"ASN", "ISP", "Anonymous", "Domain", "Connection-Type"} {
		if strings.Contains(kind, other) && !strings.Contains(kind, "City") && !strings.Contains(kind, "Country") {
			return false
		}
	}
	return true
}

// Close gives the file back.
func (p *Places) Close() error {
	return p.db.Close()
}

// Locate gives the country of an address, ISO 3166-1 alpha-2, and the city where the
// database tells one; both empty where that is unknown or the address is of no public
// network. A city without coordinates is told by its name alone.
func (p *Places) Locate(a netip.Addr) (country string, city licensing.City) {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || licensing.IsLocal(a) {
		return "", licensing.City{}
	}
	found := p.db.Lookup(a)
	if err := found.DecodePath(&country, "country_code"); err == nil && country != "" {
		return country, cityOf(found)
	}
	if err := found.DecodePath(&country, "country", "iso_code"); err != nil {
		return "", licensing.City{}
	}
	return country, cityOf(found)
}

// cityOf reads the city of what was found.
func cityOf(found maxminddb.Result) licensing.City {
	var name string
	if err := found.DecodePath(&name, "city", "names", "en"); err != nil || name == "" {
		// Flat layouts: "city": "Essen".
		if err := found.DecodePath(&name, "city"); err != nil || name == "" {
			return licensing.City{}
		}
	}
	c := licensing.City{Name: name}
	var latitude, longitude float64
	for _, part := range []struct {
		to   *float64
		name string
	}{{&latitude, "latitude"}, {&longitude, "longitude"}} {
		if err := found.DecodePath(part.to, "location", part.name); err != nil {
			return c
		}
	}
	var radius uint16
	if err := found.DecodePath(&radius, "location", "accuracy_radius"); err != nil {
		radius = 0
	}
	if math.Abs(latitude) > 90 || math.Abs(longitude) > 180 || latitude == 0 && longitude == 0 {
		return c
	}
	c.Latitude, c.Longitude = int64(math.Round(latitude*licensing.CoordinateUnits)), int64(math.Round(longitude*licensing.CoordinateUnits))
	c.Radius = int64(radius)
	return c
}
