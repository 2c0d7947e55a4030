package licenses

import (
	"context"
	"slices"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) list() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/licenses", web.Needs(identity.ViewLicenses), p.table, func(q *web.Request) (web.Page, error) {
			page := q.Page("Licences")
			page.Query = "" // the search box of the list holds it
			page.Sub = "Every licence that was issued, the newest first."
			if q.May(identity.ManageLicenses) {
				page.Actions = []web.Action{{Label: "Issue a licence", Href: q.Href("/licenses/new"), Icon: "plus"}}
			}
			return page, nil
		}),
	}
}

func (p *Pages) table(q *web.Request) (web.Table[*licensing.License], error) {
	filters, err := p.filters(q)
	if err != nil {
		return web.Table[*licensing.License]{}, err
	}
	t := web.Table[*licensing.License]{
		Name: "licences", Sorts: licensing.Sorts(), Filters: filters,
		Empty: web.Empty{
			Icon: "license", Title: "No licences yet", Text: "Issue the first one: choose a customer and an edition, and send the key.",
		},
		Columns: columns(q),
		ID:      func(l *licensing.License) string { return l.UUID.String() },
		Rows: func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error) {
			f, none := p.filter(q)
			if none {
				return listing.Page[*licensing.License]{}, nil
			}
			if badge, reckoned := reckonedState(q.Text("state")); reckoned {
				return p.inState(q, f, badge, r)
			}
			return p.Rows.List(q.Context(), q.VendorID(), f, r)
		},
	}
	if q.May(identity.ManageLicenses) {
		t.Empty.Action = &web.Action{Label: "Issue a licence", Href: q.Href("/licenses/new"), Icon: "plus"}
		t.Bulk = []web.Bulk{
			{Label: "Switch off", Action: q.Href("/licenses/switch-off"), Icon: "player-pause", Danger: true},
			{Label: "Switch on", Action: q.Href("/licenses/switch-on"), Icon: "player-play"},
		}
	}
	return t, nil
}

func columns(q *web.Request) []web.Column[*licensing.License] {
	return slices.Concat([]web.Column[*licensing.License]{
		{Name: "license", Label: "Licence", Cell: func(l *licensing.License) web.Cell {
			return web.Cell{Text: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID), Sub: l.Edition.Name + " · " + l.Product.Name}
		}, Plain: show.LicenseName},
	}, show.LicenseColumns(q), show.LicenseDetails(q, func(l *licensing.License) *licensing.License { return l }), show.LicenseTerms(q))
}

// maxChoices is how many products and editions a choice offers.
const maxChoices = 500

func (p *Pages) filters(q *web.Request) ([]web.Filter, error) {
	products, editions, err := p.sold(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	filters := []web.Filter{
		{Name: "q", Label: "Search", Kind: web.SearchFilter, Hint: "Name, key, e-mail or customer number"},
		{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "on", Label: "Switched on"},
			{Value: "off", Label: "Switched off"},
			{Value: "goodwill", Label: "On goodwill"},
			{Value: "used_up", Label: "Used up"},
			{Value: "expired", Label: "Expired"},
			{Value: "not_started", Label: "Not started"},
		}},
		{Name: "product", Label: "Product", Kind: web.ChoiceFilter},
		{Name: "edition", Label: "Edition", Kind: web.ChoiceFilter},
	}
	for _, k := range products {
		filters[2].Options = append(filters[2].Options, web.Option{Value: k.UUID.String(), Label: k.Name})
	}
	chosen := q.Text("product")
	for _, e := range editions {
		if chosen == "" || chosen == e.ProductUUID.String() {
			filters[3].Options = append(filters[3].Options, web.Option{Value: e.UUID.String(), Label: editionLabel(products, e)})
		}
	}
	for _, linked := range [][2]string{{"customer", "Customer"}, {"licensee", "Licensee"}} {
		name, label := linked[0], linked[1]
		value := q.Text(name)
		if value == "" {
			continue
		}
		shown := value // it came by a link, and can be taken away
		if id, err := ident.ParseUUID(value); err == nil && name == "customer" {
			if c, err := p.CustomerRows.ByUUID(q.Context(), q.VendorID(), id); err == nil {
				shown = c.CompanyName
			}
		}
		filters = append(filters, web.Filter{Name: name, Label: label, Kind: web.ChoiceFilter, Options: []web.Option{{Value: value, Label: shown}}})
	}
	return filters, nil
}

// sold gives the vendor's products and editions, by name.
func (p *Pages) sold(ctx context.Context, v ident.VendorID) ([]catalog.Product, []catalog.Edition, error) {
	products, err := p.Catalog.Products(ctx, v, listing.Request{Limit: maxChoices, Sort: "name"})
	if err != nil {
		return nil, nil, err
	}
	editions, err := p.Catalog.EditionsOf(ctx, v, nil, listing.Request{Limit: maxChoices, Sort: "name"})
	return products.Items, editions.Items, err
}

// onSale leaves out editions that are archived, or whose product is.
func onSale(products []catalog.Product, editions []catalog.Edition) []catalog.Edition {
	return slices.DeleteFunc(editions, func(e catalog.Edition) bool {
		return !e.ArchivedAt.IsZero() || slices.ContainsFunc(products, func(p catalog.Product) bool {
			return p.UUID == e.ProductUUID && !p.ArchivedAt.IsZero()
		})
	})
}

// editionLabel names an edition with its product, where there are several.
func editionLabel(products []catalog.Product, e catalog.Edition) string {
	for _, k := range products {
		if len(products) > 1 && k.UUID == e.ProductUUID {
			return k.Name + " · " + e.Name
		}
	}
	return e.Name
}

// reckonedState is a state that no index knows, since it comes with time.
func reckonedState(state string) (web.Badge, bool) {
	switch state {
	case "expired":
		return web.BadgeExpired, true
	case "not_started":
		return web.BadgeNotStarted, true
	}
	return web.Badge{}, false
}

// How many licences one page looks at for a state that is reckoned.
const (
	lookedTogether = 250
	lookedMost     = 2_000
)

// inState lists the licences that are in a reckoned state. A page may hold fewer
// than asked for, even none, and yet have a next one.
func (p *Pages) inState(q *web.Request, f licensing.Filter, state web.Badge, r listing.Request) (listing.Page[*licensing.License], error) {
	now, looking := q.Now(), r
	looking.Limit = lookedTogether
	var found []*licensing.License
	for looked := 0; ; looked += looking.Limit {
		part, err := p.Rows.List(q.Context(), q.VendorID(), f, looking)
		if err != nil {
			return listing.Page[*licensing.License]{}, err
		}
		for _, l := range part.Items {
			if show.IsIn(show.LicenseBadge(l, now), state) {
				found = append(found, l)
			}
		}
		if len(found) > r.Limit || part.Next == "" || looked >= lookedMost {
			page := listing.Cut(r, found, func(l *licensing.License) listing.Mark { return r.Mark(int64(l.ID)) })
			if page.Next == "" {
				page.Next = part.Next
			}
			return page, nil
		}
		if looking, err = listing.Parse(lookedTogether, q.Text("sort"), part.Next, licensing.Sorts()...); err != nil {
			return listing.Page[*licensing.License]{}, err
		}
	}
}

// filter reads what is asked for; none tells that nothing can match.
func (p *Pages) filter(q *web.Request) (f licensing.Filter, none bool) {
	on, off := true, false
	switch q.Text("state") {
	case "on":
		f.IsActive = &on
	case "off":
		f.IsActive = &off
	case "goodwill":
		f.OnGoodwill = true
	case "used_up":
		f.UsedUp = true
	}
	for name, to := range map[string]*ident.UUID{"product": &f.Product, "edition": &f.Edition, "customer": &f.Customer} {
		if text := q.Text(name); text != "" {
			id, err := ident.ParseUUID(text)
			if err != nil {
				return f, true
			}
			*to = id
		}
	}
	f.LicenseeEmail = q.Text("licensee")
	if text := q.Text("q"); text != "" {
		prefix, ok := licensing.ParsePrefix(text)
		if !ok {
			return f, true
		}
		f.Search = &prefix
	}
	return f, false
}
