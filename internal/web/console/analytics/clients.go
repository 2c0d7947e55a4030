package analytics

import (
	"strconv"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// narrowed is what the list of clients is narrowed by: the dimension, and its value.
func narrowed(q *web.Request) (d dimension, value string, found bool) {
	for _, d := range dimensions() {
		if d.argument == q.Text("by") {
			return d, q.R.URL.Query().Get("value"), true
		}
	}
	return dimension{}, "", false
}

func (p *Pages) clientsPage(q *web.Request) (web.Page, error) {
	a, err := p.asked(q)
	if err != nil {
		return web.Page{}, err
	}
	page := q.Page("Clients", web.Link{Label: "Analytics", Href: a.href(q, "/analytics")})
	page.Sub = "Activated clients seen in the last " + strconv.Itoa(a.span.Days) + " days, the latest first"
	if a.product != nil {
		page.Sub += ", of " + a.product.Name
	}
	if d, value, ok := narrowed(q); ok {
		page.Title = "Clients: " + p.name(q, a, d, value)
	}
	page.Sub += "."
	return page, nil
}

func (p *Pages) clients(q *web.Request) (web.Table[licensing.Seat], error) {
	a, err := p.asked(q)
	if err != nil {
		return web.Table[licensing.Seat]{}, err
	}
	filter := licensing.ClientFilter{Now: q.Now(), SeenSince: licensing.DayOf(a.span.From())}
	if a.product != nil {
		filter.Product = a.product.UUID
	}
	if d, value, ok := narrowed(q); ok {
		switch d.argument {
		case "version":
			filter.Version = &value
		case "system":
			filter.System = &value
		case "country":
			filter.Country = &value
		case "edition":
			if filter.Edition, err = ident.ParseUUID(value); err != nil {
				filter.Edition[0] = 1 // of no edition
				err = nil
			}
		}
	}
	products := web.Filter{Name: "product", Label: "Product", Kind: web.ChoiceFilter}
	for _, product := range a.products {
		products.Options = append(products.Options, web.Option{Value: product.UUID.String(), Label: product.Name})
	}
	by := web.Filter{Name: "by", Label: "By", Kind: web.ChoiceFilter}
	for _, d := range dimensions() {
		by.Options = append(by.Options, web.Option{Value: d.argument, Label: d.title})
	}
	return web.Table[licensing.Seat]{
		Name: "clients", Sorts: []string{"-last_seen"},
		Filters: []web.Filter{
			{Name: "days", Label: "Seen in", Kind: web.ChoiceFilter, Options: show.SpanOptions()},
			products, by,
			{Name: "value", Label: "Value", Kind: web.SearchFilter, Hint: "Whole value, such as 3.4.0"},
		},
		Empty: web.Empty{Icon: "devices", Title: "No client was seen in this time", Text: "Clients show here once they are activated."},
		Columns: []web.Column[licensing.Seat]{
			{Name: "device", Label: "Device", Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{Text: c.Activation.Device.Number, Sub: c.Activation.Client.Hostname, Href: show.ActivationHref(q, c.Activation.UUID)}
			}},
			{Name: "customer", Label: "Customer", Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{Text: c.License.Customer.CompanyName, Href: show.CustomerHref(q, c.License.Customer.UUID)}
			}},
			{Name: "license", Label: "Licence", Roomy: true, Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{
					Text: show.LicenseName(c.License), Sub: c.License.Edition.Name + " · " + c.License.Product.Name,
					Href: show.LicenseHref(q, c.License.UUID),
				}
			}},
			{Name: "version", Label: "Version", Cell: func(c licensing.Seat) web.Cell { return show.Version(c.Activation.Client.SoftwareVersion) }},
			{Name: "system", Label: "Operating system", Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{Text: c.Activation.Client.OperatingSystem}
			}},
			{Name: "country", Label: "Country", Cell: func(c licensing.Seat) web.Cell {
				if c.Activation.Client.OnLocalNetwork() {
					return show.Place(q, c.Activation)
				}
				if c.Activation.Client.Country == "" {
					return web.Cell{}
				}
				return web.Cell{Flag: c.Activation.Client.Country, Text: show.CountryName(c.Activation.Client.Country)}
			}, Plain: func(c licensing.Seat) string { return c.Activation.Client.Country }},
			{Name: "seen", Label: "Last seen", Sort: "last_seen", Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{When: c.Activation.Pulse.LastSeenAt}
			}},
			{Name: "activated", Label: "Activated", Extra: true, Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{When: c.Activation.ActivatedAt}
			}},
			{Name: "platform", Label: "Platform", Extra: true, Cell: func(c licensing.Seat) web.Cell {
				return web.Cell{Text: c.Activation.Client.Platform}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			return p.Clients.Seats(q.Context(), q.VendorID(), filter, r)
		},
	}, err
}
