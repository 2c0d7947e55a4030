package customers

import (
	"slices"

	"chancery/internal/audit"
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type customerPage struct {
	web.Page

	Stats []web.Stat
	Facts []web.ShownFact
	List  web.List // its newest licences
	All   string   // address of all of them; empty when these are all
}

// some is how far things of a customer are counted.
const some = 1000

// newest is how many licences the first tab shows.
const newest = 5

func (p *Pages) customer() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/customers/{id}", web.Needs(identity.ViewCustomers), "customer.html", p.overview),
		web.Lists(p.Face, "/customers/{id}/licenses", web.Needs(identity.ViewLicenses), p.licenses, func(q *web.Request) (web.Page, error) {
			page, _, err := p.chrome(q, "licenses")
			return page, err
		}),
		web.Lists(p.Face, "/customers/{id}/sub-customers", web.Needs(identity.ViewCustomers), p.below, func(q *web.Request) (web.Page, error) {
			page, c, err := p.chrome(q, "sub-customers")
			if err == nil && q.May(identity.ManageCustomers) {
				page.Actions = []web.Action{{Label: "New sub-customer", Href: q.Href("/customers/new?superior=" + c.Number), Icon: "plus"}}
			}
			return page, err
		}),
		web.Lists(p.Face, "/customers/{id}/history", web.Needs(identity.ViewAuditLog), func(q *web.Request) (web.Table[show.Record], error) {
			c, err := p.found(q)
			return show.HistoryTable(q, p.History, "customer", audit.Filter{Subject: "customer", SubjectID: c.UUID}), err
		}, func(q *web.Request) (web.Page, error) {
			page, _, err := p.chrome(q, "history")
			return page, err
		}),
	}
}

// found reads the customer that the address names.
func (p *Pages) found(q *web.Request) (customers.Customer, error) {
	id, err := q.ID("id")
	if err != nil {
		return customers.Customer{}, err
	}
	return p.Rows.ByUUID(q.Context(), q.VendorID(), id)
}

// crumbs lead up the tree.
func (p *Pages) crumbs(q *web.Request, c customers.Customer) ([]web.Link, error) {
	above, err := p.Rows.Ancestors(q.Context(), q.VendorID(), c.ID)
	crumbs := []web.Link{{Label: "Customers", Href: q.Href("/customers")}}
	for _, superior := range slices.Backward(above) {
		crumbs = append(crumbs, web.Link{Label: superior.CompanyName, Href: show.CustomerHref(q, superior.UUID)})
	}
	return crumbs, err
}

// chrome is the frame of a customer's tabs.
func (p *Pages) chrome(q *web.Request, active string) (web.Page, customers.Customer, error) {
	c, err := p.found(q)
	if err != nil {
		return web.Page{}, c, err
	}
	crumbs, err := p.crumbs(q, c)
	if err != nil {
		return web.Page{}, c, err
	}
	page := q.Page(c.CompanyName, crumbs...)
	page.Sub = "Customer " + c.Number
	href := show.CustomerHref(q, c.UUID)
	tab := func(path, label string) {
		to := href
		if path != "" {
			to += "/" + path
		}
		page.Tabs = append(page.Tabs, web.Tab{Label: label, Href: to, Active: path == active})
	}
	tab("", "Overview")
	if q.May(identity.ViewLicenses) {
		tab("licenses", "Licences")
	}
	tab("people", "People")
	tab("sub-customers", "Sub-customers")
	if q.May(identity.ViewAuditLog) {
		tab("history", "History")
	}
	return page, c, nil
}

func (p *Pages) overview(q *web.Request) (*customerPage, error) {
	chrome, c, err := p.chrome(q, "")
	if err != nil {
		return nil, err
	}
	page := &customerPage{Page: chrome}
	href := show.CustomerHref(q, c.UUID)
	if q.May(identity.ManageLicenses) {
		page.Actions = append(page.Actions, web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new?customer=" + c.UUID.String()), Icon: "plus"})
	}
	if q.May(identity.ManageCustomers) {
		page.Actions = append(page.Actions,
			web.Action{Label: "Edit", Href: href + "/edit", Icon: "edit", Plain: true, Dialog: true},
			web.Action{Label: "Move", Href: href + "/move", Icon: "sitemap", Plain: true, Dialog: true})
		if q.May(identity.ManageGovernance) {
			erase := q.Href("/erasures/new?customer=" + c.UUID.String())
			page.More = append(page.More, web.Action{Label: "Erase personal data", Href: erase, Icon: "eye-off", Danger: true})
		}
		page.More = append(page.More, web.Action{Label: "Delete the customer", Href: href + "/delete", Icon: "trash", Danger: true, Dialog: true})
	}
	below, err := p.Rows.CountBelow(q.Context(), q.VendorID(), c.ID, some)
	if err != nil {
		return nil, err
	}
	superior := web.Cell{Text: "None: it stands at the top", Quiet: true}
	if !c.SuperiorUUID.IsZero() {
		last := page.Crumbs[len(page.Crumbs)-1]
		superior = web.Cell{Text: last.Label, Href: last.Href}
	}
	page.Facts = page.Page.Facts(
		web.Fact{Label: "Number", Cell: web.Cell{Text: c.Number, Mono: true, Copy: c.Number}},
		web.Fact{Label: "E-mail", Hint: "Licences are sent here unless they name somebody else", Cell: web.Cell{Text: c.Email}},
		web.Fact{Label: "Superior", Cell: superior},
		web.Fact{Label: "Since", Cell: web.Cell{When: c.CreatedAt}},
		web.Fact{Label: "Changed", Cell: web.Cell{When: c.UpdatedAt}},
		web.Fact{Label: "Customer id", Cell: web.Cell{Text: c.UUID.String(), Mono: true, Copy: c.UUID.String()}},
	)
	page.Stats = []web.Stat{{Label: "Sub-customers", Value: counted(below), Sub: "directly below it", Icon: "sitemap", Href: href + "/sub-customers"}}
	if !q.May(identity.ViewLicenses) {
		return page, nil
	}
	return page, p.holds(q, page, c)
}

// holds adds what the customer holds to its first tab.
func (p *Pages) holds(q *web.Request, page *customerPage, c customers.Customer) error {
	href := show.CustomerHref(q, c.UUID)
	n, err := p.Licenses.CountSome(q.Context(), q.VendorID(), licensing.Filter{Customer: c.UUID}, some)
	if err != nil {
		return err
	}
	page.Stats = append([]web.Stat{{Label: "Licences", Value: counted(n), Sub: "held by itself", Icon: "license", Href: href + "/licenses"}}, page.Stats...)
	t := p.licenseTable(q, c)
	t.Limit = newest
	if page.List, err = t.View(q, &page.Page); err != nil {
		return err
	}
	if page.List.Next != "" {
		page.All = href + "/licenses"
	}
	page.List.CSV, page.List.Picks, page.List.Next = "", nil, ""
	for i := range page.List.Heads {
		page.List.Heads[i].Sort = ""
	}
	return nil
}

func counted(n int) string {
	if n == some {
		return web.Number(int64(n)) + " or more"
	}
	return web.Number(int64(n))
}

func (p *Pages) licenses(q *web.Request) (web.Table[*licensing.License], error) {
	c, err := p.found(q)
	return p.licenseTable(q, c), err
}

func (p *Pages) licenseTable(q *web.Request, c customers.Customer) web.Table[*licensing.License] {
	t := show.Licenses(q, "licences-of-customer", func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error) {
		return p.Licenses.List(q.Context(), q.VendorID(), licensing.Filter{Customer: c.UUID}, r)
	}, "customer")
	t.Empty = web.Empty{Icon: "license", Title: "No licences yet", Text: "This customer holds no licence."}
	if q.May(identity.ManageLicenses) {
		t.Empty.Action = &web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new?customer=" + c.UUID.String()), Icon: "plus"}
	}
	return t
}

func (p *Pages) below(q *web.Request) (web.Table[customers.Customer], error) {
	c, err := p.found(q)
	if err != nil {
		return web.Table[customers.Customer]{}, err
	}
	empty := web.Empty{Icon: "sitemap", Title: "No sub-customers", Text: "Nobody belongs to this customer. A reseller's customers do, for example."}
	if q.May(identity.ManageCustomers) {
		empty.Action = &web.Action{Label: "New sub-customer", Href: q.Href("/customers/new?superior=" + c.Number), Icon: "plus"}
	}
	return web.Table[customers.Customer]{
		Name: "sub-customers", Sorts: customers.Sorts(), Empty: empty, Columns: columns(q, func(by string) string { return by }),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[customers.Customer], error) {
			return p.Rows.List(q.Context(), q.VendorID(), customers.Filter{Superior: &c.UUID}, r)
		},
	}, nil
}
