package licensing

import "net/netip"

// City is the city that an address leads to, and how well that is known. The zero
// value is none: a country alone has no point on a map.
type City struct {
	Name      string // in English
	Latitude  int64  // in ten-thousandths of a degree, north of the equator; likewise
	Longitude int64  // east of Greenwich
	Radius    int64  // kilometres around it within which the device most likely is; 0 where nobody says
}

// CoordinateUnits is how many of a City's units are a degree: one is about 11 metres.
const CoordinateUnits = 10_000

// Known reports whether there is a city at all.
func (c City) Known() bool { return c.Name != "" }

// Located reports whether it has coordinates. Nothing lies at 0, 0 but water.
func (c City) Located() bool { return c.Known() && (c.Latitude != 0 || c.Longitude != 0) }

// sharedByCarriers is what providers put their customers behind (RFC 6598).
//
//nolint:gochecknoglobals // a constant that Go has no form for
var sharedByCarriers = netip.MustParsePrefix("100.64.0.0/10")

// IsLocal reports whether an address belongs to no public network, so that no database
// knows where it is: private, unique-local, link-local, loopback, carrier NAT, and IPv6
// forms of these.
func IsLocal(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || sharedByCarriers.Contains(a)
}

// OnLocalNetwork reports whether the client called from an address of no public network.
func (c Client) OnLocalNetwork() bool {
	a, err := netip.ParseAddr(c.Address)
	return err == nil && IsLocal(a)
}

// Place is where the client was when it called last, in short: "local network", the city
// with the country's code, the code alone, or "" where nobody knows.
func (c Client) Place() string {
	switch {
	case c.OnLocalNetwork():
		return "local network"
	case c.City.Known() && c.Country != "":
		return c.City.Name + ", " + c.Country
	case c.City.Known():
		return c.City.Name
	}
	return c.Country
}

// saysPlace reports whether a client says where it is: with an address,
// whatever is known of that and nothing else. So a device that has moved into a local
// network is in no country any more.
func (c Client) saysPlace() bool { return c.Address != "" || c.Country != "" || c.City.Known() }

// movedTo takes the place over from what a client says.
func (c *Client) movedTo(said Client) {
	if said.saysPlace() {
		c.Country, c.City = said.Country, said.City
	}
	if said.Address != "" {
		c.Address = said.Address
	}
}

// elsewhere reports whether a client says another place than the one that is known.
func (c Client) elsewhere(said Client) bool {
	return changed(c.Address, said.Address) || said.saysPlace() && (c.Country != said.Country || c.City != said.City)
}

// PlaceCount is how many devices called last from one place: a city, a country without
// one, a local network, or, where all that is empty, from nobody knows where.
type PlaceCount struct {
	Country string
	City    City
	IsLocal bool
	Count   int64
}

// PlacedAtOnce is how many activations of a licence are counted by their places: the
// newest, so that a page never waits for a licence of any size.
const PlacedAtOnce = 10_000
