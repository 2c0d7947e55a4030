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

// Told notes for the log a fault that a handler tells of by itself, as a form does
// that is shown again.
func Told(ctx context.Context, err error) {
	if c := callFrom(ctx); c != nil {
		c.failed = err
	}
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
