package licenses

import (
	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
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
	names, err := p.named(q, l, found.Items)
	if err != nil {
		return nil, err
	}
	for _, record := range found.Items {
		page.Changes = append(page.Changes, show.Logged(&page.Page, record, names))
	}
	if found.Next != "" {
		page.Next = show.LicenseHref(q.Base, l.UUID) + "/history?cursor=" + found.Next
	}
	return page, nil
}

// named gives the names of the editions and customers that records of a licence name by id.
func (p *Pages) named(q *web.Request, l *licensing.License, records []audit.Record) (map[string]string, error) {
	names := map[string]string{
		l.Product.UUID.String(): l.Product.Name, l.Edition.UUID.String(): l.Edition.Name, l.Customer.UUID.String(): l.Customer.CompanyName,
	}
	editions, err := p.Catalog.EditionsOf(q.Context(), q.VendorID(), &l.Product.UUID, listing.Request{Limit: maxChoices, Sort: "name"})
	if err != nil {
		return nil, err
	}
	for _, e := range editions.Items {
		names[e.UUID.String()] = e.Name
	}
	for _, record := range records {
		for _, text := range show.IDs(record, "customer_id") {
			id, err := ident.ParseUUID(text)
			if err != nil || names[text] != "" {
				continue
			}
			c, err := p.CustomerRows.ByUUID(q.Context(), q.VendorID(), id)
			if err != nil && fault.As(err).Kind != fault.NotFound {
				return nil, err
			}
			names[text] = c.CompanyName
		}
	}
	return names, nil
}
