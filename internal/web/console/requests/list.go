package requests

import (
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// row is a request with its licence.
type row struct {
	owners.Request

	license *licensing.License
}

// all is the state in addresses that stands for every one.
const all = "all"

// chosen is the state that a request for the list asks for: open where it says nothing.
func chosen(q *web.Request) owners.RequestState {
	switch state := owners.RequestState(q.Text("state")); state {
	case owners.RequestDone, owners.RequestDeclined, owners.RequestWithdrawn:
		return state
	case all:
		return ""
	case owners.RequestOpen:
	}
	return owners.RequestOpen
}

func (p *Pages) chrome(q *web.Request) (web.Page, error) {
	page := q.Page("Requests")
	page.Sub = "What owners of licences ask for in the licensing dashboard. Change the licence, then answer here: who has asked gets a mail."
	now := chosen(q)
	for _, t := range []struct {
		label, state string
		of           owners.RequestState
	}{
		{"Open", "", owners.RequestOpen},
		{"Done", string(owners.RequestDone), owners.RequestDone},
		{"Declined", string(owners.RequestDeclined), owners.RequestDeclined},
		{"Withdrawn", string(owners.RequestWithdrawn), owners.RequestWithdrawn},
		{"All", all, ""},
	} {
		tab := web.Tab{Label: t.label, Href: q.Href(top), Active: now == t.of}
		if t.state != "" {
			tab.Href += "?state=" + t.state
		}
		page.Tabs = append(page.Tabs, tab)
	}
	return page, nil
}

func (p *Pages) table(q *web.Request) (web.Table[row], error) {
	sorts := owners.RequestSorts()
	if chosen(q) == owners.RequestOpen {
		sorts = []string{"created_at"} // who waits longest comes first
	}
	text := func(name, label string, text func(r row) string) web.Column[row] {
		return web.Column[row]{Name: name, Label: label, Extra: true, Cell: func(r row) web.Cell { return web.Cell{Text: text(r)} }}
	}
	return web.Table[row]{
		Name: "requests", Sorts: sorts, Top: true,
		Empty: web.Empty{
			Icon: "message", Title: "No requests here", Text: "When an owner presses Ask for more or Renew in the licensing dashboard, it shows here.",
		},
		ID: func(r row) string { return r.UUID.String() },
		Columns: []web.Column[row]{
			{Name: "wish", Label: "Wish", Cell: func(r row) web.Cell {
				cell := web.Cell{Text: show.Wish(q, r.Request, r.license)}
				if q.May(identity.ManageLicenses) {
					cell.Href = q.At(top+"/{id}", r.UUID)
				}
				return cell
			}},
			{Name: "license", Label: "Licence", Cell: func(r row) web.Cell {
				if r.license == nil {
					return web.Cell{}
				}
				return web.Cell{Text: show.LicenseName(r.license), Href: show.LicenseHref(q, r.LicenseID), Sub: r.license.Product.Name + " · " + r.license.Edition.Name}
			}},
			{Name: "customer", Label: "Customer", Cell: func(r row) web.Cell {
				if r.license == nil {
					return web.Cell{}
				}
				return web.Cell{Text: r.license.Customer.CompanyName, Href: show.CustomerHref(q, r.license.Customer.UUID)}
			}},
			{Name: "user", Label: "Asked by", Cell: asker, Plain: func(r row) string { return r.UserEmail }},
			{Name: "message", Label: "Message", Cell: func(r row) web.Cell { return web.Cell{Text: shortened(r.Message), Quiet: true} }, Plain: func(r row) string { return r.Message }},
			{Name: "since", Label: "Since", Sort: "created_at", Cell: func(r row) web.Cell { return web.Cell{When: r.AskedAt} }},
			{Name: "state", Label: "State", Cell: func(r row) web.Cell {
				badge := show.RequestBadge(r.State)
				return web.Cell{Badge: &badge, Sub: shortened(r.Answer)}
			}, Plain: func(r row) string { return string(r.State) }},
			{Name: "act", Label: "Answer it", Act: true, Cell: func(r row) web.Cell {
				if r.State != owners.RequestOpen || !q.May(identity.ManageLicenses) {
					return web.Cell{}
				}
				return web.Cell{Links: []web.Link{{Label: "Answer", Href: q.At(top+"/{id}", r.UUID)}}}
			}},
			{Name: "answered", Label: "Answered", Extra: true, Cell: func(r row) web.Cell { return web.Cell{When: r.AnsweredAt} }},
			text("answer", "Answer", func(r row) string { return r.Answer }),
			text("meter", "Meter", func(r row) string { return r.MeterName }),
			text("license_id", "Licence id", func(r row) string { return r.LicenseID.String() }),
			text("id", "Request id", func(r row) string { return r.UUID.String() }),
		},
		Rows: p.rows,
	}, nil
}

func asker(r row) web.Cell {
	if r.UserName == "" || r.UserName == r.UserEmail {
		return web.Cell{Text: r.UserEmail}
	}
	return web.Cell{Text: r.UserName, Sub: r.UserEmail}
}

// shortened is enough of a text for a list; its file has the whole.
func shortened(text string) string {
	const most = 160
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (p *Pages) rows(q *web.Request, r listing.Request) (listing.Page[row], error) {
	found, err := p.Rows.Requests(q.Context(), q.VendorID(), owners.RequestFilter{State: chosen(q)}, r)
	if err != nil {
		return listing.Page[row]{}, err
	}
	ids := make([]ident.LicenseID, len(found.Items))
	for i, one := range found.Items {
		ids[i] = one.License
	}
	licenses, err := p.Licenses.ByIDs(q.Context(), q.VendorID(), ids...)
	page := listing.Page[row]{Next: found.Next}
	for _, one := range found.Items {
		page.Items = append(page.Items, row{one, licenses[one.License]})
	}
	return page, err
}
