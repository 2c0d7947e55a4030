package wiring

import (
	"context"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/geo"
	"chancery/internal/ident"
	"chancery/internal/recheck"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/web"
)

// Faces is all that answers somebody outside: the APIs, the console and the portal.
type Faces struct {
	Routes []edge.Route
	Views  []*web.View // the pages' templates, for the test that checks them
}

// NewFaces joins the faces to the rooms. Each face is a table of areas.
func NewFaces(r *Rooms, s Site, places *geo.Places) (Faces, error) {
	index := newVendorIndex(r)
	clients, err := newClients(r, index, places)
	if err != nil {
		return Faces{}, err
	}
	assets, err := web.NewAssets()
	if err != nil {
		return Faces{}, err
	}
	files, err := newOffline(r, clients)
	if err != nil {
		return Faces{}, err
	}
	clients.Handed = handedFiles(files)
	pages, err := newConsole(r, s, assets, clients, files)
	if err != nil {
		return Faces{}, err
	}
	owned, err := newPortal(r, s, assets, ownersFiles{r, clients, files})
	if err != nil {
		return Faces{}, err
	}
	carried, err := newOfflinePortal(r, s, assets, files)
	if err != nil {
		return Faces{}, err
	}
	routes, err := routesOf(apiAreas(r, s, index, clients, files))
	return Faces{
		Routes: slices.Concat(pages.Routes, owned.Routes, carried.Routes, routes), Views: slices.Concat(pages.Views, owned.Views, carried.Views),
	}, err
}

// area is one area of a face: its routes, or why there are none.
type area struct {
	routes []edge.Route
	err    error
}

// mounted is what the constructor of an area returns: something that has routes.
func mounted[P interface{ Routes() []edge.Route }](p P, err error) area {
	if err != nil {
		return area{err: err}
	}
	return area{routes: p.Routes()}
}

// listed is an area whose constructor returns its routes.
func listed(routes []edge.Route, err error) area { return area{routes, err} }

// routesOf returns the routes of all areas, or the first error.
func routesOf(areas []area) ([]edge.Route, error) {
	var all []edge.Route
	for _, a := range areas {
		if a.err != nil {
			return nil, a.err
		}
		all = append(all, a.routes...)
	}
	return all, nil
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
