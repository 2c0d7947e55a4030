package licenses

import (
	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) history() []edge.Route {
	return []edge.Route{web.Lists(p.Face, "/licenses/{id}/history", web.Needs(identity.ViewAuditLog), func(q *web.Request) (web.Table[show.Record], error) {
		l, err := p.licence(q)
		if err != nil {
			return web.Table[show.Record]{}, err
		}
		return show.HistoryTable(q, p.Audit, "license", audit.Filter{License: l.UUID}), nil
	}, func(q *web.Request) (web.Page, error) {
		l, err := p.licence(q)
		if err != nil {
			return web.Page{}, err
		}
		return p.header(q, l, "History"), nil
	})}
}
