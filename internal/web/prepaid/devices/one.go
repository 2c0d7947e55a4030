package devices

import (
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// devicePage is the page of one device.
type devicePage struct {
	web.Page

	Facts   []web.ShownFact
	Records []web.Records
}

// one is the page of a device.
func (p *Pages) one(q *web.Request) (*devicePage, error) {
	d, l, err := p.device(q)
	if err != nil {
		return nil, err
	}
	cards, err := p.Rows.CardsOf(q.Context(), q.VendorID(), d.ID, l.Sees())
	if err != nil {
		return nil, err
	}
	page := &devicePage{Page: p.Frame.Page(q, l, d.Number, frame.DevicesPath, p.crumbs(q, l)...)}
	page.Badge = frame.DeviceBadge(d.Device, page.Now)
	page.Actions = p.can(q, l, *d)
	page.Notices = append(page.Notices, p.standing(q, l, *d, cards)...)
	page.Notices = append(page.Notices, l.Explain(q, prepaid.SendBack)...)
	page.Facts = page.Page.Facts(p.facts(q, *d)...)
	page.Records = append(page.Records, web.Records{Title: q.T("Cards on it"), List: p.cards(q, l).Of(q, &page.Page, cards)})
	return page, p.records(q, l, *d, page)
}

// can is what can be done with a device.
func (p *Pages) can(q *web.Request, l frame.Look, d prepaid.DeviceView) (all []web.Action) {
	if p.mayBind(l) {
		all = append(all, web.Action{Label: q.T("Bind license"), Href: p.bindHref(q, l, d), Icon: "link", Dialog: true})
	}
	if l.Offers(prepaid.SellOn) {
		all = append(all, web.Action{Label: q.T("Sell device"), Href: l.Href(sellPath, idName, d.Key), Icon: "shopping-cart", Dialog: true, Plain: true})
	}
	if l.Offers(prepaid.SendBack) && l.Owner != nil {
		all = append(all, web.Action{Label: q.T("Return device"), Href: l.Href(returnPath, idName, d.Key), Icon: "arrow-left", Dialog: true, Plain: true})
	}
	if l.By.IsStaff() && l.May(prepaid.OnlyVendor) == nil {
		all = append(all, web.Action{Label: q.T("Change the model"), Href: href(l, d.Number) + "/model", Icon: "edit", Dialog: true, Plain: true})
	}
	return all
}

func (p *Pages) bindHref(q *web.Request, l frame.Look, d prepaid.DeviceView) string {
	return l.Top().Href(bindPath, "device", d.Number, web.BackName, frame.Here(q))
}

// standing says whether a device may work, why not, and what helps.
func (p *Pages) standing(q *web.Request, l frame.Look, d prepaid.DeviceView, cards []prepaid.CardView) (all []web.Notice) {
	if d.Dark == prepaid.NotDark {
		return nil
	}
	n := web.Notice{Tone: web.Bad, Title: q.T("The device is blacklisted: its reports are refused."), Text: q.T("No card is bound to it. Bind a card with days to lift it.")}
	if d.Dark == prepaid.DarkNoDays {
		n.Text = q.T("No day is left on its cards. Bind a card with days to lift it, or buy days for one that is on it.")
	}
	for _, c := range cards {
		if c.Days == 0 && c.Contact != "" {
			n.Text += " " + q.T("Buy days: %s", c.Contact)
			break
		}
	}
	if p.mayBind(l) {
		n.Actions = []web.Action{{Label: q.T("Bind license"), Href: p.bindHref(q, l, d), Icon: "link", Dialog: true}}
	}
	return append(all, n)
}

func (p *Pages) facts(q *web.Request, d prepaid.DeviceView) []web.Fact {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	facts := []web.Fact{
		{Label: q.T("Device number"), Cell: web.Cell{Text: d.Number, Mono: true, Copy: d.Number}},
		{Label: q.T("Model"), Cell: web.Cell{Text: d.Model}},
		{Label: q.T("Usable until"), Cell: frame.UsableCell(d)},
		{Label: q.T("Last report"), Cell: frame.HeardCell(q, d), Hint: q.T("to the minute")},
		{Label: q.T("Bound cards"), Cell: number(d.BoundCards)},
		{Label: q.T("Available days"), Cell: number(d.DaysLeft)},
		{Label: q.T("Owner"), Cell: frame.OwnerCell(q, d.Owner)},
		{Label: q.T("Owned since"), Cell: web.Cell{At: d.HeldSince}},
	}
	if d.SaidModel != "" {
		facts = append(facts, web.Fact{Label: q.T("Reports as"), Cell: web.Cell{Text: d.SaidModel}, Hint: q.T("another model, which changes nothing")})
	}
	if d.GraceOwed > 0 {
		facts = append(facts, web.Fact{Label: q.T("Days of grace owed"), Cell: number(d.GraceOwed), Hint: q.T("the next card with days pays them first")})
	}
	return facts
}

// cards are those on a device.
func (p *Pages) cards(q *web.Request, l frame.Look) web.Table[prepaid.CardView] {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	t := web.Table[prepaid.CardView]{
		Empty: web.Empty{Icon: "credit-card", Title: q.T("No card is bound")},
		Columns: []web.Column[prepaid.CardView]{
			{Name: "number", Label: q.T("Card number"), Cell: func(c prepaid.CardView) web.Cell {
				return web.Cell{Text: c.Number, Mono: true, Whole: true, Href: l.Href(frame.CardsPath + "/" + c.Number)}
			}},
			{Name: "license_code", Label: q.T("License code"), Cell: func(c prepaid.CardView) web.Cell { return web.Cell{Text: c.LicenseCode} }},
			{Name: "status", Label: q.T("Status"), Cell: func(c prepaid.CardView) web.Cell { return web.Cell{Badge: frame.StatusBadge(c.Status())} }},
			{Name: "available_days", Label: q.T("Available days"), End: true, Cell: func(c prepaid.CardView) web.Cell { return number(c.Days) }},
			{Name: "activated_at", Label: q.T("Activation time"), Cell: func(c prepaid.CardView) web.Cell { return web.Cell{At: c.ActivatedAt} }},
		},
	}
	if l.Offers(prepaid.Unbind) {
		t.Columns = append(t.Columns, web.Column[prepaid.CardView]{Name: "act", Label: q.T("What can be done"), Act: true, Cell: func(c prepaid.CardView) web.Cell {
			return web.Cell{Links: []web.Link{{Label: q.T("Unbind license"), Href: l.Href(frame.CardsPath+"/unbind", idName, c.Number, web.BackName, frame.Here(q))}}}
		}})
	}
	return t
}

// records are what has happened to a device in the time that who looks may see.
func (p *Pages) records(q *web.Request, l frame.Look, d prepaid.DeviceView, page *devicePage) error {
	const recent = 20
	days, err := p.Rows.Deductions(q.Context(), q.VendorID(), prepaid.DeductionFilter{Device: d.Number, Holders: l.Sees()},
		listing.Request{Limit: recent, Sort: "day", Desc: true})
	if err != nil {
		return err
	}
	moves, err := p.Rows.Transfers(q.Context(), q.VendorID(), prepaid.TransferFilter{Device: d.Number, Holders: l.Sees()},
		listing.Request{Limit: recent, Sort: "at", Desc: true})
	if err != nil {
		return err
	}
	ledger := web.Records{Title: q.T("Deductions"), List: p.Frame.DeductionsTable(q, l).Of(q, &page.Page, days.Items)}
	if p.Frame.Has(frame.DeductionsPath) {
		ledger.All = &web.Link{Label: q.T("Show all"), Href: l.Href(frame.DeductionsPath, "device", d.Number)}
	}
	page.Records = append(page.Records, ledger, web.Records{Title: q.T("Transfers"), List: frame.TransfersTable(q).Of(q, &page.Page, moves.Items)})
	return nil
}
