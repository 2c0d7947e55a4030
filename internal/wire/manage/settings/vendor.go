package settings

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
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

	ShownName   string  `json:"shown_name" doc:"what customers are shown instead of the name; may be empty"`
	AccentLight string  `json:"accent_light" doc:"#rrggbb, of buttons and links on light pages and in mails; empty for the server's own"`
	AccentDark  string  `json:"accent_dark" doc:"the same on dark pages"`
	SupportText string  `json:"support_text" doc:"said where help is found, on the portal and in mails"`
	Logo        *string `json:"logo" doc:"names the logo that customers are shown; null for none"`

	StoreNoLocation bool `json:"store_no_location" doc:"true: country and city of devices are not stored, and those stored before are removed; network addresses are stored as ever"`
	NoHandOver      bool `json:"no_hand_over" doc:"true: owners can't hand their licences to other people in the licensing dashboard"`
}

type vendorUpdate struct {
	Slug *string `json:"slug,omitempty" minLength:"1" maxLength:"63" doc:"lower-case letters, digits and dashes; links with the old one go on leading here, and no other vendor may take it"`
	Name *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Zone *string `json:"zone,omitempty" doc:"IANA time zone, such as Europe/Berlin"`

	KeepLastDays bool `json:"keep_last_days,omitempty" doc:"with another zone: true lets first and last days keep their dates there; otherwise they end and begin at the same instants as before"`

	SupportEmail *string `json:"support_email,omitempty" maxLength:"254"`
	Website      *string `json:"website,omitempty" maxLength:"500"`
	Language     *string `json:"language,omitempty" maxLength:"20" doc:"a code such as de, for portal and mails; empty for English"`

	DirectActivationFiles *bool `json:"direct_activation_files,omitempty" doc:"true: opening the address of an activation file in a browser activates at once, without a page that asks; false by default"`

	ShownName   *string `json:"shown_name,omitempty" maxLength:"200"`
	AccentLight *string `json:"accent_light,omitempty" maxLength:"20" doc:"a colour such as #1f5fbf, or empty; where it can't be read as a text, links take the nearest that can"`
	AccentDark  *string `json:"accent_dark,omitempty" maxLength:"20"`
	SupportText *string `json:"support_text,omitempty" maxLength:"500"`
	Logo        *string `json:"logo,omitempty" doc:"a PNG or JPEG file of up to 700 KB in base64, which is made smaller and anew; empty takes the logo away"`

	StoreNoLocation *bool `json:"store_no_location,omitempty" doc:"true: store neither country nor city of devices from now on, and remove what is stored of them, which takes some minutes; it can't be brought back"`
	NoHandOver      *bool `json:"no_hand_over,omitempty" doc:"true: only the vendor gives a licence another licensee; false by default"`
}

func showVendor(v vendors.Vendor) vendorOut {
	return vendorOut{
		ID: v.UUID, Slug: v.Slug, Name: v.Name, Zone: v.Zone, Plan: string(v.Plan), CreatedAt: v.CreatedAt, SupportEmail: v.SupportEmail, Website: v.Website,
		Language: v.Language, DirectActivationFiles: v.DirectActivationFiles, StoreNoLocation: v.StoreNoLocation, NoHandOver: v.NoHandOver,
		ShownName: v.Branding.Name, AccentLight: string(v.Branding.AccentLight), AccentDark: string(v.Branding.AccentDark),
		SupportText: v.Branding.SupportText, Logo: value.TextOrNil(v.Branding.Logo),
	}
}

// readLogo makes a logo of the picture that was sent, which takes too long within a
// transaction; nil where none was.
func readLogo(_ *operation.Request, in vendorUpdate) (*vendors.Logo, error) {
	switch {
	case in.Logo == nil:
		return nil, nil // nothing is to be changed
	case *in.Logo == "":
		return &vendors.Logo{}, nil
	}
	file, err := base64.StdEncoding.DecodeString(*in.Logo)
	if err != nil {
		return nil, fault.Wrong(fault.Field{Name: "logo", Message: "must be a picture in base64"})
	}
	l, err := vendors.ReadLogo(file)
	return &l, err
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
		operation.ChangeWith(m, operation.Operation{
			Method: http.MethodPatch, Path: "/vendor", ID: "update-vendor", Group: group, Permission: identity.ManageVendor,
			Summary: "Change the vendor's name, slug, time zone, where help is found, or what customers see of it",
		}, readLogo, func(t tx.Tx, q *operation.Request, in vendorUpdate, logo *vendors.Logo) (vendorOut, error) {
			v, err := a.Vendors.Update(t, q.Vendor, vendors.Change{
				Slug: in.Slug, Name: in.Name, Zone: in.Zone, KeepDays: in.KeepLastDays, SupportEmail: in.SupportEmail, Website: in.Website,
				Language: in.Language, DirectActivationFiles: in.DirectActivationFiles, StoreNoLocation: in.StoreNoLocation,
				NoHandOver: in.NoHandOver,
				Branding: vendors.BrandingChange{
					Name: in.ShownName, AccentLight: in.AccentLight, AccentDark: in.AccentDark, SupportText: in.SupportText, Logo: logo,
				},
			})
			return showVendor(v), err
		}),
	}
}
