package catalog

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/console/show"
)

// reported is one kind of what clients report values of.
type reported struct {
	of    metering.DefinitionKind
	path  string
	icon  string
	one   string
	means string
}

func reports() []reported {
	return []reported{
		{metering.FeatureDefinition, "usage-features", "activity", "usage feature", "A usage feature is something that is counted: how often a command ran, how many pages were printed. Clients can also define one by naming it."},
		{metering.FieldDefinition, "analytical-fields", "chart-bar", "analytical field", "An analytical field is something that clients tell about themselves once a day: a screen size, a mode, a number of documents."},
	}
}

func (p *Pages) usage() []edge.Route {
	var routes []edge.Route
	for _, k := range reports() {
		routes = append(routes, web.Lists(p.Face, "/products/{id}/"+k.path, web.Needs(identity.ViewCatalog),
			func(q *web.Request) (web.Table[metering.Definition], error) { return p.reportedTable(q, k) },
			func(q *web.Request) (web.Page, error) {
				page, err := p.chrome(q, k.path)
				page.Sub = k.means
				if q.May(identity.ManageCatalog) {
					page.Actions = append([]web.Action{addReported(q, k)}, page.Actions...)
				}
				return page, err
			}))
		routes = append(routes, p.definesReported(k)...)
	}
	return routes
}

func addReported(q *web.Request, k reported) web.Action {
	return web.Action{Label: "New " + k.one, Href: q.Href("/products/" + q.R.PathValue("id") + "/" + k.path + "/new"), Icon: "plus", Dialog: true}
}

func (p *Pages) reportedTable(q *web.Request, k reported) (web.Table[metering.Definition], error) {
	product, err := p.found(q)
	if err != nil {
		return web.Table[metering.Definition]{}, err
	}
	empty := web.Empty{Icon: k.icon, Title: "No " + k.one + "s yet", Text: k.means}
	if q.May(identity.ManageCatalog) {
		action := addReported(q, k)
		empty.Action = &action
	}
	t := web.Table[metering.Definition]{
		Name: k.path, Sorts: metering.DefinitionSorts(), Empty: empty,
		Columns: []web.Column[metering.Definition]{
			{Name: "name", Label: "Name", Sort: "name", Cell: func(d metering.Definition) web.Cell { return web.Cell{Text: d.Name} }},
			{Name: "id", Label: "Id", Cell: func(d metering.Definition) web.Cell { return idCell(d.UUID) }},
			{Name: "created", Label: "Created", Cell: func(d metering.Definition) web.Cell { return web.Cell{Day: d.CreatedAt} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[metering.Definition], error) {
			return p.UsageRows.Definitions(q.Context(), q.VendorID(), product.ID, k.of, r)
		},
	}
	if k.of == metering.FieldDefinition {
		t.Columns = append(t.Columns, web.Column[metering.Definition]{Name: "values", Label: "Values", Cell: func(d metering.Definition) web.Cell {
			if d.IsNumber {
				return web.Cell{Text: "Numbers"}
			}
			return web.Cell{Text: "Texts"}
		}})
	}
	return t, nil
}

func (p *Pages) definesReported(k reported) []edge.Route {
	return web.Ask(p.Face, "/products/{id}/"+k.path+"/new", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("New "+k.one, productsCrumb(q), productCrumb(q, product)), Form: form, Text: k.means}
			fields := []web.Field{{Name: "name", Label: "Name", Required: true, Focus: true, Hint: "It can't be renamed later: values that were reported belong to it."}}
			if k.of == metering.FieldDefinition {
				fields = append(fields, web.Field{
					Name: "is_number", Label: "Only numbers", Kind: web.CheckField,
					Hint: "Values that are no number are refused, and the rest can be added up and compared.",
				})
			}
			form.Add(web.Group{Fields: fields})
			form.Submit, form.Cancel = "Create the "+k.one, show.ProductHref(q.Base, product.UUID)+"/"+k.path
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			product, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			number := k.of != metering.FieldDefinition || v.Flag("is_number")
			made, err := p.Usage.Define(t, q.VendorID(), product, metering.Definition{Kind: k.of, Name: v.Text("name"), IsNumber: number})
			if err != nil {
				return web.Done{}, err
			}
			if !made.CreatedAt.Equal(t.Now()) {
				return web.Done{}, fault.Wrong(fault.Field{Name: "name", Message: "is taken by another " + k.one + " of this product"})
			}
			return web.Done{To: show.ProductHref(q.Base, product) + "/" + k.path, Say: web.Flash{Text: "The " + k.one + " " + made.Name + " was created."}}, nil
		})
}
