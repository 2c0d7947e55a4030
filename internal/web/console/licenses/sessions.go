package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/floating"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) sessions() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/licenses/{id}/sessions", web.Needs(identity.ViewLicenses), p.sessionsTable, func(q *web.Request) (web.Page, error) {
			l, err := p.licence(q)
			if err != nil {
				return web.Page{}, err
			}
			return p.header(q, l, "Sessions"), nil
		}),
	}
}

func (p *Pages) sessionsTable(q *web.Request) (web.Table[floating.Session], error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Table[floating.Session]{}, err
	}
	t := web.Table[floating.Session]{
		Name: "sessions", Sorts: floating.Sorts(),
		Filters: []web.Filter{{
			Name: "state", Label: "State", Kind: web.ChoiceFilter,
			Options: []web.Option{{Value: "open", Label: "Open now"}, {Value: "past", Label: "Ended"}},
		}},
		Empty:   web.Empty{Icon: "plug", Title: "No sessions yet", Text: "A client opens one when it starts to work, and closes it when it is done."},
		Columns: show.SessionColumns(q, q.Now()),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[floating.Session], error) {
			state := q.Text("state")
			return p.SessionRows.List(q.Context(), q.VendorID(), l.ID, floating.Filter{OpenOnly: state == "open", PastOnly: state == "past"}, q.Now(), r)
		},
	}
	return t, nil
}
