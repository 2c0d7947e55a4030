package manage

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// Vendors changes vendors.
type Vendors interface {
	Update(t tx.Tx, id ident.VendorID, c vendors.Change) (vendors.Vendor, error)
}

// VendorRows reads vendors; what it gives may be a second old.
type VendorRows interface {
	ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error)
}

type vendorOut struct {
	ID                    ident.UUID `json:"id" format:"uuid" doc:"isv_id on the clients' surface"`
	Name                  string     `json:"name"`
	Zone                  string     `json:"zone" doc:"IANA time zone in which days, months and quarters begin"`
	Plan                  string     `json:"plan"`
	DirectActivationFiles bool       `json:"direct_activation_files"`
	CreatedAt             time.Time  `json:"created_at"`
}

type vendorUpdate struct {
	Name                  *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Zone                  *string `json:"zone,omitempty" doc:"IANA time zone, such as Europe/Berlin"`
	DirectActivationFiles *bool   `json:"direct_activation_files,omitempty" doc:"true: opening the address of an activation file in a browser activates at once, without a page that asks; false by default"`
}

func showVendor(v vendors.Vendor) vendorOut {
	return vendorOut{ID: v.UUID, Name: v.Name, Zone: v.Zone, Plan: string(v.Plan), DirectActivationFiles: v.DirectActivationFiles, CreatedAt: v.CreatedAt}
}

func (a *API) vendor() []operation {
	const group = "Vendor"
	return []operation{
		get(a, operation{
			Path: "/vendor", ID: "get-vendor", Group: group, Summary: "The vendor that the key belongs to", Permission: identity.ManageVendor,
		}, func(q *request) (vendorOut, error) {
			v, err := a.VendorRows.ByID(q.ctx, q.vendor)
			return showVendor(v), err
		}),
		change(a, operation{
			Method: http.MethodPatch, Path: "/vendor", ID: "update-vendor", Group: group, Summary: "Change the vendor's name, time zone or settings",
			Permission: identity.ManageVendor,
		}, func(t tx.Tx, q *request, in vendorUpdate) (vendorOut, error) {
			v, err := a.Vendors.Update(t, q.vendor, vendors.Change{Name: in.Name, Zone: in.Zone, DirectActivationFiles: in.DirectActivationFiles})
			return showVendor(v), err
		}),
	}
}
