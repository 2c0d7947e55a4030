package budget

import "net/netip"

// Width is how wide a network is. Whoever has one address of IPv6 has a whole /64,
// mostly a /56, and often a /48 (RFC 6177): a bound on the narrowest alone is none.
type Width uint8

// The widths, from the narrowest.
const (
	Host  Width = iota // an address of IPv4, a /64 of IPv6
	Site               // a /56 of IPv6
	Block              // a /24 of IPv4, a /48 of IPv6
)

// share is how much more than a host a network of this width has of a budget.
func (w Width) share() float64 {
	switch w {
	case Site:
		return 2
	case Block:
		return 4
	case Host:
	}
	return 1
}

// Network is one of the networks that an address lies in.
type Network struct {
	Width  Width
	Prefix netip.Prefix // such as 2001:db8:1::/48; zero for an address that is not known
}

// Networks gives those that budgets are kept for, from the narrowest. An address
// that is not known is a host of its own.
func Networks(a netip.Addr) []Network {
	a = a.Unmap().WithZone("")
	switch {
	case a.Is4():
		return []Network{within(a, Host, 32), within(a, Block, 24)}
	case a.Is6():
		return []Network{within(a, Host, 64), within(a, Site, 56), within(a, Block, 48)}
	}
	return []Network{{}}
}

func within(a netip.Addr, w Width, bits int) Network {
	p, _ := a.Prefix(bits) // the bits fit the address
	return Network{w, p}
}
