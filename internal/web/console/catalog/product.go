package catalog

import (
	"chancery/internal/audit"
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type productPage struct {
	web.Page

	Facts       []web.ShownFact
	Description string
	List        web.List
}

func (p *Pages) product() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/products/{id}", web.Needs(identity.ViewCatalog), "product.html", p.productPage),
		web.Lists(p.Face, "/products/{id}/history", web.Needs(identity.ViewAuditLog), func(q *web.Request) (web.Table[show.Record], error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Table[show.Record]{}, err
			}
			return show.HistoryTable(q, p.History, "product", audit.Filter{Subject: "product", SubjectID: id}), nil
		}, func(q *web.Request) (web.Page, error) { return p.chrome(q, "history") }),
	}
}

func (p *Pages) productPage(q *web.Request) (*productPage, error) {
	product, err := p.found(q)
	if err != nil {
		return nil, err
	}
	page := &productPage{Page: productChrome(q, product, ""), Description: product.Description}
	if q.May(identity.ManageCatalog) && product.ArchivedAt.IsZero() {
		page.Actions = append([]web.Action{newEdition(q, product)}, page.Actions...)
	}
	printed := "No: licences have the long key only"
	if product.PrintedKeys {
		printed = "Yes: new licences get a key that people can type"
	}
	moves := "No: the old customer's licence must be released first"
	if product.AllowClientMoves {
		moves = "Yes: a client takes another customer's licence by itself"
	}
	keys := "Shown to every client that a heartbeat names"
	if product.HideKeysInHeartbeats {
		keys = "Hidden from heartbeats without a token key or a signature"
	}
	page.Facts = page.Page.Facts(
		web.Fact{
			Label: "Product id", Hint: "Client software sends it with every call",
			Cell: web.Cell{Text: product.UUID.String(), Mono: true, Copy: product.UUID.String()},
		},
		web.Fact{Label: "Latest release", Cell: web.Cell{Text: product.LatestRelease, Mono: true}},
		web.Fact{Label: "Printed keys", Cell: web.Cell{Text: printed}},
		web.Fact{Label: "Clients may move", Cell: web.Cell{Text: moves}},
		web.Fact{Label: "Keys in heartbeats", Cell: web.Cell{Text: keys}},
		web.Fact{Label: "Silent clients", Cell: inactive(product)},
		web.Fact{Label: "Created", Cell: web.Cell{When: product.CreatedAt}},
		web.Fact{Label: "Changed", Cell: web.Cell{When: product.UpdatedAt}},
	)
	if page.List, err = p.editionTable(q, product).View(q, &page.Page); err != nil {
		return nil, err
	}
	page.List.CSV, page.List.Picks = "", nil // the list is short, and part of a page
	return page, nil
}

func newEdition(q *web.Request, c catalog.Product) web.Action {
	return web.Action{Label: "New edition", Href: show.ProductHref(q, c.UUID) + "/editions/new", Icon: "plus"}
}

func (p *Pages) editionTable(q *web.Request, product catalog.Product) web.Table[catalog.Edition] {
	empty := web.Empty{Icon: "template", Title: "No editions yet", Text: "An edition is the policy that licences start from: how many devices, for how long, with which features."}
	if q.May(identity.ManageCatalog) {
		action := newEdition(q, product)
		empty.Action = &action
	}
	page := q.Page("")
	return web.Table[catalog.Edition]{
		Name: "editions", Sorts: catalog.EditionSorts(), Empty: empty, Filters: []web.Filter{stateFilter()},
		Columns: []web.Column[catalog.Edition]{
			{Name: "edition", Label: "Edition", Sort: "name", Cell: func(e catalog.Edition) web.Cell {
				return web.Cell{Text: e.Name, Href: show.EditionHref(q, e.UUID), Sub: firstLine(e.Description)}
			}},
			{Name: "state", Label: "State", Cell: func(e catalog.Edition) web.Cell { return archivedCell(e.ArchivedAt) }},
			{Name: "mode", Label: "Mode", Cell: func(e catalog.Edition) web.Cell {
				return web.Cell{Text: show.Mode(e.Mode) + ", " + lowerFirst(show.ClientType(e.ClientType))}
			}},
			{Name: "type", Label: "Kind", Cell: func(e catalog.Edition) web.Cell { return web.Cell{Text: show.LicenseType(e.LicenseType)} }},
			{Name: "limit", Label: "Limit", Cell: func(e catalog.Edition) web.Cell { return web.Cell{Text: limitOf(e)} }},
			{Name: "ends", Label: "Ends", Cell: func(e catalog.Edition) web.Cell { return web.Cell{Text: show.UpperFirst(show.Ends(&page, e.Policy))} }},
			{Name: "grants", Label: "Grants", Cell: func(e catalog.Edition) web.Cell { return web.Cell{Text: grantsOf(e.Grants), Quiet: true} }},
			{Name: "changed", Label: "Changed", Cell: func(e catalog.Edition) web.Cell { return web.Cell{When: e.UpdatedAt} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[catalog.Edition], error) {
			return p.Rows.EditionsIn(q.Context(), q.VendorID(), &product.UUID, archivedFilter(q), r)
		},
	}
}

// chrome is the frame of a product's tabs other than the first.
func (p *Pages) chrome(q *web.Request, tab string) (web.Page, error) {
	product, err := p.found(q)
	if err != nil {
		return web.Page{}, err
	}
	return productChrome(q, product, tab), nil
}

func productChrome(q *web.Request, c catalog.Product, active string) web.Page {
	page := q.Page(c.Name, productsCrumb(q))
	href := show.ProductHref(q, c.UUID)
	archivedPage(&page, c.ArchivedAt)
	for _, tab := range []struct{ path, label string }{
		{"", "Editions"},
		{"features", "Features"},
		{"limitations", "Limitations"},
		{"variables", "Variables"},
		{"releases", "Releases"},
		{"usage-features", "Usage features"},
		{"usage-modules", "Usage modules"},
		{"analytical-fields", "Analytical fields"},
		{"history", "History"},
	} {
		if tab.path == "history" && !q.May(identity.ViewAuditLog) {
			continue
		}
		to := href
		if tab.path != "" {
			to += "/" + tab.path
		}
		page.Tabs = append(page.Tabs, web.Tab{Label: tab.label, Href: to, Active: tab.path == active})
	}
	if q.May(identity.ManageCatalog) {
		page.Actions = []web.Action{{Label: "Edit the product", Href: href + "/edit", Icon: "edit", Plain: true}}
		page.More = append(page.More, endings(href, "product", c.ArchivedAt)...)
	}
	return page
}

func limitOf(e catalog.Edition) string {
	if e.Mode == terms.Floating {
		return web.Count(e.Policy.FloatingTokenLimit, "session", "sessions")
	}
	unit := [2]string{"device", "devices"}
	if e.ClientType == terms.Users {
		unit = [2]string{"user", "users"}
	}
	text := web.Count(e.Policy.TokenLimit, unit[0], unit[1])
	if more := e.Policy.ActivationBuffer + e.Policy.GoodwillTokenLimit; more > 0 {
		text += " + " + web.Number(more)
	}
	return text
}

func grantsOf(g terms.Grants) string {
	text := ""
	for _, part := range []string{
		some(len(g.Features), "feature", "features"), some(len(g.Limitations), "limitation", "limitations"), some(len(g.Variables), "variable", "variables"),
	} {
		if part != "" && text != "" {
			text += ", "
		}
		text += part
	}
	return text
}

func some(n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return web.Count(int64(n), one, many)
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
