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
	"chancery/internal/web/console/show"
)

// kind is one kind of definition as pages speak of it.
type kind struct {
	of    catalog.Kind
	path  string
	icon  string
	one   string
	many  string
	means string // what it is, in a sentence
}

func kinds() []kind {
	return []kind{
		{catalog.FeatureKind, "features", "flag", "feature", "Features", "A feature is a switch that your software asks for: an edition turns it on or off."},
		{catalog.LimitationKind, "limitations", "gauge", "limitation", "Limitations", "A limitation is a number: a fixed one, or a meter that is consumed. Each edition says how much, and when it starts anew."},
		{catalog.VariableKind, "variables", "variable", "variable", "Variables", "A variable is a text that your software reads from its licence, such as a region or an address."},
	}
}

func (p *Pages) definitions() []edge.Route {
	var routes []edge.Route
	for _, k := range kinds() {
		routes = append(routes, web.Lists(p.Face, "/products/{id}/"+k.path, web.Needs(identity.ViewCatalog),
			func(q *web.Request) (web.Table[catalog.Definition], error) { return p.definitionTable(q, k) },
			func(q *web.Request) (web.Page, error) {
				page, err := p.chrome(q, k.path)
				page.Sub = k.means
				if q.May(identity.ManageCatalog) {
					page.Actions = append([]web.Action{define(q, k)}, page.Actions...)
				}
				return page, err
			}))
		routes = append(routes, p.defines(k)...)
		routes = append(routes, p.redefines(k)...)
	}
	return routes
}

func define(q *web.Request, k kind) web.Action {
	return web.Action{Label: "New " + k.one, Href: q.Href("/products/" + q.R.PathValue("id") + "/" + k.path + "/new"), Icon: "plus", Dialog: true}
}

func (p *Pages) definitionTable(q *web.Request, k kind) (web.Table[catalog.Definition], error) {
	product, err := p.found(q)
	if err != nil {
		return web.Table[catalog.Definition]{}, err
	}
	empty := web.Empty{Icon: k.icon, Title: "No " + k.path + " yet", Text: k.means}
	if q.May(identity.ManageCatalog) {
		action := define(q, k)
		empty.Action = &action
	}
	href := func(d catalog.Definition) string {
		if !q.May(identity.ManageCatalog) {
			return ""
		}
		return show.ProductHref(q.Base, product.UUID) + "/" + k.path + "/" + d.UUID.String() + "/edit"
	}
	return web.Table[catalog.Definition]{
		Name: k.path, Sorts: catalog.DefinitionSorts(), Empty: empty,
		Columns: []web.Column[catalog.Definition]{
			{Name: "name", Label: "Name", Sort: "name", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Text: d.Name, Href: href(d)} }},
			{
				Name: "description", Label: "Description", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Text: firstLine(d.Description)} },
				Plain: func(d catalog.Definition) string { return d.Description },
			},
			{Name: "id", Label: "Id", Cell: func(d catalog.Definition) web.Cell { return idCell(d.UUID) }, Plain: func(d catalog.Definition) string { return d.UUID.String() }},
			{Name: "created", Label: "Created", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Day: d.CreatedAt} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[catalog.Definition], error) {
			return p.Rows.Definitions(q.Context(), q.VendorID(), product.ID, k.of, r)
		},
	}, nil
}

func idCell(id ident.UUID) web.Cell {
	return web.Cell{Text: id.String(), Copy: id.String(), Mono: true}
}

func definitionForm(form *web.Form, k kind, name, description string) {
	form.Add(web.Group{Fields: []web.Field{
		{Name: "name", Label: "Name", Value: name, Required: true, Focus: true, Hint: "Your software can ask for it by this name, letter by letter, or by its id."},
		{Name: "description", Label: "Description", Kind: web.AreaField, Rows: 3, Value: description, Hint: "What this " + k.one + " stands for; answers to clients carry it."},
	}})
}

func (p *Pages) defines(k kind) []edge.Route {
	return web.Ask(p.Face, "/products/{id}/"+k.path+"/new", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("New "+k.one, productsCrumb(q), productCrumb(q, product)), Form: form, Text: k.means}
			definitionForm(form, k, "", "")
			form.Submit, form.Cancel = "Create the "+k.one, show.ProductHref(q.Base, product.UUID)+"/"+k.path
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			product, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			wanted := catalog.Definition{Kind: k.of, Name: v.Text("name"), Description: v.Text("description")}
			made, err := p.Catalog.Define(t, q.VendorID(), product, wanted)
			if err != nil {
				return web.Done{}, err
			}
			if !made.CreatedAt.Equal(t.Now()) {
				return web.Done{}, fault.Wrong(fault.Field{Name: "name", Message: "is taken by another " + k.one + " of this product"})
			}
			return web.Done{
				To:  show.ProductHref(q.Base, product) + "/" + k.path,
				Say: web.Flash{Text: "The " + k.one + " " + made.Name + " was created. Editions can grant it now."},
			}, nil
		})
}

func (p *Pages) redefines(k kind) []edge.Route {
	return web.Ask(p.Face, "/products/{id}/"+k.path+"/{definition}/edit", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			d, err := p.definition(q, product, k)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Rename the "+k.one, productsCrumb(q), productCrumb(q, product)), Form: form}
			page.Text = "Every edition that grants it, and every answer to its clients, has the new name at once. Software that asks by name must know the new one; software that asks by id goes on."
			page.Sub = d.Name
			definitionForm(form, k, d.Name, d.Description)
			form.Cancel = show.ProductHref(q.Base, product.UUID) + "/" + k.path
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			product, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			id, err := q.ID("definition")
			if err != nil {
				return web.Done{}, err
			}
			name, description := v.Text("name"), v.Text("description")
			if _, err := p.Catalog.Redefine(t, q.VendorID(), k.of, id, &name, &description); err != nil {
				return web.Done{}, beside(err, string(k.of)+"_name_taken", "name")
			}
			return web.Done{To: show.ProductHref(q.Base, product) + "/" + k.path, Say: web.Flash{Text: "The " + k.one + " was saved."}}, nil
		})
}

// definition finds the definition that the address names among the product's.
func (p *Pages) definition(q *web.Request, product catalog.Product, k kind) (catalog.Definition, error) {
	id, err := q.ID("definition")
	if err != nil {
		return catalog.Definition{}, err
	}
	all, err := p.allOf(q, product.ID, k.of)
	if err != nil {
		return catalog.Definition{}, err
	}
	for _, d := range all {
		if d.UUID == id {
			return d, nil
		}
	}
	return catalog.Definition{}, fault.Missing(k.one)
}

// maxDefinitions is how many definitions of a kind pages read: an edition grants
// at most 500, and a product with more than this is no catalogue any more.
const maxDefinitions = 4 * listing.MaxLimit

// allOf reads the product's definitions of a kind, by name.
func (p *Pages) allOf(q *web.Request, product ident.ProductID, of catalog.Kind) ([]catalog.Definition, error) {
	var all []catalog.Definition
	cursor := ""
	for {
		r, err := listing.Parse(listing.MaxLimit, "", cursor, catalog.DefinitionSorts()...)
		if err != nil {
			return nil, err
		}
		page, err := p.Rows.Definitions(q.Context(), q.VendorID(), product, of, r)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" || len(all) >= maxDefinitions {
			return all, nil
		}
	}
}
