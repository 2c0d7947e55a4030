package edge

import (
	"context"
	"net/netip"

	"chancery/internal/identity"
)

type callKey struct{}

func callFrom(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// RequestID is the id of the request that ctx belongs to; empty without one.
func RequestID(ctx context.Context) string {
	if c := callFrom(ctx); c != nil {
		return c.id
	}
	return ""
}

// ClientAddress is where the request came from; the zero Addr when unknown.
func ClientAddress(ctx context.Context) netip.Addr {
	if c := callFrom(ctx); c != nil {
		return c.address
	}
	return netip.Addr{}
}

// PrincipalFrom tells who the request acts as. ok is false on public routes.
func PrincipalFrom(ctx context.Context) (p identity.Principal, ok bool) {
	if c := callFrom(ctx); c != nil {
		return c.principal, !c.principal.Vendor.IsZero()
	}
	return identity.Principal{}, false
}

// WithPrincipal returns a context that acts as p: for handlers' tests, and for
// surfaces whose public routes find out by themselves who is calling.
func WithPrincipal(ctx context.Context, p identity.Principal) context.Context {
	c := &call{principal: p}
	if outer := callFrom(ctx); outer != nil {
		c.id, c.address, c.key, c.bodyHash, c.route = outer.id, outer.address, outer.key, outer.bodyHash, outer.route
	}
	return context.WithValue(ctx, callKey{}, c)
}
