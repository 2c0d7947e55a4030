package licenses

import (
	"slices"
	"time"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) devices() []edge.Route {
	return []edge.Route{
		web.Lists(p.Face, "/licenses/{id}/devices", web.Needs(identity.ViewLicenses), p.devicesTable, func(q *web.Request) (web.Page, error) {
			l, err := p.licence(q)
			if err != nil {
				return web.Page{}, err
			}
			page := p.header(q, l, "Devices")
			extra := []web.Action{{Label: "Map", Href: show.LicenseHref(q, l.UUID) + "/map", Icon: "world", Plain: true}}
			if !l.CountsMonths() {
				extra = append(extra, web.Action{Label: "Token keys", Href: show.LicenseHref(q, l.UUID) + "/tokens", Icon: "key", Plain: true})
			}
			page.Actions = append(extra, page.Actions...)
			if q.May(identity.ManageLicenses) && !l.AnyNumber() {
				lead(&page, web.Action{Label: "Add activations", Href: show.LicenseHref(q, l.UUID) + "/add-tokens", Icon: "plus", Dialog: true})
			}
			if m := l.MonthAt(page.Now, q.VendorZone()); m != nil {
				bar := show.Activations(l, page.Now)
				page.Sub += " · this month " + bar.Text(q.Language()) + ", until " + page.LastDay(m.Ends).Text
			}
			_, page.Notices = validity(&page, l, licensing.StateOf(l, nil, "", page.Now), remedies{})
			return page, nil
		}),
		web.Show(p.Face, "/licenses/{id}/map", web.Needs(identity.ViewLicenses), "map.html", p.showMap),
		web.Lists(p.Face, "/licenses/{id}/tokens", web.Needs(identity.ViewLicenses), p.tokensTable, func(q *web.Request) (web.Page, error) {
			l, err := p.licence(q)
			if err != nil {
				return web.Page{}, err
			}
			page := q.Page("Token keys", web.Link{Label: "Licences", Href: q.Href("/licenses")},
				web.Link{Label: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID)},
				web.Link{Label: "Devices", Href: show.LicenseHref(q, l.UUID) + "/devices"})
			page.Sub = "Each is good for exactly one activation: hand them out one by one, instead of the license key."
			return page, nil
		}),
	}
}

type mapPage struct {
	web.Page

	Map   web.Map
	Empty *web.Empty // instead of the map
}

// showMap shows where the devices of a licence are.
func (p *Pages) showMap(q *web.Request) (*mapPage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	counts, err := p.Rows.PlacesOfLicense(q.Context(), q.VendorID(), l.ID)
	if err != nil {
		return nil, err
	}
	page := &mapPage{Page: q.Page("Map", web.Link{Label: "Licences", Href: q.Href("/licenses")},
		web.Link{Label: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID)},
		web.Link{Label: "Devices", Href: show.LicenseHref(q, l.UUID) + "/devices"})}
	if len(counts) == 0 {
		page.Empty = &web.Empty{Icon: "devices", Title: "No device is activated", Text: "The map shows where devices call from."}
	}
	page.Map = show.MapOfDevices(q, counts, nil)
	return page, nil
}

func (p *Pages) devicesTable(q *web.Request) (web.Table[licensing.Seat], error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Table[licensing.Seat]{}, err
	}
	now := q.Now()
	t := web.Table[licensing.Seat]{
		Name: "devices", Sorts: licensing.Sorts(),
		Filters: []web.Filter{{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{{Value: "past", Label: "Also those released"}}}},
		Empty: web.Empty{
			Icon: "devices", Title: "No device is activated",
			Text: "A client activates itself with the license key: send the key to the licensee.",
		},
		ID: func(s licensing.Seat) string { return s.Activation.UUID.String() },
		Columns: []web.Column[licensing.Seat]{
			{Name: "device", Label: "Device", Cell: func(s licensing.Seat) web.Cell {
				sub := show.Joined(show.Beside(s.Activation), s.Activation.Device.Number)
				return web.Cell{Text: show.ClientName(s.Activation), Href: show.ActivationHref(q, s.Activation.UUID), Sub: sub}
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
			{Name: "month", Label: "This month", Cell: func(s licensing.Seat) web.Cell { return countedCell(s, now) }},
			{Name: "seen", Label: "Last seen", Cell: func(s licensing.Seat) web.Cell { return web.Cell{When: s.Activation.Pulse.LastSeenAt} }},
			{
				Name: "activated", Label: "Activated", Sort: "created_at",
				Cell: func(s licensing.Seat) web.Cell { return web.Cell{Day: s.Activation.ActivatedAt} },
			},
			{Name: "version", Label: "Version", Cell: func(s licensing.Seat) web.Cell { return show.Version(s.Activation.Client.SoftwareVersion) }},
			{Name: "system", Label: "Operating system", Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Client.OperatingSystem} }},
			{Name: "place", Label: "Place", Cell: func(s licensing.Seat) web.Cell { return show.Place(q, s.Activation) }},
			{
				Name: "address", Label: "Address", Extra: true,
				Cell: func(s licensing.Seat) web.Cell { return web.Cell{Text: s.Activation.Client.Address, Mono: true} },
			},
			{Name: "token", Label: "Token key", Extra: true, Cell: func(s licensing.Seat) web.Cell {
				return web.Cell{Text: show.ShortKey(s.Activation.TokenKey), Copy: s.Activation.TokenKey.String(), Mono: true}
			}, Plain: func(s licensing.Seat) string { return s.Activation.TokenKey.String() }},
			{Name: "released", Label: "Released", Extra: true, Cell: func(s licensing.Seat) web.Cell {
				if s.Activation.ReleasedAt.IsZero() {
					return web.Cell{}
				}
				return web.Cell{When: s.Activation.ReleasedAt, Sub: show.ReleaseReason(s.Activation.ReleaseReason)}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Seat], error) {
			found, err := p.Rows.Activations(q.Context(), q.VendorID(), l.ID, q.Text("state") == "past", r)
			page := listing.Page[licensing.Seat]{Next: found.Next}
			for _, a := range found.Items {
				page.Items = append(page.Items, licensing.Seat{Activation: a, License: l})
			}
			return page, err
		},
	}
	if !l.CountsMonths() {
		t.Columns = slices.DeleteFunc(t.Columns, func(c web.Column[licensing.Seat]) bool { return c.Name == "month" })
	}
	if q.May(identity.ManageActivations) {
		t.Bulk = []web.Bulk{{Label: "Release", Action: show.LicenseHref(q, l.UUID) + "/release", Icon: "lock-open", Danger: true}}
	}
	return t, nil
}

// countedCell tells whether a device counts in the month that runs at now.
func countedCell(s licensing.Seat, now time.Time) web.Cell {
	switch {
	case s.Activation.CountsAt(now):
		return web.Cell{Text: "No. " + web.Number(s.Activation.Place.Number)}
	case s.Activation.PlaceRefused(now):
		return web.Cell{Text: "Refused"}
	}
	return web.Cell{Text: "Not used yet", Quiet: true}
}

func (p *Pages) tokensTable(q *web.Request) (web.Table[*licensing.Token], error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Table[*licensing.Token]{}, err
	}
	inUse, free := web.Badge{Word: "In use", Tone: web.Info}, web.Badge{Word: "Free", Tone: web.Good}
	return web.Table[*licensing.Token]{
		Name: "token-keys", Sorts: licensing.Sorts(),
		Empty: web.Empty{Icon: "key", Title: "No token keys", Text: "A licence of this kind makes a token key when a device is activated."},
		Columns: []web.Column[*licensing.Token]{
			{Name: "key", Label: "Token key", Cell: func(k *licensing.Token) web.Cell {
				return web.Cell{Text: k.Key.String(), Mono: true, Copy: k.Key.String()}
			}},
			{Name: "state", Label: "State", Cell: func(k *licensing.Token) web.Cell {
				if k.Activation != 0 {
					return web.Cell{Badge: &inUse}
				}
				return web.Cell{Badge: &free}
			}},
			{Name: "role", Label: "Counts as", Cell: func(k *licensing.Token) web.Cell { return web.Cell{Text: string(k.Role)} }},
			{Name: "slot", Label: "Slot", Sort: "created_at", End: true, Cell: func(k *licensing.Token) web.Cell { return web.Cell{Text: web.Number(k.Slot)} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[*licensing.Token], error) {
			return p.Rows.Tokens(q.Context(), q.VendorID(), l.ID, r)
		},
	}, nil
}
