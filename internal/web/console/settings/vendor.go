package settings

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

func (p *Pages) vendor() []edge.Route {
	return web.Edit(p.face, "/settings/vendor", web.Needs(identity.ManageVendor), "form.html", web.OfAll("vendor"), p.askVendor, p.changeVendor)
}

func (p *Pages) askVendor(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Vendor & branding"), Form: form}
	page.Sub = "What your people and your customers see of you."
	page.About(web.Fact{
		Label: "Vendor id (isv_id)", Hint: "Clients name it in the addresses that they call",
		Cell: web.Cell{Text: q.Vendor.UUID.String(), Mono: true, Copy: q.Vendor.UUID.String()},
	})
	v := q.Vendor
	form.Submit = "Save"
	form.Add(web.Group{Title: "Name", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: v.Name, Required: true, Hint: "On every screen and in every mail."},
		{
			Name: "slug", Label: "Place in addresses", Value: v.Slug, Required: true, Mono: true,
			Hint: "The console is at /console/" + v.Slug + ". Links with the old one lead nowhere after a change.",
		},
	}})
	form.Add(web.Group{Title: "Days", Text: "Days, months and quarters begin in this zone: a licence that ends on a date ends with that day here.", Fields: []web.Field{
		{Name: "zone", Label: "Time zone", Value: v.Zone, Required: true, Hint: "An IANA name such as Europe/Berlin. A change holds from the next period on."},
	}})
	form.Add(web.Group{Title: "Help", Text: "Shown where people sign in, and at the end of mails.", Fields: []web.Field{
		{Name: "support_email", Label: "Support e-mail", Kind: web.EmailField, Value: v.SupportEmail, Placeholder: "help@example.com"},
		{Name: "website", Label: "Website", Value: v.Website, Placeholder: "https://example.com"},
	}})
	direct := ""
	if v.DirectActivationFiles {
		direct = "on"
	}
	form.Add(web.Group{Title: "Activation files", Text: "For editions that allow machines without internet.", Fields: []web.Field{
		{
			Name: "direct", Label: "Activate at once when the address of an activation file is opened", Kind: web.CheckField, Value: direct,
			Hint: "Otherwise a page with a button asks first. Programs that fetch the file are never asked.",
		},
	}})
	return page, nil
}

func (p *Pages) changeVendor(t tx.Tx, q *web.Request, in web.Values) (web.Done, error) {
	name, slug, zone, mail, site := in.Text("name"), in.Text("slug"), in.Text("zone"), in.Text("support_email"), in.Text("website")
	direct := in.Flag("direct")
	v, err := p.Vendors.Update(t, q.VendorID(), vendors.Change{
		Name: &name, Slug: &slug, Zone: &zone, SupportEmail: &mail, Website: &site, DirectActivationFiles: &direct,
	})
	if err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "The settings were saved."}
	if v.Slug != q.Vendor.Slug {
		say.Text = "The settings were saved. This is the new address; others of the team sign in here again."
		q.MoveTo(v.Slug) // the session's cookie belongs to the old address
	}
	return web.Done{To: p.Face.Base(v.Slug) + "/settings/vendor", Say: say}, nil
}
