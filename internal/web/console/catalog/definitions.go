package catalog

import (
	"chancery/internal/audit"
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

// kind is one kind of definition as pages speak of it.
type kind struct {
	word

	of   catalog.Kind
	many string
}

func kinds() []kind {
	return []kind{
		{word{"features", "flag", "feature", "A feature is a switch that your software asks for: an edition turns it on or off."}, catalog.FeatureKind, "Features"},
		{word{"limitations", "gauge", "limitation", "A limitation is a number: a fixed one, or a meter that is consumed. Each edition says how much, and when it starts anew."}, catalog.LimitationKind, "Limitations"},
		{word{"variables", "variable", "variable", "A variable is a text that your software reads from its licence, such as a region or an address."}, catalog.VariableKind, "Variables"},
	}
}

func (p *Pages) definitions() []edge.Route {
	routes := make([]edge.Route, 0, 16)
	for _, k := range kinds() {
		routes = append(routes, p.defined(k).routes(p)...)
		routes = append(routes, p.redefines(k)...)
	}
	return routes
}

func (p *Pages) defined(k kind) vocabulary[catalog.Definition] {
	return vocabulary[catalog.Definition]{
		word: k.word, sorts: catalog.DefinitionSorts(), next: "Editions can grant it now.",
		fields: func() []web.Field { return definitionFields(k, "", "") },
		columns: func(q *web.Request, product catalog.Product) []web.Column[catalog.Definition] {
			href := func(d catalog.Definition) string {
				if !q.May(identity.ManageCatalog) {
					return ""
				}
				return show.ProductHref(q, product.UUID) + "/" + k.path + "/" + d.UUID.String() + "/edit"
			}
			return []web.Column[catalog.Definition]{
				{Name: "name", Label: "Name", Sort: "name", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Text: d.Name, Href: href(d)} }},
				{
					Name: "description", Label: "Description", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Text: firstLine(d.Description)} },
					Plain: func(d catalog.Definition) string { return d.Description },
				},
				{Name: "id", Label: "Id", Cell: func(d catalog.Definition) web.Cell { return idCell(d.UUID) }},
				{Name: "created", Label: "Created", Cell: func(d catalog.Definition) web.Cell { return web.Cell{Day: d.CreatedAt} }},
			}
		},
		rows: func(q *web.Request, product ident.ProductID, r listing.Request) (listing.Page[catalog.Definition], error) {
			return p.Rows.Definitions(q.Context(), q.VendorID(), product, k.of, r)
		},
		id:   func(d catalog.Definition) string { return d.UUID.String() },
		gone: "Only what no edition grants can be deleted. A program that asks for it by name or id is answered that there is none.",
		remove: func(t tx.Tx, q *web.Request, id ident.UUID) error {
			return p.Catalog.Undefine(t, q.VendorID(), k.of, id)
		},
		define: func(t tx.Tx, q *web.Request, product ident.UUID, v web.Values) (string, bool, error) {
			wanted := catalog.Definition{Kind: k.of, Name: v.Text("name"), Description: v.Text("description")}
			made, err := p.Catalog.Define(t, q.VendorID(), product, wanted)
			return made.Name, made.CreatedAt.Equal(t.Now()), err
		},
	}
}

func definitionFields(k kind, name, description string) []web.Field {
	return []web.Field{
		{Name: "name", Label: "Name", Value: name, Required: true, Focus: true, Hint: "Your software can ask for it by this name, letter by letter, or by its id."},
		{Name: "description", Label: "Description", Kind: web.AreaField, Rows: 3, Value: description, Hint: "What this " + k.one + " stands for; answers to clients carry it."},
	}
}

func (p *Pages) redefines(k kind) []edge.Route {
	return web.Edit(p.Face, "/products/{id}/"+k.path+"/{definition}/edit", web.Needs(identity.ManageCatalog), "form.html", k.named,
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
			form.Add(web.Group{Fields: definitionFields(k, d.Name, d.Description)})
			form.Cancel = show.ProductHref(q, product.UUID) + "/" + k.path
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
			return web.Done{To: show.ProductHref(q, product) + "/" + k.path, Say: web.Flash{Text: "The " + k.one + " was saved."}}, nil
		})
}

// named is the definition that the address names.
func (k kind) named(q *web.Request) ([]audit.Thing, error) {
	id, err := q.ID("definition")
	return []audit.Thing{{Subject: string(k.of), ID: id}}, err
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
