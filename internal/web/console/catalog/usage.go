package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// reported is one kind of what clients report values of.
type reported struct {
	word

	of metering.DefinitionKind
}

func reports() []reported {
	return []reported{
		{word{"usage-features", "activity", "usage feature", "A usage feature is something that is counted: how often a command ran, how many pages were printed. Clients can also define one by naming it."}, metering.FeatureDefinition},
		{word{"usage-modules", "packages", "usage module", "A usage module is a part of a program that usage features are counted in. Clients can also define one by naming it."}, metering.ModuleDefinition},
		{word{"analytical-fields", "chart-bar", "analytical field", "An analytical field is something that clients tell about themselves once a day: a screen size, a mode, a number of documents."}, metering.FieldDefinition},
	}
}

func (p *Pages) usage() []edge.Route {
	routes := make([]edge.Route, 0, 8)
	for _, k := range reports() {
		routes = append(routes, p.reportedBy(k).routes(p)...)
	}
	return routes
}

func (p *Pages) reportedBy(k reported) vocabulary[metering.Definition] {
	isField := k.of == metering.FieldDefinition
	return vocabulary[metering.Definition]{
		word: k.word, sorts: metering.DefinitionSorts(),
		fields: func() []web.Field {
			fields := []web.Field{{Name: "name", Label: "Name", Required: true, Focus: true, Hint: "It can't be renamed later: values that were reported belong to it."}}
			if isField {
				fields = append(fields, web.Field{
					Name: "is_number", Label: "Only numbers", Kind: web.CheckField,
					Hint: "Values that are no number are refused, and the rest can be added up and compared.",
				})
			}
			return fields
		},
		columns: func(*web.Request, catalog.Product) []web.Column[metering.Definition] {
			columns := []web.Column[metering.Definition]{
				{Name: "name", Label: "Name", Sort: "name", Cell: func(d metering.Definition) web.Cell { return web.Cell{Text: d.Name} }},
				{Name: "id", Label: "Id", Cell: func(d metering.Definition) web.Cell { return idCell(d.UUID) }},
				{Name: "created", Label: "Created", Cell: func(d metering.Definition) web.Cell { return web.Cell{Day: d.CreatedAt} }},
			}
			if isField {
				columns = append(columns, web.Column[metering.Definition]{Name: "values", Label: "Values", Cell: valuesCell})
			}
			return columns
		},
		id:     func(d metering.Definition) string { return d.UUID.String() },
		gone:   "What clients reported of them goes with them, for good; daily figures stay. A program that reports such a name again defines it anew.",
		remove: func(t tx.Tx, q *web.Request, id ident.UUID) error { return p.Usage.End(t, q.VendorID(), k.of, id) },
		rows: func(q *web.Request, product ident.ProductID, r listing.Request) (listing.Page[metering.Definition], error) {
			return p.UsageRows.Definitions(q.Context(), q.VendorID(), product, k.of, r)
		},
		define: func(t tx.Tx, q *web.Request, product ident.UUID, v web.Values) (string, bool, error) {
			wanted := metering.Definition{Kind: k.of, Name: v.Text("name"), IsNumber: !isField || v.Flag("is_number")}
			made, err := p.Usage.Define(t, q.VendorID(), product, wanted)
			return made.Name, made.CreatedAt.Equal(t.Now()), err
		},
	}
}

func valuesCell(d metering.Definition) web.Cell {
	if d.IsNumber {
		return web.Cell{Text: "Numbers"}
	}
	return web.Cell{Text: "Texts"}
}
