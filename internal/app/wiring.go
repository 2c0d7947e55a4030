package app

import (
	"context"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/metrics"
	"chancery/internal/recheck"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/wire/slascone"
	"chancery/internal/wire/wellknown"
)

// mount is the one place where handlers are mounted.
func (a *App) mount() error {
	r, index := a.rooms, newVendorIndex(a.rooms)
	keys, err := wellknown.Routes(wellknown.Config{Vendors: index, Keys: r.Keyring})
	if err != nil {
		return err
	}
	guesses, err := budget.New(budget.Config{Clock: r.Clock, Burst: 20, Every: 10 * time.Second})
	if err != nil {
		return err
	}
	files, err := budget.New(budget.Config{
		Clock: r.Clock, Burst: 60, Every: 5 * time.Second,
		Code: "too_many_files", Message: "Too many activation files were asked for from this address in a short time.", Help: "Wait, and try again.",
	})
	if err != nil {
		return err
	}
	clients, err := slascone.New(slascone.Config{
		Licenses: r.Licenses, LicenseRows: r.LicenseRows, Meters: r.Meters, Usage: r.Usage, Sessions: r.Sessions, Licensees: r.Licensees,
		Vendors: index, VendorRows: r.VendorRows, Keys: r.Authenticator, Signer: r.Keyring, Runner: r.DB, Clock: r.Clock, Places: a.places,
		Guesses: guesses, Files: files,
	})
	if err != nil {
		return err
	}
	a.clients = clients
	api, err := management(r)
	if err != nil {
		return err
	}
	pages, err := a.consoleRoutes()
	if err != nil {
		return err
	}
	for _, routes := range [][]edge.Route{
		pages,
		a.health.routes(),
		keys,
		clients.Routes(),
		api.Routes(),
	} {
		if err := a.edge.Mount(routes...); err != nil {
			return err
		}
	}
	return nil
}

func newEdge(c Config, r *Rooms, d doors, m *metrics.Metrics) (*edge.Edge, error) {
	return edge.New(edge.Config{
		Log: c.Log, IDs: r.IDs, TrustedProxies: c.TrustedProxies, HTTPS: c.https(), AccessLog: c.AccessLog, Observe: m.Observe,
		Failures: d.failures, AddressFailures: d.addressFailures, KeyCalls: d.keyCalls, AddressCalls: d.addressCalls, Gate: d.gate,
		Bodies: d.bodies,
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
