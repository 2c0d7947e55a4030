package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/console/show"
)

func (p *Pages) list() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/licenses", web.Needs(identity.ViewLicenses), p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Licences")
			page.Sub = "Every licence that was issued, the newest first."
			if q.May(identity.ManageLicenses) {
				page.Actions = []web.Action{{Label: "Issue a licence", Href: q.Href("/licenses/new"), Icon: "plus"}}
			}
			return page, nil
		}),
	}
}

func (p *Pages) table(q *web.Request) (web.Table[*licensing.License], error) {
	now := q.Now()
	return web.Table[*licensing.License]{
		Name:  "licences",
		Sorts: licensing.Sorts(),
		Filters: []web.Filter{
			{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
				{Value: "on", Label: "Switched on"},
				{Value: "off", Label: "Switched off"},
				{Value: "goodwill", Label: "On goodwill"},
				{Value: "used_up", Label: "Used up"},
			}},
		},
		Empty: web.Empty{
			Icon: "license", Title: "No licences yet", Text: "Issue the first one: choose a customer and an edition, and send the key.",
			Action: &web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new"), Icon: "plus"},
		},
		ID: func(l *licensing.License) string { return l.UUID.String() },
		Columns: []web.Column[*licensing.License]{
			{Name: "license", Label: "Licence", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: show.LicenseName(l), Href: show.LicenseHref(q.Base, l.UUID), Sub: l.Edition.Name + " · " + l.Product.Name}
			}, Plain: show.LicenseName},
			{Name: "customer", Label: "Customer", Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: l.Customer.CompanyName, Href: show.CustomerHref(q.Base, l.Customer.UUID)}
			}},
			{Name: "state", Label: "State", Cell: func(l *licensing.License) web.Cell {
				badge := show.LicenseBadge(l, now)
				return web.Cell{Badge: &badge}
			}},
			{Name: "activations", Label: "Activations", Cell: func(l *licensing.License) web.Cell {
				bar := show.Activations(l)
				return web.Cell{Bar: &bar}
			}},
			{Name: "expires", Label: "Expires", Cell: func(l *licensing.License) web.Cell {
				if end := l.ExpiryOf(l.Terms().Policy); !end.IsZero() {
					return web.Cell{Day: end}
				}
				return web.Cell{Text: "Never", Quiet: true}
			}},
			{Name: "issued", Label: "Issued", Sort: "created_at", Cell: func(l *licensing.License) web.Cell { return web.Cell{When: l.CreatedAt} }},
			{Name: "key", Label: "License key", Extra: true, Cell: func(l *licensing.License) web.Cell {
				return web.Cell{Text: show.ShortKey(l.LicenseKey), Copy: l.LicenseKey.String(), Mono: true}
			}, Plain: func(l *licensing.License) string { return l.LicenseKey.String() }},
			{Name: "mode", Label: "Mode", Extra: true, Cell: func(l *licensing.License) web.Cell { return web.Cell{Text: show.Mode(l.Edition.Mode)} }},
			{Name: "licensee", Label: "Licensee", Extra: true, Cell: func(l *licensing.License) web.Cell { return web.Cell{Text: l.LicenseeEmail} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error) {
			var f licensing.Filter
			on, off := true, false
			switch q.Text("state") {
			case "on":
				f.IsActive = &on
			case "off":
				f.IsActive = &off
			case "goodwill":
				f.OnGoodwill = true
			case "used_up":
				f.UsedUp = true
			}
			return p.Rows.List(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}
