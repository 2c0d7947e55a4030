package overview

import (
	"strings"

	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// row is a licence in the list, with the meter of it that is used up most.
type row struct {
	*licensing.License

	meter *metering.Reading // nil for none
}

func (p *Pages) table(q *web.Request) (web.Table[row], error) {
	return web.Table[row]{
		Name: "licences", Sorts: licensing.Sorts(),
		Filters: []web.Filter{
			{Name: "q", Label: q.T("Search"), Kind: web.SearchFilter, Hint: q.T("Product, name, key, customer or e-mail")},
			{Name: "state", Label: q.T("State"), Kind: web.ChoiceFilter, Options: states(q)},
		},
		Empty:   web.Empty{Icon: "license", Title: q.T("No licences yet"), Text: nothing(q)},
		Columns: columns(q),
		Rows:    p.rows,
	}, nil
}

func states(q *web.Request) []web.Option {
	badges := []web.Badge{
		web.BadgeValid, web.BadgeExpiring, web.BadgeGoodwill, web.BadgeUsedUp, web.BadgeExpired, web.BadgeNotStarted, web.BadgeInactive,
	}
	options := make([]web.Option, len(badges))
	for i, b := range badges {
		options[i] = web.Option{Value: b.Word, Label: q.Language().Word(b.Word)}
	}
	return options
}

// How many licences one page of the list looks at where it is narrowed: no index knows
// what is within somebody's reach and matches.
const (
	lookedTogether = 200
	lookedMost     = 2_000
)

// rows lists the licences in reach that match. A page may hold fewer than asked for,
// even none, and yet have a next one.
func (p *Pages) rows(q *web.Request, r listing.Request) (listing.Page[row], error) {
	search, state := strings.ToLower(q.Text("q")), q.Text("state")
	looking := r
	if search != "" || state != "" {
		looking.Limit = max(lookedTogether, r.Limit)
	}
	var found []row
	for looked := 0; ; looked += looking.Limit {
		part, err := p.Rows.List(q.Context(), q.Reach(), licensing.Filter{}, looking)
		if err != nil {
			return listing.Page[row]{}, err
		}
		for _, l := range part.Items {
			if matches(q, l, search, state) {
				found = append(found, row{License: l})
			}
		}
		if len(found) > r.Limit || part.Next == "" || looking.Limit == r.Limit || looked >= lookedMost {
			page := listing.Cut(r, found, func(l row) listing.Mark { return r.Mark(int64(l.ID)) })
			if page.Next == "" {
				page.Next = part.Next
			}
			return page, p.meter(q, page.Items)
		}
		if looking, err = listing.Parse(looking.Limit, q.Text("sort"), part.Next, licensing.Sorts()...); err != nil {
			return listing.Page[row]{}, err
		}
	}
}

func matches(q *web.Request, l *licensing.License, search, state string) bool {
	if state != "" && portal.Badge(l, q.Now()).Word != state {
		return false
	}
	said := strings.ToLower(strings.Join([]string{
		l.Product.Name, l.Name, l.Edition.Name, l.LicenseKey.String(), l.PrintedKey, l.LegacyKey, l.UUID.String(),
		l.Customer.CompanyName, l.Customer.CustomerNumber, l.LicenseeEmail,
	}, "\n"))
	return strings.Contains(said, search)
}

// meter brings the meter of each licence that is used up most.
func (p *Pages) meter(q *web.Request, rows []row) error {
	for i := range rows {
		if !metering.HasMeters(rows[i].Terms().Grants.Shown().Limitations) {
			continue
		}
		readings, err := p.Meters.Read(q.Context(), q.Reach(), rows[i].License)
		if err != nil {
			return err
		}
		for k := range readings {
			if rows[i].meter == nil || portal.MeterBar(readings[k]).Width() > portal.MeterBar(*rows[i].meter).Width() {
				rows[i].meter = &readings[k]
			}
		}
	}
	return nil
}

func columns(q *web.Request) []web.Column[row] {
	text := func(name, label string, mono bool, text func(l row) string) web.Column[row] {
		return web.Column[row]{Name: name, Label: label, Extra: true, Cell: func(l row) web.Cell { return web.Cell{Text: text(l), Mono: mono} }}
	}
	page := q.Page("")
	return []web.Column[row]{
		{Name: "license", Label: q.T("Licence"), Cell: func(l row) web.Cell {
			return web.Cell{Text: portal.Title(l.License), Href: show.LicenseHref(q, l.UUID), Sub: l.Edition.Name + " · " + l.Customer.CompanyName}
		}, Plain: func(l row) string { return portal.Title(l.License) }},
		{Name: "key", Label: q.T("License key"), Cell: func(l row) web.Cell {
			return web.Cell{Text: show.ShortKey(l.LicenseKey), Href: show.LicenseHref(q, l.UUID), Mono: true}
		}, Plain: func(l row) string { return l.LicenseKey.String() }},
		{Name: "state", Label: q.T("State"), Cell: func(l row) web.Cell {
			badge := portal.Badge(l.License, page.Now)
			return web.Cell{Badge: &badge}
		}},
		{Name: "activations", Label: q.T("Activations"), Cell: func(l row) web.Cell {
			bar := portal.Activations(q, l.License)
			cell := web.Cell{Bar: &bar, Href: show.LicenseHref(q, l.UUID) + "/activations"}
			if l.CountsMonths() {
				cell.Sub = q.T("This month")
			}
			return cell
		}},
		{Name: "expires", Label: q.T("Expires"), Cell: func(l row) web.Cell {
			if at := l.ExpiryOf(l.Terms().Policy); !at.IsZero() {
				return web.Cell{LastDay: at, Sub: portal.DaysLeft(q, at)}
			}
			end, _ := portal.Expiry(q, &page, l.License)
			return web.Cell{Text: end, Quiet: true}
		}},
		{Name: "meter", Label: q.T("Meter"), Cell: func(l row) web.Cell {
			if l.meter == nil {
				return web.Cell{}
			}
			bar := portal.MeterBar(*l.meter)
			return web.Cell{Bar: &bar, Sub: l.meter.Limitation.Name, Href: show.LicenseHref(q, l.UUID) + "#meters"}
		}},
		text("product", q.T("Product"), false, func(l row) string { return l.Product.Name }),
		text("customer", q.T("Customer"), false, func(l row) string { return l.Customer.CompanyName }),
		text("number", q.T("Customer number"), false, func(l row) string { return l.Customer.CustomerNumber }),
		text("licensee", q.T("Licensee"), false, func(l row) string { return l.LicenseeEmail }),
		text("id", q.T("License ID"), true, func(l row) string { return l.UUID.String() }),
		{Name: "issued", Label: q.T("Issued"), Sort: "created_at", Extra: true, Cell: func(l row) web.Cell { return web.Cell{Day: l.CreatedAt} }},
	}
}
