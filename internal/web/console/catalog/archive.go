package catalog

import (
	"time"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

const archived = "archived"

func stateFilter() web.Filter {
	return web.Filter{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
		{Value: "sold", Label: "Sold"}, {Value: archived, Label: "Archived"},
	}}
}

// archivedFilter reads it; nil for all.
func archivedFilter(q *web.Request) *bool {
	text := q.Text("state")
	if text == "" {
		return nil
	}
	is := text == archived
	return &is
}

func archivedCell(at time.Time) web.Cell {
	if at.IsZero() {
		return web.Cell{Text: "Sold", Quiet: true}
	}
	return web.Cell{Badge: &web.BadgeArchived}
}

// archivedPage shows on a page that its thing is archived.
func archivedPage(page *web.Page, at time.Time) {
	if at.IsZero() {
		return
	}
	badge := web.BadgeArchived
	page.Badge = &badge
}

// endings are what ends a product or an edition, or takes it back.
func endings(href, noun string, at time.Time) []web.Action {
	first := web.Action{Label: "Archive the " + noun, Href: href + "/archive", Icon: "archive", Dialog: true}
	if !at.IsZero() {
		first = web.Action{Label: "Take it back from the archive", Href: href + "/restore", Icon: "archive", Post: true}
	}
	return []web.Action{first, {Label: "Delete the " + noun, Href: href + "/delete", Icon: "trash", Danger: true, Dialog: true}}
}

// thing is what is archived, taken back or deleted.
type thing struct {
	noun, path string
	archiving  string // what archiving it means, in a sentence
	deleting   string // what deleting it means, in a sentence
	find       func(q *web.Request) (named, error)
	set        func(t tx.Tx, q *web.Request, id ident.UUID, archived bool) error
	remove     func(t tx.Tx, q *web.Request, id ident.UUID) error
}

// named is a thing that was found.
type named struct {
	id         ident.UUID
	name, href string
	list       string // address of the list that it is in
	crumbs     []web.Link
	archivedAt time.Time
}

func (p *Pages) things() []thing {
	return []thing{
		{
			noun: "product", path: "/products/{id}",
			archiving: "No licence and no edition is made of it any more. Its licences go on as they are, and it can be taken back.",
			deleting:  "It goes for good, with its features, limitations, variables and releases. It must have no editions. For one that was sold there is the archive.",
			find: func(q *web.Request) (named, error) {
				c, err := p.found(q)
				crumbs := []web.Link{productsCrumb(q), productCrumb(q, c)}
				return named{c.UUID, c.Name, show.ProductHref(q, c.UUID), q.Href("/products"), crumbs, c.ArchivedAt}, err
			},
			set: func(t tx.Tx, q *web.Request, id ident.UUID, archived bool) error {
				_, err := p.Catalog.UpdateProduct(t, q.VendorID(), id, catalog.ProductChange{Archived: &archived})
				return err
			},
			remove: func(t tx.Tx, q *web.Request, id ident.UUID) error {
				return p.Catalog.DeleteProduct(t, q.VendorID(), id)
			},
		},
		{
			noun: "edition", path: "/editions/{id}",
			archiving: "No licence is issued of it any more, and none is moved to it. Its licences go on as they are, and it can be taken back.",
			deleting:  "It goes for good. No licence may be of it. For one that was sold there is the archive.",
			find: func(q *web.Request) (named, error) {
				e, c, err := p.foundEdition(q)
				href := show.EditionHref(q, e.UUID)
				crumbs := []web.Link{productsCrumb(q), productCrumb(q, c), {Label: e.Name, Href: href}}
				return named{e.UUID, e.Name, href, show.ProductHref(q, c.UUID), crumbs, e.ArchivedAt}, err
			},
			set: func(t tx.Tx, q *web.Request, id ident.UUID, archived bool) error {
				_, err := p.Catalog.UpdateEdition(t, q.VendorID(), id, catalog.EditionChange{Archived: &archived})
				return err
			},
			remove: func(t tx.Tx, q *web.Request, id ident.UUID) error {
				return p.Catalog.DeleteEdition(t, q.VendorID(), id)
			},
		},
	}
}

func (p *Pages) archive() []edge.Route {
	var routes []edge.Route
	for _, k := range p.things() {
		routes = append(routes, k.asks(p, "archive", "Archive", k.archiving, func(t tx.Tx, q *web.Request, n named) (web.Done, error) {
			say := web.Flash{Text: n.name + " is archived."}
			if n.archivedAt.IsZero() {
				say.Undo = web.UndoLeft(n.href+"/restore", nil, web.Precisely(t.Now()))
			}
			return web.Done{To: n.href, Say: say}, k.set(t, q, n.id, true)
		})...)
		routes = append(routes, web.ActWith(p.Face, k.path+"/restore", web.Needs(identity.ManageCatalog),
			func(q *web.Request) string { return q.Href("/products") },
			func(q *web.Request, v web.Values) (named, error) {
				n, err := k.find(q)
				if err == nil {
					err = v.As(web.Precisely(n.archivedAt))
				}
				return n, err
			},
			func(t tx.Tx, q *web.Request, n named) (web.Done, error) {
				return web.Done{To: n.href, Say: web.Flash{Text: n.name + " is sold again."}}, k.set(t, q, n.id, false)
			}))
	}
	return routes
}

func (p *Pages) remove() []edge.Route {
	things := p.things()
	routes := make([]edge.Route, 0, 2*len(things))
	for _, k := range things {
		routes = append(routes, k.asks(p, "delete", "Delete", k.deleting, func(t tx.Tx, q *web.Request, n named) (web.Done, error) {
			return web.Done{To: n.list, Say: web.Flash{Text: "The " + k.noun + " " + n.name + " was deleted."}}, k.remove(t, q, n.id)
		})...)
	}
	return routes
}

// asks is a page that asks about a thing, and does it.
func (k thing) asks(p *Pages, act, word, text string, do func(t tx.Tx, q *web.Request, n named) (web.Done, error)) []edge.Route {
	return web.AskWith(p.Face, k.path+"/"+act, web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			n, err := k.find(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page(word+" "+n.name, n.crumbs...), Form: form, Text: text}
			form.Submit, form.Cancel = word+" the "+k.noun, n.href
			if act == "delete" {
				form.Danger, form.Links = true, []web.Link{{Label: "Archive it instead", Href: n.href + "/archive"}}
			}
			return page, nil
		},
		func(q *web.Request, _ web.Values) (named, error) { return k.find(q) }, do)
}
