package licenses

import (
	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/console/show"
)

type historyPage struct {
	web.Page

	Changes []show.LoggedChange
	Next    string
}

func (p *Pages) history() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/licenses/{id}/history", web.Needs(identity.ViewAuditLog), "history.html", p.showHistory)}
}

func (p *Pages) showHistory(q *web.Request) (*historyPage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	page := &historyPage{Page: p.header(q, l, "History")}
	r, err := listing.Parse(0, "", q.Text("cursor"), audit.Sorts()...)
	if err != nil {
		return nil, err
	}
	found, err := p.Audit.List(q.Context(), q.VendorID(), audit.Filter{License: l.UUID}, r)
	if err != nil {
		return nil, err
	}
	for _, record := range found.Items {
		page.Changes = append(page.Changes, show.Logged(&page.Page, record))
	}
	if found.Next != "" {
		page.Next = show.LicenseHref(q.Base, l.UUID) + "/history?cursor=" + found.Next
	}
	return page, nil
}
