package history

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// Rows reads what has happened. What is missing or out of reach is a NotFound fault.
type Rows interface {
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)
	ByIDs(ctx context.Context, r owners.Reach, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error)
	History(ctx context.Context, r owners.Reach, license ident.UUID, list listing.Request) (listing.Page[owners.Happening], error)

	// HistoryOfCustomers is of the customers that the user administers.
	HistoryOfCustomers(ctx context.Context, r owners.Reach, list listing.Request) (listing.Page[owners.Happening], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face *web.Face
	Rows Rows
}

// Pages are the pages of what has happened.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil {
		return nil, errors.New("history: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/licenses/{id}/history", portal.Own(), p.ofLicence, p.licenceChrome),
		web.Lists(p.Face, "/history", portal.People(), p.ofCustomers, chrome),
	}
}

// row is something that has happened, with the licence that it happened to.
type row struct {
	owners.Happening

	License *licensing.License // nil for what is about people
}

func (p *Pages) licenceChrome(q *web.Request) (web.Page, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return web.Page{}, err
	}
	page := portal.Header(q, l, portal.HistoryPart)
	return page, nil
}

func chrome(q *web.Request) (web.Page, error) {
	page := q.Page(q.T("History"))
	page.Sub = q.T("What was done to the licences and the people of the customers that you administer.")
	return page, nil
}

func (p *Pages) ofLicence(q *web.Request) (web.Table[row], error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return web.Table[row]{}, err
	}
	t := p.table(q, false)
	t.Rows = func(q *web.Request, r listing.Request) (listing.Page[row], error) {
		found, err := p.Rows.History(q.Context(), q.Reach(), l.UUID, r)
		page := listing.Page[row]{Next: found.Next}
		for _, h := range found.Items {
			if one := (row{h, l}); !one.hidden() {
				page.Items = append(page.Items, one)
			}
		}
		return page, err
	}
	return t, nil
}

func (p *Pages) ofCustomers(q *web.Request) (web.Table[row], error) {
	t := p.table(q, true)
	t.Rows = func(q *web.Request, r listing.Request) (listing.Page[row], error) {
		found, err := p.Rows.HistoryOfCustomers(q.Context(), q.Reach(), r)
		if err != nil {
			return listing.Page[row]{}, err
		}
		ids := make([]ident.LicenseID, 0, len(found.Items))
		for _, h := range found.Items {
			if h.License != 0 {
				ids = append(ids, h.License)
			}
		}
		licenses, err := p.Rows.ByIDs(q.Context(), q.Reach(), ids...)
		page := listing.Page[row]{Next: found.Next}
		for _, h := range found.Items {
			if one := (row{h, licenses[h.License]}); !one.hidden() {
				page.Items = append(page.Items, one)
			}
		}
		return page, err
	}
	return t, nil
}

func (p *Pages) table(q *web.Request, several bool) web.Table[row] {
	page := q.Page("")
	t := web.Table[row]{
		Name: "history", Sorts: []string{"-at"}, Top: true,
		Empty: web.Empty{Icon: "history", Title: q.T("Nothing has happened yet"), Text: q.T("What is done to a licence stands here, with who did it and when.")},
		Columns: []web.Column[row]{
			{Name: "at", Label: q.T("When"), Cell: func(r row) web.Cell { return web.Cell{When: r.At} }},
			{Name: "what", Label: q.T("What"), Cell: func(r row) web.Cell { return web.Cell{Text: said(q, &page, r)} }},
			{Name: "who", Label: q.T("Who"), Cell: func(r row) web.Cell { return web.Cell{Text: doer(q, r.Happening)} }},
		},
	}
	if several {
		t.Columns = append(t.Columns, web.Column[row]{Name: "licence", Label: q.T("Licence"), Cell: func(r row) web.Cell {
			if r.License == nil {
				return web.Cell{}
			}
			return web.Cell{Text: portal.Title(r.License), Href: show.LicenseHref(q, r.License.UUID)}
		}})
	}
	return t
}
