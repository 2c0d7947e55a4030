package catalog

import (
	"strconv"
	"strings"

	"chancery/internal/audit"
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type editionPage struct {
	web.Page

	Summary     []string
	Description string
	Stats       []web.Stat
	Facts       []web.ShownFact
	Grants      []granted
}

// granted is one list of what an edition grants.
type granted struct {
	Title string
	Heads []string
	Rows  [][]web.ShownCell
}

func (p *Pages) edition() []edge.Route {
	return []edge.Route{
		web.Show(p.Face, "/editions/{id}", web.Needs(identity.ViewCatalog), "edition.html", p.editionPage),
		web.Lists(p.Face, "/editions/{id}/licenses", web.Needs(identity.ViewLicenses), p.licenseTable, func(q *web.Request) (web.Page, error) {
			return p.editionChrome(q, "licenses")
		}),
		web.Lists(p.Face, "/editions/{id}/history", web.Needs(identity.ViewAuditLog), func(q *web.Request) (web.Table[show.Record], error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Table[show.Record]{}, err
			}
			return show.HistoryTable(q, p.History, "edition", audit.Filter{Subject: "edition", SubjectID: id}), nil
		}, func(q *web.Request) (web.Page, error) { return p.editionChrome(q, "history") }),
	}
}

// foundEdition reads the edition that the address names, and its product.
func (p *Pages) foundEdition(q *web.Request) (catalog.Edition, catalog.Product, error) {
	id, err := q.ID("id")
	if err != nil {
		return catalog.Edition{}, catalog.Product{}, err
	}
	e, err := p.Rows.EditionByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return catalog.Edition{}, catalog.Product{}, err
	}
	product, err := p.Rows.ProductByUUID(q.Context(), q.VendorID(), e.ProductUUID)
	return e, product, err
}

func (p *Pages) editionChrome(q *web.Request, tab string) (web.Page, error) {
	e, product, err := p.foundEdition(q)
	if err != nil {
		return web.Page{}, err
	}
	return editionChrome(q, e, product, tab), nil
}

func editionChrome(q *web.Request, e catalog.Edition, product catalog.Product, active string) web.Page {
	page := q.Page(e.Name, productsCrumb(q), productCrumb(q, product))
	href := show.EditionHref(q, e.UUID)
	archivedPage(&page, e.ArchivedAt)
	page.Tabs = []web.Tab{{Label: "Overview", Href: href, Active: active == ""}}
	if q.May(identity.ViewLicenses) {
		page.Tabs = append(page.Tabs, web.Tab{Label: "Licences", Href: href + "/licenses", Active: active == "licenses"})
	}
	if q.May(identity.ViewAuditLog) {
		page.Tabs = append(page.Tabs, web.Tab{Label: "History", Href: href + "/history", Active: active == "history"})
	}
	if q.May(identity.ManageLicenses) && e.ArchivedAt.IsZero() && product.ArchivedAt.IsZero() {
		page.Actions = append(page.Actions, web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new?edition=" + e.UUID.String()), Icon: "plus"})
	}
	if q.May(identity.ManageCatalog) {
		page.Actions = append(page.Actions,
			web.Action{Label: "Edit", Href: href + "/edit", Icon: "edit", Plain: true},
			web.Action{Label: "Copy", Href: show.ProductHref(q, product.UUID) + "/editions/new?copy=" + e.UUID.String(), Icon: "copy", Plain: true})
		page.More = append(page.More, endings(href, "edition", e.ArchivedAt)...)
	}
	return page
}

// someLicenses is how far the licences of an edition are counted.
const someLicenses = 10_000

// reach tells how many licences a change of the edition reaches, in words.
func (p *Pages) reach(q *web.Request, e catalog.Edition) (n int, text string, err error) {
	n, err = p.Licenses.CountSome(q.Context(), q.VendorID(), licensing.Filter{Edition: e.UUID}, someLicenses)
	text = web.Number(int64(n))
	if n == someLicenses {
		text += " or more"
	}
	return n, text, err
}

func (p *Pages) editionPage(q *web.Request) (*editionPage, error) {
	e, product, err := p.foundEdition(q)
	if err != nil {
		return nil, err
	}
	page := &editionPage{Page: editionChrome(q, e, product, ""), Description: e.Description}
	page.Sub = show.HowUsed(e.Mode, e.Policy) + " · " + show.ClientType(e.ClientType) + " · " + show.LicenseType(e.LicenseType)
	if forever, is := show.OfflineForever(e.Policy); is {
		page.Notices = append(page.Notices, forever)
	}
	page.Summary = show.Summary(&page.Page, e.Mode, e.ClientType, e.Policy)
	_, text, err := p.reach(q, e)
	if err != nil {
		return nil, err
	}
	licences := web.Stat{Label: "Licences", Value: text, Sub: "a change of the edition reaches them all at once", Icon: "license"}
	if q.May(identity.ViewLicenses) {
		licences.Href = show.EditionHref(q, e.UUID) + "/licenses"
	}
	page.Stats = []web.Stat{
		licences,
		{Label: "Limit", Value: limitOf(e), Sub: "for each licence, unless it has its own", Icon: "devices"},
		{Label: "Ends", Value: show.UpperFirst(show.Ends(&page.Page, e.Policy)), Sub: "unless the licence has its own end", Icon: "calendar"},
	}
	page.Facts = page.Page.Facts(
		web.Fact{Label: "Edition id", Cell: web.Cell{Text: e.UUID.String(), Mono: true, Copy: e.UUID.String()}},
		web.Fact{Label: "Product", Cell: web.Cell{Text: product.Name, Href: show.ProductHref(q, product.UUID)}},
		web.Fact{Label: "Revision", Hint: "Part of the serial in every answer: it rises with every change", Cell: web.Cell{Text: web.Number(e.Revision)}},
		web.Fact{Label: "Created", Cell: web.Cell{When: e.CreatedAt}},
		web.Fact{Label: "Changed", Cell: web.Cell{When: e.UpdatedAt}},
	)
	page.Grants = grantLists(&page.Page, e.Grants)
	return page, nil
}

func grantLists(p *web.Page, g terms.Grants) []granted {
	cells := func(all ...web.Cell) []web.ShownCell {
		out := make([]web.ShownCell, len(all))
		for i, c := range all {
			out[i] = p.Cell(c)
		}
		return out
	}
	var lists []granted
	if len(g.Features) > 0 {
		l := granted{Title: "Features", Heads: []string{"Feature", "State", "Ends", "Licences may change it"}}
		for _, f := range g.Features {
			state := web.BadgeOff
			state.Hint = "granted, but switched off unless a licence turns it on"
			if f.IsActive {
				state = web.BadgeOn
			}
			ends := web.Cell{Text: "With the licence", Quiet: true}
			if f.ExpiresAt != nil {
				ends = web.Cell{LastDay: *f.ExpiresAt}
			}
			l.Rows = append(l.Rows, cells(web.Cell{Text: f.Name, Sub: hidden(f.Hidden, f.Description)}, web.Cell{Badge: &state}, ends, yes(f.Adjustable)))
		}
		lists = append(lists, l)
	}
	if len(g.Limitations) > 0 {
		l := granted{Title: "Limitations", Heads: []string{"Limitation", "Limit", "How it is counted", "Licences may change it"}}
		for _, m := range g.Limitations {
			l.Rows = append(l.Rows, cells(web.Cell{Text: m.Name, Sub: hidden(m.Hidden, m.Description)}, web.Cell{Text: show.Quantity(m.Limit)},
				web.Cell{Text: show.Reset(m.Reset, m.ResetDays), Sub: above(m)}, yes(m.Adjustable)))
		}
		lists = append(lists, l)
	}
	if len(g.Variables) > 0 {
		l := granted{Title: "Variables", Heads: []string{"Variable", "Value", "Licences may change it"}}
		for _, v := range g.Variables {
			l.Rows = append(l.Rows, cells(web.Cell{Text: v.Name, Sub: hidden(v.Hidden, v.Description)},
				web.Cell{Text: firstLine(v.Value), Mono: true}, yes(v.Adjustable)))
		}
		lists = append(lists, l)
	}
	for i := range lists {
		for _, row := range lists[i].Rows {
			for j := range row {
				row[j].Label = lists[i].Heads[j]
			}
		}
	}
	return lists
}

func hidden(is bool, description string) string {
	if is {
		return strings.TrimSpace("Hidden from customers. " + firstLine(description))
	}
	return firstLine(description)
}

func yes(b bool) web.Cell {
	if b {
		return web.Cell{Text: "Yes"}
	}
	return web.Cell{Text: "No", Quiet: true}
}

// above tells what happens above a meter's limit.
func above(l terms.Limitation) string {
	if !l.IsMeter() || l.Limit == nil {
		return ""
	}
	text := "refused above the limit"
	if l.GoodwillPercent > 0 {
		text = "goodwill up to " + strconv.Itoa(l.GoodwillPercent) + " % above, then refused"
	}
	if l.MeasuredOnly {
		text = "above the limit it is recorded, not refused"
	}
	if alerts := l.AlertPercents(); len(alerts) > 0 {
		text += "; told at " + percents(alerts)
	}
	return text
}

func percents(all []int) string {
	parts := make([]string, len(all))
	for i, n := range all {
		parts[i] = strconv.Itoa(n) + " %"
	}
	return strings.Join(parts, ", ")
}

func (p *Pages) licenseTable(q *web.Request) (web.Table[*licensing.License], error) {
	e, _, err := p.foundEdition(q)
	if err != nil {
		return web.Table[*licensing.License]{}, err
	}
	t := show.Licenses(q, "licences-of-edition", func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error) {
		return p.Licenses.List(q.Context(), q.VendorID(), licensing.Filter{Edition: e.UUID}, r)
	}, "in")
	t.Empty = web.Empty{Icon: "license", Title: "No licences yet", Text: "No licence of this edition was issued."}
	if q.May(identity.ManageLicenses) {
		t.Empty.Action = &web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new?edition=" + e.UUID.String()), Icon: "plus"}
	}
	return t, nil
}
