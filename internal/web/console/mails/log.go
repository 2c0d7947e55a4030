package mails

import (
	"slices"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) log() []edge.Route {
	return []edge.Route{web.Lists(p.face, top+"/log", needs(), p.logTable, func(q *web.Request) (web.Page, error) {
		return p.tabbed(q, top+"/log"), nil
	})}
}

func states() []web.Option {
	return []web.Option{
		{Value: string(mailing.Queued), Label: "Queued"},
		{Value: string(mailing.Sent), Label: "Sent"},
		{Value: string(mailing.Failed), Label: "Failed"},
		{Value: string(mailing.Kept), Label: "Kept"},
	}
}

func kinds() []web.Option {
	all := make([]web.Option, 0, len(mailing.Kinds()))
	for _, k := range mailing.Kinds() {
		all = append(all, web.Option{Value: string(k), Label: show.MailKind(k)})
	}
	return all
}

func (p *Pages) logTable(q *web.Request) (web.Table[mailing.Mail], error) {
	filters := []web.Filter{
		{Name: "to", Label: "Recipient", Kind: web.SearchFilter, Hint: "Recipient begins with"},
		{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: states()},
		{Name: "kind", Label: "Kind", Kind: web.ChoiceFilter, Options: kinds()},
	}
	if q.Text("license") != "" { // links from a licence's page set it
		filters = append(filters, web.Filter{Name: "license", Label: "Licence id", Kind: web.SearchFilter})
	}
	return web.Table[mailing.Mail]{
		Name: "mail-log", Sorts: mailing.Sorts(), Filters: filters,
		Empty: web.Empty{
			Icon: "mail", Title: "No mail yet",
			Text: "What is mailed shows here for a year: when a licence is issued to a licensee user, and what the rules say.",
		},
		Columns: []web.Column[mailing.Mail]{
			{Name: "subject", Label: "Subject", Cell: func(m mailing.Mail) web.Cell {
				return web.Cell{Text: m.Body.Subject, Href: show.MailHref(q, m.UUID), Sub: show.MailKind(m.Kind)}
			}},
			{Name: "to", Label: "To", Cell: func(m mailing.Mail) web.Cell { return web.Cell{Text: m.To} }},
			{
				Name: "state", Label: "State", Plain: func(m mailing.Mail) string { return string(m.State) },
				Cell: func(m mailing.Mail) web.Cell { return web.Cell{Badge: show.MailBadge(m.State), Sub: m.Error} },
			},
			{Name: "at", Label: "Queued", Sort: "at", Cell: func(m mailing.Mail) web.Cell { return web.Cell{When: m.At} }},
			{Name: "sent", Label: "Sent", Cell: func(m mailing.Mail) web.Cell { return web.Cell{When: sentAt(m)} }},
			{Name: "attempts", Label: "Attempts", Extra: true, End: true, Cell: func(m mailing.Mail) web.Cell {
				return web.Cell{Text: web.Number(int64(m.Attempts))}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[mailing.Mail], error) {
			f, err := filterOf(q)
			if err != nil {
				return listing.Page[mailing.Mail]{}, err
			}
			return p.Rows.List(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}

func sentAt(m mailing.Mail) time.Time {
	if m.SentAt == nil {
		return time.Time{}
	}
	return *m.SentAt
}

func filterOf(q *web.Request) (mailing.Filter, error) {
	f := mailing.Filter{State: mailing.State(q.Text("state")), Kind: mailing.Kind(q.Text("kind")), To: q.Text("to")}
	var wrong fault.Fields
	named := func(options []web.Option, value string) bool {
		return value == "" || slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == value })
	}
	wrong.Check(named(states(), string(f.State)), "state", "must be chosen from the list")
	wrong.Check(named(kinds(), string(f.Kind)), "kind", "must be chosen from the list")
	if text := q.Text("license"); text != "" {
		var err error
		f.License, err = ident.ParseUUID(text)
		wrong.Check(err == nil, "license", "must be the id of a licence")
	}
	return f, wrong.Err()
}
