package wiring

import (
	"context"
	"net/netip"

	"chancery/internal/geo"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/recheck"
	"chancery/internal/vendors"
)

// locator tells where a device is when it reports. It implements slascone.Places. What
// it tells is stored with the report, so that a list looks nothing up, and a device's
// history says where it was by the database of that day.
type locator struct {
	places  *geo.Places
	vendors *recheck.Cache[ident.VendorID, vendors.Vendor]
}

func newLocator(r *Rooms, places *geo.Places) locator {
	return locator{places, recheck.NewCache(r.Watch, r.VendorRows.ByID)}
}

// Locate implements slascone.Places.
func (l locator) Locate(ctx context.Context, v ident.VendorID, a netip.Addr) (country string, city licensing.City, err error) {
	vendor, err := l.vendors.Get(ctx, v)
	if err != nil || vendor.StoreNoLocation {
		return "", licensing.City{}, err
	}
	country, city = l.places.Locate(a)
	return country, city, nil
}
