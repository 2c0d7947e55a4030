package devices

import (
	"strconv"

	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// The names of filters are those of the API.
const (
	numberName = "number"
	modelName  = "model"
	darkName   = "blacklisted"
	bareName   = "without_card"
	soonName   = "soon"
)

// bindPath is the form that puts a card on a device, of the area of cards.
const bindPath = frame.CardsPath + "/bind"

func (p *Pages) devicesChrome(q *web.Request) (web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Page{}, err
	}
	page := p.Frame.Page(q, l, q.T("Devices"), frame.DevicesPath)
	if p.mayBind(l) {
		page.Actions = append(page.Actions, web.Action{
			Label: q.T("Bind license"), Href: l.Top().Href(bindPath, web.BackName, frame.Here(q)), Icon: "link",
		}, web.Action{Label: q.T("Bind many cards"), Href: l.Top().Href(frame.BindManyPath), Icon: "list-details", Plain: true})
	}
	if l.By.IsStaff() && l.May(prepaid.OnlyVendor) == nil && !l.Below {
		page.Actions = append(page.Actions, web.Action{Label: q.T("New device"), Href: l.Href(newPath), Icon: "plus", Dialog: true, Plain: true})
	}
	if p.Frame.IsStaff() {
		page.More = append([]web.Action{{Label: q.T("Unknown numbers"), Href: l.Href(unknownPath), Icon: "help-circle"}}, page.More...)
	}
	page.Notices = append(page.Notices, l.Explain(q, prepaid.SendBack)...)
	return page, nil
}

// mayBind reports whether who looks may put own cards on the devices that they see: on those
// of customers below, too.
func (p *Pages) mayBind(l frame.Look) bool {
	return l.Top().May(prepaid.Bind) == nil && p.Frame.Has(bindPath)
}

func (p *Pages) devices(q *web.Request) (web.Table[prepaid.DeviceView], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.DeviceView]{}, err
	}
	return web.Table[prepaid.DeviceView]{
		Name: "devices", Sorts: prepaid.DeviceSorts(), Keep: frame.Keep(), Filters: filters(q), Columns: p.columns(q, l),
		Empty: web.Empty{Icon: "devices", Title: q.T("No devices yet"), Text: q.T("They appear here as soon as you are sold some.")},
		ID:    func(d prepaid.DeviceView) string { return d.Key },
		Bulk:  p.offered(q, l),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[prepaid.DeviceView], error) {
			return p.Rows.Devices(q.Context(), q.VendorID(), filter(q, l), r)
		},
	}, nil
}

// filter reads which devices an address asks for.
func filter(q *web.Request, l frame.Look) prepaid.DeviceFilter {
	flag := func(name string) *bool {
		if text := q.Text(name); text != "" {
			return new(text == "true")
		}
		return nil
	}
	f := prepaid.DeviceFilter{Number: q.Text(numberName), Model: q.Text(modelName), Dark: flag(darkName), WithOut: flag(bareName), Holders: l.Holder()}
	if q.Text(soonName) != "" {
		f.Soon = prepaid.SoonDark(q.Now())
	}
	return f
}

func filters(q *web.Request) []web.Filter {
	return []web.Filter{
		{Name: numberName, Label: q.T("Device number"), Kind: web.SearchFilter},
		{Name: modelName, Label: q.T("Model"), Kind: web.SearchFilter},
		{Name: darkName, Label: q.T("Blacklisted"), Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "true", Label: q.T("Blacklisted")}, {Value: "false", Label: q.T("Not blacklisted")},
		}},
		{Name: bareName, Label: q.T("Cards"), Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: "true", Label: q.T("No card bound")}, {Value: "false", Label: q.T("With a card")},
		}},
		{Name: soonName, Label: q.T("Running out"), Kind: web.ChoiceFilter, Options: []web.Option{{Value: "1", Label: q.T("Within 7 days")}}},
	}
}

// offered is what can be done with ticked devices.
func (p *Pages) offered(q *web.Request, l frame.Look) (all []web.Bulk) {
	if l.Offers(prepaid.SellOn) {
		all = append(all, web.Bulk{Label: q.T("Sell device"), Action: l.Bare(sellPath), Icon: "shopping-cart", Asks: true})
	}
	if l.Offers(prepaid.SendBack) {
		all = append(all, web.Bulk{Label: q.T("Return device"), Action: l.Bare(returnPath), Icon: "arrow-left", Asks: true})
	}
	return all
}

func (p *Pages) columns(q *web.Request, l frame.Look) []web.Column[prepaid.DeviceView] {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	now := q.Now()
	columns := []web.Column[prepaid.DeviceView]{
		{
			Name: numberName, Label: q.T("Device number"), Cell: func(d prepaid.DeviceView) web.Cell {
				return web.Cell{Text: d.Number, Mono: true, Whole: true, Href: href(l, d.Number)}
			},
		},
		{Name: modelName, Label: q.T("Model"), Cell: func(d prepaid.DeviceView) web.Cell { return web.Cell{Text: d.Model} }},
		{
			Name: "state", Label: q.T("State"), Cell: func(d prepaid.DeviceView) web.Cell {
				return web.Cell{Badge: frame.DeviceBadge(d.Device, now), Sub: frame.DarkText(q, d.Dark)}
			},
		},
		{Name: "usable_until", Label: q.T("Usable until"), Cell: frame.UsableCell},
		{
			Name: "bound_cards", Label: q.T("Bound cards"), End: true, Cell: func(d prepaid.DeviceView) web.Cell { return number(d.BoundCards) },
			Plain: func(d prepaid.DeviceView) string { return frame.Plain(d.BoundCards) },
		},
		{
			Name: "available_days", Label: q.T("Available days"), End: true, Cell: func(d prepaid.DeviceView) web.Cell { return number(d.DaysLeft) },
			Plain: func(d prepaid.DeviceView) string { return frame.Plain(d.DaysLeft) },
		},
		{
			Name: darkName, Label: q.T("Blacklisted"), Extra: true,
			Cell:  func(d prepaid.DeviceView) web.Cell { return web.Cell{Text: frame.DarkText(q, d.Dark)} },
			Plain: func(d prepaid.DeviceView) string { return strconv.FormatBool(d.Dark != prepaid.NotDark) },
		},
		{Name: "last_report", Label: q.T("Last report"), Cell: func(d prepaid.DeviceView) web.Cell { return frame.HeardCell(q, d) }},
		{
			Name: "owner", Label: q.T("Owner"), Roomy: l.Below || l.Everybody(), Cell: func(d prepaid.DeviceView) web.Cell { return l.OwnerIn(q, d.Owner) },
			Plain: func(d prepaid.DeviceView) string { return d.Owner.Number },
		},
	}
	if p.mayBind(l) {
		columns = append(columns, web.Column[prepaid.DeviceView]{
			Name: "act", Label: q.T("What can be done"), Act: true, Cell: func(d prepaid.DeviceView) web.Cell {
				return web.Cell{Links: []web.Link{{Label: q.T("Bind license"), Href: l.Top().Href(bindPath, "device", d.Number, web.BackName, frame.Here(q))}}}
			},
		})
	}
	return columns
}

func (p *Pages) unknownChrome(q *web.Request) (web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Page{}, err
	}
	page := p.Frame.Page(q, l, q.T("Unknown numbers"), frame.DevicesPath, p.crumbs(q, l)...)
	page.Sub = q.T("Numbers that reported and are no devices, the 1,000 heard last: a wrong digit is found here.")
	return page, nil
}

// unknown are the numbers that reported and are no devices.
func (p *Pages) unknown(q *web.Request) (web.Table[prepaid.Unknown], error) {
	return web.Table[prepaid.Unknown]{
		Name: "unknown-devices", Sorts: []string{"-heard_at"}, Keep: frame.Keep(),
		Empty: web.Empty{Icon: "circle-check", Title: q.T("No unknown number has reported"), Text: q.T("A report of a number that is no device is refused, and stands here.")},
		Columns: []web.Column[prepaid.Unknown]{
			{Name: "number", Label: q.T("Number"), Cell: func(u prepaid.Unknown) web.Cell { return web.Cell{Text: u.Number, Mono: true} }},
			{Name: "heard_at", Label: q.T("Last report"), Cell: func(u prepaid.Unknown) web.Cell { return web.Cell{When: u.HeardAt} }},
			{
				Name: "times", Label: q.T("Reports"), End: true, Cell: func(u prepaid.Unknown) web.Cell { return web.Cell{Text: q.Language().Number(u.Times)} },
				Plain: func(u prepaid.Unknown) string { return frame.Plain(u.Times) },
			},
		},
		Rows: func(q *web.Request, _ listing.Request) (page listing.Page[prepaid.Unknown], err error) {
			page.Items, err = p.Rows.Unknown(q.Context(), q.VendorID())
			return page, err
		},
	}, nil
}
