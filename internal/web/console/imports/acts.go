package imports

import (
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// acts are the buttons of an import. Each asks first, outside of the transaction,
// whether one may make by hand what the file makes.
func (p *Pages) acts() []edge.Route {
	type do func(t tx.Tx, q *web.Request, v web.Values, id ident.UUID) (web.Done, error)
	route := func(path string, fn do) edge.Route {
		back := func(q *web.Request) string { return q.Href("/imports/" + q.R.PathValue("id")) }
		return web.ActWith(p.Face, "/imports/{id}/"+path, web.Needs(identity.ManageImports), back,
			func(q *web.Request, v web.Values) (web.Values, error) {
				i, err := p.found(q)
				if err == nil {
					err = allow(q, i.Kind)
				}
				return v, err
			},
			func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
				id, err := q.ID("id")
				if err != nil {
					return web.Done{}, err
				}
				return fn(t, q, v, id)
			})
	}
	said := func(q *web.Request, i imports.Import, err error, text string) (web.Done, error) {
		return web.Done{To: href(q, i), Say: web.Flash{Text: text}}, err
	}
	return []edge.Route{
		route("start", func(t tx.Tx, q *web.Request, v web.Values, id ident.UUID) (web.Done, error) {
			i, err := p.Imports.Start(t, q.VendorID(), id, imports.How{AllOrNothing: v.Flag("all_or_nothing"), Again: v.Flag("again")})
			return said(q, i, err, "The import was started.")
		}),
		route("stop", func(t tx.Tx, q *web.Request, _ web.Values, id ident.UUID) (web.Done, error) {
			i, err := p.Imports.Stop(t, q.VendorID(), id)
			return said(q, i, err, "The import was stopped. What is done stays.")
		}),
		route("retry", func(t tx.Tx, q *web.Request, _ web.Values, id ident.UUID) (web.Done, error) {
			i, err := p.Imports.TryAgain(t, q.VendorID(), id)
			return said(q, i, err, "The failed lines are tried again.")
		}),
		route("discard", func(t tx.Tx, q *web.Request, _ web.Values, id ident.UUID) (web.Done, error) {
			err := p.Imports.Discard(t, q.VendorID(), id)
			return web.Done{To: q.Href("/imports"), Say: web.Flash{Text: "The file was discarded. Nothing of it was brought in."}}, err
		}),
	}
}
