package edge

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// peer is who holds the other end of the connection.
func peer(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // not TCP
	}
	return a.Addr().Unmap().WithZone("")
}

func (e *Edge) trusts(a netip.Addr) bool {
	for _, p := range e.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// clientAddress is the peer, or behind trusted proxies the last address in
// X-Forwarded-For that is not one of them: everything left of it is hearsay.
func (e *Edge) clientAddress(r *http.Request) netip.Addr {
	a := peer(r)
	if len(e.TrustedProxies) == 0 || !e.trusts(a) {
		return a
	}
	lines := r.Header["X-Forwarded-For"]
	for _, hops := range slices.Backward(lines) {
		for hops != "" {
			at := strings.LastIndexByte(hops, ',')
			hop := strings.TrimSpace(hops[at+1:])
			hops = hops[:max(at, 0)]
			next, ok := parseHop(hop)
			if !ok {
				return a // the nearest one that could be read
			}
			a = next
			if !e.trusts(a) {
				return a
			}
		}
	}
	return a
}

// parseHop reads an address, with or without a port.
func parseHop(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return a.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}
