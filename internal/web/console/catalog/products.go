package catalog

import (
	"strconv"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) products() []edge.Route {
	routes := []edge.Route{
		web.Lists(p.Face, "/products", web.Needs(identity.ViewCatalog), p.productTable, func(q *web.Request) (web.Page, error) {
			page := q.Page("Products & editions")
			page.Sub = "A product is what you license; its editions are the policies that licences start from."
			if q.May(identity.ManageCatalog) {
				page.Actions = []web.Action{newProduct(q)}
			}
			return page, nil
		}),
	}
	routes = append(routes, web.Ask(p.Face, "/products/new", web.Needs(identity.ManageCatalog), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			page := &web.FormPage{Page: q.Page("New product", productsCrumb(q)), Form: form}
			page.Sub = "All of it can be changed later."
			productForm(form, catalog.Product{PrintedKeys: true}, nil)
			form.Submit, form.Cancel = "Create the product", q.Href("/products")
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			given := productOf(v)
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			made, err := p.Catalog.CreateProduct(t, q.VendorID(), given)
			if err != nil {
				return web.Done{}, beside(err, "product_name_taken", "name")
			}
			return web.Done{
				To:  show.ProductHref(q, made.UUID),
				Say: web.Flash{Text: "The product " + made.Name + " was created. Give it an edition next: licences start from one."},
			}, nil
		})...)
	return append(routes, web.Edit(p.Face, "/products/{id}/edit", web.Needs(identity.ManageCatalog), "form.html", web.OfID("product"),
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			product, err := p.found(q)
			if err != nil {
				return nil, err
			}
			releases, err := p.releaseOptions(q, product.ID)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Edit the product", productsCrumb(q), productCrumb(q, product)), Form: form}
			page.Sub = "A change reaches all licences of the product at once."
			productForm(form, product, releases)
			form.Cancel = show.ProductHref(q, product.UUID)
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			given := productOf(v)
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			changed, err := p.Catalog.UpdateProduct(t, q.VendorID(), id, catalog.ProductChange{
				Name: &given.Name, Description: &given.Description, MaximumInactiveDays: &given.MaximumInactiveDays,
				PrintedKeys: &given.PrintedKeys, AllowClientMoves: &given.AllowClientMoves, LatestRelease: &given.LatestRelease,
				HideKeysInHeartbeats: &given.HideKeysInHeartbeats,
			})
			if err != nil {
				return web.Done{}, beside(err, "product_name_taken", "name")
			}
			return web.Done{To: show.ProductHref(q, changed.UUID), Say: web.Flash{Text: "The product was saved."}}, nil
		})...)
}

func (p *Pages) productTable(q *web.Request) (web.Table[catalog.Product], error) {
	empty := web.Empty{Icon: "package", Title: "No products yet", Text: "A product is what you license: a program, a device, a plug-in."}
	if q.May(identity.ManageCatalog) {
		action := newProduct(q)
		empty.Text += " Create the first one, then give it an edition."
		empty.Action = &action
	}
	return web.Table[catalog.Product]{
		Name: "products", Sorts: catalog.ProductSorts(), Empty: empty, Filters: []web.Filter{stateFilter()},
		Columns: []web.Column[catalog.Product]{
			{Name: "product", Label: "Product", Sort: "name", Cell: func(c catalog.Product) web.Cell {
				return web.Cell{Text: c.Name, Href: show.ProductHref(q, c.UUID), Sub: firstLine(c.Description)}
			}, Plain: func(c catalog.Product) string { return c.Name }},
			{Name: "state", Label: "State", Cell: func(c catalog.Product) web.Cell { return archivedCell(c.ArchivedAt) }},
			{Name: "latest", Label: "Latest release", Cell: func(c catalog.Product) web.Cell { return web.Cell{Text: c.LatestRelease, Mono: true} }},
			{Name: "printed", Label: "Printed keys", Cell: func(c catalog.Product) web.Cell { return onOff(c.PrintedKeys) }},
			{Name: "moves", Label: "Clients may move", Cell: func(c catalog.Product) web.Cell { return onOff(c.AllowClientMoves) }},
			{Name: "inactive", Label: "Silent clients", Cell: inactive},
			{Name: "created", Label: "Created", Sort: "created_at", Cell: func(c catalog.Product) web.Cell { return web.Cell{Day: c.CreatedAt} }},
			{Name: "id", Label: "Product id", Extra: true, Cell: func(c catalog.Product) web.Cell {
				return web.Cell{Text: c.UUID.String(), Copy: c.UUID.String(), Mono: true}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[catalog.Product], error) {
			return p.Rows.ProductsIn(q.Context(), q.VendorID(), archivedFilter(q), r)
		},
	}, nil
}

func newProduct(q *web.Request) web.Action {
	return web.Action{Label: "New product", Href: q.Href("/products/new"), Icon: "plus"}
}

// productForm fills the form of a product. A new one has no releases yet.
func productForm(form *web.Form, c catalog.Product, releases []web.Option) {
	latest := web.Field{
		Name: "latest_release", Label: "Latest release", Value: c.LatestRelease, Placeholder: "for example 4.2",
		Hint: "The newest software release shipped. Clients that are behind it are told that there is a newer one.",
	}
	if len(releases) > 0 {
		latest.Kind, latest.Options, latest.Placeholder = web.SelectField, releases, "None"
	}
	form.Add(web.Group{Title: "What it is called", Fields: []web.Field{
		{Name: "name", Label: "Name", Value: c.Name, Required: true, Focus: true, Hint: "Clients, customers and your staff see it."},
		latest,
		{Name: "description", Label: "Description", Kind: web.AreaField, Rows: 3, Value: c.Description, Hint: "For your staff; customers do not see it."},
	}})
	days := ""
	if c.MaximumInactiveDays != nil {
		days = strconv.Itoa(*c.MaximumInactiveDays)
	}
	form.Add(web.Group{Title: "Keys and clients", Fields: []web.Field{
		{
			Name: "printed_keys", Label: "Print keys that people can type", Kind: web.CheckField, Value: on(c.PrintedKeys),
			Hint: "New licences get a second, grouped key such as 7QWKM-… beside the long one. Existing licences keep the keys they have.",
		},
		{
			Name: "allow_client_moves", Label: "Clients may move to another customer's licence", Kind: web.CheckField, Value: on(c.AllowClientMoves),
			Hint: "Off: a client that is activated for one customer must be released before it can use another customer's licence.",
		},
		{
			Name: "hide_keys_in_heartbeats", Label: "Hide keys in the answers to heartbeats", Kind: web.CheckField, Value: on(c.HideKeysInHeartbeats),
			Hint: "A heartbeat that sends neither its token key nor a signature is answered without keys: who guesses a client's name learns none. " +
				"Leave it off if your programs read the keys there, as SLASCONE's clients do.",
		},
		{
			Name: "maximum_inactive_days", Label: "Release silent clients after", Kind: web.NumberField, Value: days, Unit: "days", Min: "1", Max: "36500",
			Placeholder: "never", Hint: "A client without a heartbeat for so long gives its activation up by itself. Empty: never.",
		},
	}})
}

func productOf(v web.Values) catalog.Product {
	return catalog.Product{
		Name: v.Text("name"), Description: v.Text("description"), MaximumInactiveDays: v.IntOrNil("maximum_inactive_days"),
		PrintedKeys: v.Flag("printed_keys"), AllowClientMoves: v.Flag("allow_client_moves"), LatestRelease: v.Text("latest_release"),
		HideKeysInHeartbeats: v.Flag("hide_keys_in_heartbeats"),
	}
}

// found reads the product that the address names.
func (p *Pages) found(q *web.Request) (catalog.Product, error) {
	id, err := q.ID("id")
	if err != nil {
		return catalog.Product{}, err
	}
	return p.Rows.ProductByUUID(q.Context(), q.VendorID(), id)
}

// maxOptions bounds what a select offers.
const maxOptions = listing.MaxLimit

// releaseOptions are a product's releases, the newest names last.
func (p *Pages) releaseOptions(q *web.Request, product ident.ProductID) ([]web.Option, error) {
	page, err := p.Rows.Releases(q.Context(), q.VendorID(), product, listing.Request{Limit: maxOptions, Sort: catalog.ReleaseSorts()[0]})
	if err != nil {
		return nil, err
	}
	options := make([]web.Option, len(page.Items))
	for i, r := range page.Items {
		options[i] = web.Option{Value: r.SoftwareRelease, Label: r.SoftwareRelease}
	}
	return options, nil
}
