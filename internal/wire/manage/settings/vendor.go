package settings

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage/operation"
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
	ID        ident.UUID `json:"id" format:"uuid" doc:"isv_id on the clients' surface"`
	Slug      string     `json:"slug" doc:"the vendor's place in addresses: /console/{slug}"`
	Name      string     `json:"name"`
	Zone      string     `json:"zone" doc:"IANA time zone in which days, months and quarters begin"`
	Plan      string     `json:"plan"`
	CreatedAt time.Time  `json:"created_at"`

	SupportEmail string `json:"support_email" doc:"where its people and customers find help; may be empty"`
	Website      string `json:"website"`
	Language     string `json:"language" doc:"of its people and customers who have chosen none; empty for English"`

	DirectActivationFiles bool `json:"direct_activation_files"`
}

type vendorUpdate struct {
	Slug *string `json:"slug,omitempty" minLength:"1" maxLength:"63" doc:"lower-case letters, digits and dashes; links with the old one lead nowhere"`
	Name *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Zone *string `json:"zone,omitempty" doc:"IANA time zone, such as Europe/Berlin"`

	KeepLastDays bool `json:"keep_last_days,omitempty" doc:"with another zone: true lets first and last days keep their dates there; otherwise they end and begin at the same instants as before"`

	SupportEmail *string `json:"support_email,omitempty" maxLength:"254"`
	Website      *string `json:"website,omitempty" maxLength:"500"`
	Language     *string `json:"language,omitempty" maxLength:"20" doc:"a code such as de, for portal and mails; empty for English"`

	DirectActivationFiles *bool `json:"direct_activation_files,omitempty" doc:"true: opening the address of an activation file in a browser activates at once, without a page that asks; false by default"`
}

func showVendor(v vendors.Vendor) vendorOut {
	return vendorOut{
		ID: v.UUID, Slug: v.Slug, Name: v.Name, Zone: v.Zone, Plan: string(v.Plan), CreatedAt: v.CreatedAt, SupportEmail: v.SupportEmail, Website: v.Website,
		Language: v.Language, DirectActivationFiles: v.DirectActivationFiles,
	}
}

func (a *Area) vendor(m *operation.Maker) []operation.Operation {
	const group = "Vendor"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/vendor", ID: "get-vendor", Group: group, Summary: "The vendor that the key belongs to", Permission: identity.ManageVendor,
		}, func(q *operation.Request) (vendorOut, error) {
			v, err := a.VendorRows.ByID(q.Context, q.Vendor)
			return showVendor(v), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/vendor", ID: "update-vendor", Group: group, Permission: identity.ManageVendor,
			Summary: "Change the vendor's name, slug, time zone or where help is found",
		}, func(t tx.Tx, q *operation.Request, in vendorUpdate) (vendorOut, error) {
			v, err := a.Vendors.Update(t, q.Vendor, vendors.Change{
				Slug: in.Slug, Name: in.Name, Zone: in.Zone, KeepDays: in.KeepLastDays, SupportEmail: in.SupportEmail, Website: in.Website,
				Language: in.Language, DirectActivationFiles: in.DirectActivationFiles,
			})
			return showVendor(v), err
		}),
	}
}
