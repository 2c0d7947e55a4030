package settings

import (
	"strings"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) vendor() []edge.Route {
	return web.EditWith(p.face, "/settings/vendor", web.Needs(identity.ManageVendor), "form.html", web.OfAll("vendor"),
		p.askVendor, p.prepareVendor, p.changeVendor)
}

func (p *Pages) askVendor(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Vendor & branding"), Form: form}
	page.Sub, page.Tabs = "What your people and your customers see of you.", vendorTabs(q, "/settings/vendor")
	page.About(web.Fact{
		Label: "Vendor id (isv_id)", Hint: "Clients name it in the addresses that they call",
		Cell: web.Cell{Text: q.Vendor.UUID.String(), Mono: true, Copy: q.Vendor.UUID.String()},
	})
	v := q.Vendor
	form.Submit = "Save"
	form.Add(web.Group{Title: "Name", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: v.Name, Required: true, Hint: "On every screen of your team; customers may be shown another one: see Branding."},
		{
			Name: "slug", Label: "Place in addresses", Value: v.Slug, Required: true, Mono: true,
			Hint: "The console is at /console/" + v.Slug + ". Links with the old one go on leading there after a change, and nobody else may take it.",
		},
	}})
	days := []web.Field{{
		Name: "zone", Label: "Time zone", Value: v.Zone, Required: true,
		Hint: "An IANA name such as Europe/Berlin. Meters count by another one from their next period on; what becomes of last days is asked then.",
	}}
	text := "Days, months and quarters begin in this zone: a licence that ends on a date ends with that day here."
	if zone, sent := form.Sent("zone"); sent {
		m, err := p.movedBy(q, strings.TrimSpace(zone))
		if err != nil {
			return nil, err
		}
		if m.any() {
			text += " " + m.text()
			days = append(days, m.choice(q))
		}
	}
	form.Add(web.Group{Title: "Days", Text: text, Fields: days})
	form.Add(web.Group{Title: "Help", Text: "Shown where people sign in, and at the end of mails.", Fields: []web.Field{
		{Name: "support_email", Label: "Support e-mail", Kind: web.EmailField, Value: v.SupportEmail, Placeholder: "help@example.com"},
		{Name: "website", Label: "Website", Value: v.Website, Placeholder: "https://example.com"},
	}})
	form.Add(web.Group{Title: "Language", Text: "Of the portal and of mails. Whoever has chosen a language gets that one.", Fields: []web.Field{
		show.LanguageField(v.Language, "English"),
	}})
	on := map[bool]string{true: "on"}
	form.Add(web.Group{Title: "Activation files", Text: "For editions that allow devices without internet.", Fields: []web.Field{
		{
			Name: "direct", Label: "Activate at once when the address of an activation file is opened", Kind: web.CheckField, Value: on[v.DirectActivationFiles],
			Hint: "Otherwise a page with a button asks first. Programs that fetch the file are never asked.",
		},
	}})
	form.Add(web.Group{Title: "Where devices are", Text: storedPlaces(v), Fields: []web.Field{
		{
			Name: "store_no_location", Label: "Store no location", Kind: web.CheckField, Value: on[v.StoreNoLocation],
			Hint: "Country and city are not stored from now on, and those stored before are removed, which takes some minutes and can't be taken back. " +
				"Network addresses are stored all the same. What was counted by country stays in the figures, without devices.",
		},
	}})
	form.Add(web.Group{Title: "Handing over", Fields: []web.Field{
		{
			Name: "no_hand_over", Label: "Owners can't hand their licences to other people", Kind: web.CheckField, Value: on[v.NoHandOver],
			Hint: "Otherwise a licensee, or an administrator of the customer, can name another person in the licensing dashboard, who has to confirm it by a mail.",
		},
	}})
	return page, p.moving(q, &page.Page)
}

// storedPlaces says what is stored of where devices are.
func storedPlaces(v vendors.Vendor) string {
	if v.StoreNoLocation {
		return "Stored now: the network address that a device called from, and no place."
	}
	return "Stored now: the network address that a device called from, its country, and the city with how well it is known where the server has a database of cities."
}

// prepareVendor reads the form. With another zone that moves last days, it must be
// chosen what becomes of them.
func (p *Pages) prepareVendor(q *web.Request, in web.Values) (vendors.Change, error) {
	name, slug, zone, mail, site := in.Text("name"), in.Text("slug"), in.Text("zone"), in.Text("support_email"), in.Text("website")
	direct, nowhere, language := in.Flag("direct"), in.Flag("store_no_location"), in.Text("language")
	fixed := in.Flag("no_hand_over")
	c := vendors.Change{
		Name: &name, Slug: &slug, Zone: &zone, SupportEmail: &mail, Website: &site, Language: &language,
		DirectActivationFiles: &direct, StoreNoLocation: &nowhere, NoHandOver: &fixed,
	}
	m, err := p.movedBy(q, zone)
	if err != nil {
		return c, err
	}
	choice := in.Text(daysChoice)
	in.Check(!m.any() || choice == keepDays || choice == leaveDays, daysChoice, "must be chosen: the other time zone moves them")
	// First days and suspensions may be there where no last day is: they follow the date then.
	c.KeepDays = choice != leaveDays
	return c, in.Err()
}

func (p *Pages) changeVendor(t tx.Tx, q *web.Request, c vendors.Change) (web.Done, error) {
	v, err := p.Vendors.Update(t, q.VendorID(), c)
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
