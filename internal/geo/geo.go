package geo

import (
	_ "embed" // the country database
	"fmt"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

//go:embed country.mmdb
var countries []byte

// Places looks addresses up. It is safe for concurrent use.
type Places struct {
	db *maxminddb.Reader
}

// Open reads the MMDB file of that name, or the embedded one for "". Databases
// with country_code and those with country.iso_code are understood.
func Open(file string) (*Places, error) {
	if file != "" {
		db, err := maxminddb.Open(file)
		if err != nil {
			return nil, fmt.Errorf("the geo database can't be read: %w", err)
		}
		return &Places{db}, nil
	}
	db, err := maxminddb.OpenBytes(countries)
	if err != nil {
		return nil, fmt.Errorf("the embedded geo database: %w", err)
	}
	return &Places{db}, nil
}

// Close gives the file back.
func (p *Places) Close() error {
	return p.db.Close()
}

// Country gives the ISO 3166-1 alpha-2 code of an address, or "" where it is
// unknown or the address is of no public network.
func (p *Places) Country(a netip.Addr) string {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return ""
	}
	found := p.db.Lookup(a)
	var code string
	if err := found.DecodePath(&code, "country_code"); err == nil && code != "" {
		return code
	}
	if err := found.DecodePath(&code, "country", "iso_code"); err != nil {
		return ""
	}
	return code
}
