package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// word is one kind of what a product defines by name, as pages speak of it.
type word struct {
	path  string // of its pages
	icon  string
	one   string // with an s it means many
	means string // what it is, in a sentence
}

// vocabulary is how definitions of one kind are listed and made.
type vocabulary[D any] struct {
	word

	sorts   []string
	columns func(q *web.Request, product catalog.Product) []web.Column[D]
	rows    func(q *web.Request, product ident.ProductID, r listing.Request) (listing.Page[D], error)
	fields  func() []web.Field // of a new one

	// define makes one, and gives its name; fresh is false where there is one of that name.
	define func(t tx.Tx, q *web.Request, product ident.UUID, v web.Values) (name string, fresh bool, err error)
	next   string // what follows when it is made, in a sentence; may be empty

	// remove takes one out; nil where none may be. Then id tells rows apart.
	remove func(t tx.Tx, q *web.Request, id ident.UUID) error
	id     func(d D) string
	gone   string // what goes with it, in a sentence
}

func (d vocabulary[D]) routes(p *Pages) []edge.Route {
	routes := append([]edge.Route{d.lists(p)}, d.defines(p)...)
	if d.remove != nil {
		routes = append(routes, removes(p, d.word, d.gone, d.remove)...)
	}
	return routes
}

func (k word) add(q *web.Request) web.Action {
	return web.Action{Label: "New " + k.one, Href: q.Href("/products/" + q.R.PathValue("id") + "/" + k.path + "/new"), Icon: "plus", Dialog: true}
}

func (d vocabulary[D]) lists(p *Pages) edge.Route {
	return web.Lists(p.Face, "/products/{id}/"+d.path, web.Needs(identity.ViewCatalog),
		func(q *web.Request) (web.Table[D], error) {
			product, err := p.found(q)
			if err != nil {
				return web.Table[D]{}, err
			}
			empty := web.Empty{Icon: d.icon, Title: "No " + d.one + "s yet", Text: d.means}
			if q.May(identity.ManageCatalog) {
				action := d.add(q)
				empty.Action = &action
			}
			table := web.Table[D]{
				Name: d.path, Sorts: d.sorts, Empty: empty, Columns: d.columns(q, product),
				Rows: func(q *web.Request, r listing.Request) (listing.Page[D], error) { return d.rows(q, product.ID, r) },
			}
			if d.remove != nil && q.May(identity.ManageCatalog) {
				table.ID = d.id
				table.Bulk = []web.Bulk{{Label: "Delete", Action: show.ProductHref(q, product.UUID) + "/" + d.path + "/delete", Icon: "trash", Danger: true}}
			}
			return table, nil
		},
		func(q *web.Request) (web.Page, error) {
			page, err := p.chrome(q, d.path)
			page.Sub = d.means
			if q.May(identity.ManageCatalog) {
				page.Actions = append([]web.Action{d.add(q)}, page.Actions...)
			}
			return page, err
		})
}

func (d vocabulary[D]) defines(p *Pages) []edge.Route {
	return web.Ask(p.Face, "/products/{id}/"+d.path+"/new", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("New "+d.one, productsCrumb(q), productCrumb(q, product)), Form: form, Text: d.means}
			form.Add(web.Group{Fields: d.fields()})
			form.Submit, form.Cancel = "Create the "+d.one, show.ProductHref(q, product.UUID)+"/"+d.path
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			product, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			name, fresh, err := d.define(t, q, product, v)
			if err != nil {
				return web.Done{}, err
			}
			if !fresh {
				return web.Done{}, fault.Wrong(fault.Field{Name: "name", Message: "is taken by another " + d.one + " of this product"})
			}
			say := "The " + d.one + " " + name + " was created."
			if d.next != "" {
				say += " " + d.next
			}
			return web.Done{To: show.ProductHref(q, product) + "/" + d.path, Say: web.Flash{Text: say}}, nil
		})
}

// removes takes out those that are ticked, once it has been asked.
func removes(p *Pages, d word, gone string, remove func(t tx.Tx, q *web.Request, id ident.UUID) error) []edge.Route {
	back := func(q *web.Request) string { return q.Href("/products/" + q.R.PathValue("id") + "/" + d.path) }
	return web.Ask(p.Face, "/products/{id}/"+d.path+"/delete", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Delete "+d.one+"s", productsCrumb(q), productCrumb(q, product)), Form: form}
			page.Text = gone
			ids, _ := form.Ticked("id")
			form.Add(web.Group{Fields: []web.Field{ids, {Name: "sure", Kind: web.HiddenField, Value: "yes"}}})
			form.Danger, form.Submit, form.Cancel = true, "Delete them", back(q)
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			ids, err := v.UUIDs("id", web.MaxTicked)
			if err != nil {
				return web.Done{}, err
			}
			if v.Text("sure") == "" {
				return web.Done{}, fault.Refused("not_confirmed", "Delete "+web.Count(int64(len(ids)), d.one, d.one+"s")+"?",
					"Confirm it below, or cancel: nothing has changed yet.")
			}
			for _, id := range ids {
				if err := remove(t, q, id); err != nil {
					return web.Done{}, err
				}
			}
			return web.Done{To: back(q), Say: web.Flash{Text: web.Count(int64(len(ids)), d.one+" was", d.one+"s were") + " deleted."}}, nil
		})
}

func idCell(id ident.UUID) web.Cell {
	return web.Cell{Text: id.String(), Copy: id.String(), Mono: true}
}
