package app

import (
	"context"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/recheck"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/wire/wellknown"
)

// mount is the one place where handlers are mounted.
func (a *App) mount() error {
	keys, err := wellknown.Routes(wellknown.Config{Vendors: newVendorIndex(a.rooms), Keys: a.rooms.Keyring})
	if err != nil {
		return err
	}
	for _, routes := range [][]edge.Route{
		a.health.routes(),
		keys,
	} {
		if err := a.edge.Mount(routes...); err != nil {
			return err
		}
	}
	return nil
}

// plan is the one place where periodic work is added.
func (a *App) plan() {
	a.periodic.Add()
}

func newEdge(c Config, r *Rooms) (*edge.Edge, error) {
	failures, err := budget.New(budget.Config{Clock: r.Clock, Burst: 20, Every: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	addressFailures, err := budget.New(budget.Config{Clock: r.Clock, Burst: 200, Every: time.Second})
	if err != nil {
		return nil, err
	}
	return edge.New(edge.Config{
		Log: c.Log, IDs: r.IDs, TrustedProxies: c.TrustedProxies, HTTPS: c.https(), AccessLog: c.AccessLog,
		Failures: failures, AddressFailures: addressFailures,
	})
}

// vendorIndex finds vendors by the id they are known by outside, from a cache.
type vendorIndex struct {
	known *recheck.Cache[ident.UUID, ident.VendorID]
}

func newVendorIndex(r *Rooms) vendorIndex {
	return vendorIndex{recheck.NewCache(r.Watch, vendorID(r.VendorRows))}
}

func vendorID(rows vendorstore.Store) func(context.Context, ident.UUID) (ident.VendorID, error) {
	return func(ctx context.Context, isv ident.UUID) (ident.VendorID, error) {
		v, err := rows.ByUUID(ctx, isv)
		return v.ID, err
	}
}

// VendorByUUID gives the vendor; zero when there is none.
func (x vendorIndex) VendorByUUID(ctx context.Context, isv ident.UUID) (ident.VendorID, error) {
	v, err := x.known.Get(ctx, isv)
	if fault.Is(err, "vendor_not_found") {
		return ident.VendorID{}, nil
	}
	return v, err
}
