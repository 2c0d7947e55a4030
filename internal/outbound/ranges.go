package outbound

import "net/netip"

// inside are the ranges that are not the public internet. Addresses that embed
// an IPv4 address are judged by that one (see public).
var inside = prefixes( //nolint:gochecknoglobals // a list that never changes: IANA's special-purpose registries
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier-grade NAT
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, clouds' metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.31.196.0/24", // AS112
	"192.52.193.0/24", // AMT
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"192.175.48.0/24", // AS112
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast
	"::/96",           // unspecified, loopback, IPv4-compatible
	"::ffff:0:0:0/96", // IPv4-translated
	"64:ff9b:1::/48",  // local NAT64: where the IPv4 address stands is the network's own choice
	"100::/64",        // discard
	"100:0:0:1::/64",  // dummy
	"2001::/23",       // protocol assignments, Teredo among them
	"2001:db8::/32",   // documentation
	"2620:4f:8000::/48",
	"3fff::/20", // documentation
	"5f00::/16", // segment routing
	"fc00::/7",  // unique local
	"fe80::/10", // link-local
	"fec0::/10", // site-local
	"ff00::/8",  // multicast
)

//nolint:gochecknoglobals // as inside
var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		all[i] = netip.MustParsePrefix(t)
	}
	return all
}

// embedded gives the IPv4 address that is meant by an IPv6 one, where one is.
func embedded(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// public reports whether a is an address of the public internet.
func public(a netip.Addr) bool {
	a = embedded(a)
	return a.IsValid() && !within(a, inside) && a.IsGlobalUnicast()
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
