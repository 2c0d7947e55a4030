package devices

import (
	"strings"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) chrome(q *web.Request) (web.Page, error) {
	page := q.Page("Devices")
	page.Query = "" // the search box of the list holds it
	page.Sub = "Every client that holds an activation, over all licences."
	return page, nil
}

func (p *Pages) table(q *web.Request) (web.Table[licensing.Seat], error) {
	products, err := p.Catalog.Products(q.Context(), q.VendorID(), listing.Request{Limit: listing.MaxLimit, Sort: "name"})
	if err != nil {
		return web.Table[licensing.Seat]{}, err
	}
	product := web.Filter{Name: "product", Label: "Product", Kind: web.ChoiceFilter}
	for _, k := range products.Items {
		product.Options = append(product.Options, web.Option{Value: k.UUID.String(), Label: k.Name})
	}
	filters := []web.Filter{
		{Name: "q", Label: "Search", Kind: web.SearchFilter, Hint: "Client id, hostname or IP address begins with…"},
		{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "goodwill", Label: "On goodwill"},
			{Value: "suspended", Label: "Suspended"},
			{Value: "silent", Label: "Silent for a week"},
			{Value: "released", Label: "Released"},
		}},
		product,
		{Name: "before", Label: "Not seen since", Kind: web.DateFilter},
		{Name: "on", Label: "Last seen on", Kind: web.DateFilter},
	}
	if country := q.Text("country"); country != "" { // it comes by a link, and can be taken away
		filters = append(filters, web.Filter{
			Name: "country", Label: "Country", Kind: web.ChoiceFilter,
			Options: []web.Option{{Value: country, Label: show.CountryName(strings.ToUpper(country))}},
		})
	}
	return web.Table[licensing.Seat]{
		Name: "devices", Sorts: licensing.ClientSorts(), Filters: filters, Columns: columns(q),
		Empty: web.Empty{
			Icon: "devices", Title: "No device is activated yet", Text: "A device comes here when a client activates with a license key.",
			Action: &web.Action{Label: "To the licences", Href: q.Href("/licenses"), Icon: "license"},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			f, none := filter(q)
			if none {
				return listing.Page[licensing.Seat]{}, nil
			}
			return p.Rows.Seats(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}

// silentAfter is how many days without a heartbeat the list calls silent.
const silentAfter = 7

// filter reads what is asked for; none tells that nothing can match. Days are the UTC's.
func filter(q *web.Request) (f licensing.ClientFilter, none bool) {
	f = licensing.ClientFilter{Now: q.Now(), Search: q.Text("q")}
	if country := strings.ToUpper(q.Text("country")); country != "" {
		f.Country = &country
	}
	switch q.Text("state") {
	case "goodwill":
		f.Standing = licensing.StandingGoodwill
	case "suspended":
		f.Standing = licensing.StandingSuspended
	case "released":
		f.Standing = licensing.StandingReleased
	case "silent":
		f.SeenBefore = licensing.DayOf(f.Now) - silentAfter
	}
	if text := q.Text("product"); text != "" {
		id, err := ident.ParseUUID(text)
		if err != nil {
			return f, true
		}
		f.Product = id
	}
	for name, to := range map[string]*int64{"before": &f.SeenBefore, "on": &f.SeenOn} {
		if text := q.Text(name); text != "" {
			day, wrong := calendar.ParseDay(text)
			if wrong != "" {
				return f, true
			}
			if n := day.Number(); *to == 0 || n < *to {
				*to = n
			}
		}
	}
	return f, false
}

func columns(q *web.Request) []web.Column[licensing.Seat] {
	now := q.Now()
	return []web.Column[licensing.Seat]{
		{Name: "device", Label: "Device", Cell: func(s licensing.Seat) web.Cell {
			href := show.ActivationHref(q, s.Activation.UUID)
			sub := show.Joined(show.Beside(s.Activation), s.Activation.Device.Number)
			return web.Cell{Text: show.ClientName(s.Activation), Href: href, Sub: sub, Whole: true}
		}, Plain: func(s licensing.Seat) string { return s.Activation.SaidName() }},
		{
			Name: "display_name", Label: "Display name", Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.DisplayName} },
		},
		{
			Name: "client_id", Label: "Client id", Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Device.Number, Mono: true} },
		},
		{Name: "state", Label: "State", Cell: func(s licensing.Seat) web.Cell {
			badge := show.ClientBadge(s, now)
			return web.Cell{Badge: &badge}
		}},
		{Name: "license", Label: "Licence", Roomy: true, Cell: func(s licensing.Seat) web.Cell {
			if s.License == nil {
				return web.Cell{}
			}
			return web.Cell{
				Text: show.LicenseName(s.License), Href: show.LicenseHref(q, s.License.UUID),
				Sub: s.License.Edition.Name + " · " + s.License.Product.Name,
			}
		}, Plain: func(s licensing.Seat) string {
			if s.License == nil {
				return ""
			}
			return show.LicenseName(s.License)
		}},
		{Name: "customer", Label: "Customer", Cell: func(s licensing.Seat) web.Cell {
			if s.License == nil {
				return web.Cell{}
			}
			return web.Cell{Text: s.License.Customer.CompanyName, Href: show.CustomerHref(q, s.License.Customer.UUID)}
		}},
		{Name: "seen", Label: "Last seen", Sort: "last_seen", Cell: func(s licensing.Seat) web.Cell { return web.Cell{When: s.Activation.Pulse.LastSeenAt} }},
		{Name: "version", Label: "Version", Cell: func(s licensing.Seat) web.Cell { return show.Version(s.Activation.Client.SoftwareVersion) }},
		{Name: "place", Label: "Place", Cell: func(s licensing.Seat) web.Cell { return show.Place(q, s.Activation) }},
		{
			Name: "activated", Label: "Activated", Sort: "created_at", Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Day: s.Activation.ActivatedAt} },
		},
		{
			Name: "system", Label: "Operating system", Extra: true,
			Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Client.OperatingSystem} },
		},
		{Name: "platform", Label: "Platform", Extra: true, Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Client.Platform} }},
		{Name: "address", Label: "Address", Extra: true, Cell: func(s licensing.Seat) web.Cell {
			return web.Cell{
				Text: s.Activation.Client.Address,
				Mono: true,
			}
		}},
	}
}
