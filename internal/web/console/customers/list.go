package customers

import (
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) list() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/customers", web.Needs(identity.ViewCustomers), p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Customers")
			page.Query = "" // its own search box has it
			page.Sub = "The organisations and persons that hold licences, and the tree they form."
			if q.May(identity.ManageCustomers) {
				page.Actions = []web.Action{{Label: "New customer", Href: q.Href("/customers/new"), Icon: "plus"}}
			}
			return page, nil
		}),
		web.Suggestions(p.Face, "/customers/matches", web.Needs(identity.ViewCustomers), func(q *web.Request, text string) ([]web.Suggestion, error) {
			return show.SuggestCustomers(q, p.Rows, text)
		}),
	}
}

func (p *Pages) table(q *web.Request) (web.Table[customers.Customer], error) {
	sorts, filter := customers.Sorts(), customers.Filter{}
	searched := q.Text("q")
	if searched != "" {
		by, f, err := show.SearchBy(q.Context(), p.Rows, q.VendorID(), searched, q.Text("in"))
		if err != nil {
			return web.Table[customers.Customer]{}, err
		}
		sorts, filter = []string{by}, f
		forgetSort(q)
	}
	sortable := func(by string) string {
		if searched != "" {
			return "" // a search is in the order of what it searches
		}
		return by
	}
	t := web.Table[customers.Customer]{
		Name: "customers", Sorts: sorts,
		Filters: []web.Filter{
			{Name: "q", Label: "Search", Kind: web.SearchFilter, Hint: "A word of the name, a number or an e-mail"},
			{Name: "in", Label: "Search in", Kind: web.ChoiceFilter, Options: []web.Option{
				{Value: "company_name", Label: "Names"}, {Value: "customer_number", Label: "Numbers"}, {Value: "email", Label: "E-mail addresses"},
			}},
		},
		Empty: web.Empty{Icon: "building", Title: "No customers yet", Text: "A customer is who holds licences: an organisation or a person."},
		ID:    func(c customers.Customer) string { return c.UUID.String() },
		Columns: append(columns(q, sortable), web.Column[customers.Customer]{
			Name: "language", Label: "Language", Extra: true, Cell: func(c customers.Customer) web.Cell { return web.Cell{Text: c.Language} },
		}, web.Column[customers.Customer]{
			Name: "superior_number", Label: "Superior number", Extra: true, Cell: func(c customers.Customer) web.Cell {
				return web.Cell{Text: c.SuperiorNumber, Mono: true}
			},
		}, web.Column[customers.Customer]{
			Name: "superior", Label: "Belongs to", Cell: func(c customers.Customer) web.Cell {
				if c.SuperiorUUID.IsZero() {
					return web.Cell{}
				}
				return web.Cell{Text: c.SuperiorName, Href: show.CustomerHref(q, c.SuperiorUUID)}
			},
		}),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[customers.Customer], error) {
			return p.Rows.List(q.Context(), q.VendorID(), filter, r)
		},
	}
	if q.May(identity.ManageCustomers) {
		t.Empty.Text += " Create the first one, or import a file."
		t.Empty.Action = &web.Action{Label: "New customer", Href: q.Href("/customers/new"), Icon: "plus"}
	}
	return t, nil
}

func columns(q *web.Request, sortable func(by string) string) []web.Column[customers.Customer] {
	return []web.Column[customers.Customer]{
		{Name: "customer", Label: "Customer", Sort: sortable("company_name"), Cell: func(c customers.Customer) web.Cell {
			return web.Cell{Text: c.CompanyName, Href: show.CustomerHref(q, c.UUID)}
		}},
		{Name: "number", Label: "Number", Sort: sortable("customer_number"), Cell: func(c customers.Customer) web.Cell {
			return web.Cell{Text: c.Number, Mono: true}
		}},
		{Name: "email", Label: "E-mail", Sort: sortable("email"), Cell: func(c customers.Customer) web.Cell { return web.Cell{Text: c.Email} }},
		{Name: "created", Label: "Since", Sort: sortable("created_at"), Cell: func(c customers.Customer) web.Cell { return web.Cell{Day: c.CreatedAt} }},
		{Name: "id", Label: "Customer id", Extra: true, Cell: func(c customers.Customer) web.Cell {
			return web.Cell{Text: c.UUID.String(), Copy: c.UUID.String(), Mono: true}
		}},
	}
}

// forgetSort takes a sort out of the address that does not go with a search.
func forgetSort(q *web.Request) {
	v := q.R.URL.Query()
	if v.Get("sort") == "" {
		return
	}
	v.Del("sort")
	v.Del("cursor")
	u := *q.R.URL
	u.RawQuery = v.Encode()
	r := *q.R
	r.URL = &u
	q.R = &r
}
