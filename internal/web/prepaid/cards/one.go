package cards

import (
	"strings"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// recent is how many rows of each record the page of a card shows.
const recent = 20

// cardPage is the page of one card.
type cardPage struct {
	web.Page

	Facts   []web.ShownFact
	Device  []web.ShownFact // that it is on; none for none
	Records []web.Records
}

// one is the page of a card.
func (p *Pages) one(q *web.Request) (*cardPage, error) {
	c, l, err := p.card(q)
	if err != nil {
		return nil, err
	}
	page := &cardPage{Page: p.Frame.Page(q, l, c.Number, frame.ListPath, append(p.crumbs(q, l)[:1],
		web.Link{Label: q.T("Cards of %s", c.LicenseCode), Href: l.Href(frame.CardsPath, codeName, c.LicenseCode)})...)}
	page.Badge = frame.StatusBadge(c.Status())
	page.Actions, page.More = p.can(q, l, *c), append(p.canToo(q, l, *c), page.More...)
	page.Notices = append(page.Notices, p.standing(q, l, *c)...)
	page.Facts = page.Page.Facts(p.facts(q, *c)...)
	if err := p.onDevice(q, l, *c, page); err != nil {
		return nil, err
	}
	return page, p.records(q, l, *c, page)
}

// card is the card that the address names, and the look at its owner's things.
func (p *Pages) card(q *web.Request) (*prepaid.CardView, frame.Look, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, l, err
	}
	number, _ := prepaid.ParseNumber(q.R.PathValue("number")) // "" is no card's
	c, err := p.Rows.CardByNumber(q.Context(), q.VendorID(), number, l.Sees())
	if err == nil && c == nil {
		err = fault.Missing("card")
	}
	if err != nil {
		return nil, l, err
	}
	l, err = p.Frame.OfOwner(q, c.Owner.UUID)
	return c, l, err
}

// can is what can be done with a card as it is.
func (p *Pages) can(q *web.Request, l frame.Look, c prepaid.CardView) (all []web.Action) {
	add := func(act prepaid.Act, fits bool, a web.Action) {
		if a.Dialog = true; fits && l.Offers(act) {
			a.Href = l.Href(a.Href, idName, c.Number)
			all = append(all, a)
		}
	}
	free := c.HeldBy == 0 && c.Device == 0 && c.Days > 0
	add(prepaid.Bind, free && !c.Locked, web.Action{Label: q.T("Bind license"), Href: bindPath, Icon: "link"})
	add(prepaid.Unbind, c.Device != 0, web.Action{Label: q.T("Unbind license"), Href: unbindPath, Icon: "x", Plain: true})
	add(prepaid.SellOn, free && !c.Locked, web.Action{Label: q.T("Sell license"), Href: sellPath, Icon: "shopping-cart", Plain: true})
	return all
}

func (p *Pages) canToo(q *web.Request, l frame.Look, c prepaid.CardView) (all []web.Action) {
	add := func(act prepaid.Act, fits bool, a web.Action) {
		if a.Dialog = true; fits && l.Offers(act) {
			a.Href = l.Href(a.Href, idName, c.Number)
			all = append(all, a)
		}
	}
	free := c.HeldBy == 0 && c.Device == 0 && c.Days > 0
	add(prepaid.SendBack, free && !c.Locked && l.Owner != nil, web.Action{Label: q.T("Return license"), Href: returnPath, Icon: "arrow-left"})
	add(prepaid.Lock, c.Status() == prepaid.Unused && !c.Locked && c.HeldBy == 0, web.Action{Label: q.T("Lock license"), Href: lockPath, Icon: "lock"})
	add(prepaid.Lock, c.Locked, web.Action{Label: q.T("Unlock license"), Href: unlockPath, Icon: "lock-open"})
	if l.By.IsStaff() {
		add(prepaid.OnlyVendor, p.Frame.Has(frame.TopUpPath), web.Action{Label: q.T("Top up"), Href: frame.TopUpPath, Icon: "plus"})
		add(prepaid.OnlyVendor, p.Frame.Has(frame.WithdrawPath) && c.Days > 0, web.Action{
			Label: q.T("Withdraw"), Href: frame.WithdrawPath, Icon: "trash", Danger: true,
		})
	}
	return all
}

// standing says what state a card is in, why, and what helps.
func (p *Pages) standing(q *web.Request, l frame.Look, c prepaid.CardView) (all []web.Notice) {
	switch {
	case c.HeldBy != 0:
		all = append(all, web.Notice{Tone: web.Info, Title: q.T("The card is part of a sale that is under way."), Text: q.T("It can't be moved or bound until that is finished.")})
	case c.Locked:
		all = append(all, web.Notice{Tone: web.Warning, Title: q.T("The card is locked."), Text: q.T("It can neither be sold nor bound, until somebody unlocks it.")})
	}
	if frame.IsLow(c.Days) {
		n := web.Notice{Tone: web.Warning, Title: q.T("%d days are left on the card.", c.Days), Text: q.T("Buy days before they run out.")}
		if c.Days == 0 {
			n = web.Notice{Tone: web.Bad, Title: q.T("The card has no days left."), Text: q.T("It is charged no more, and can neither be bound nor sold.")}
		}
		if c.Contact != "" {
			n.Text = strings.TrimSpace(n.Text + " " + moreDays(q, c))
			if href := frame.ContactHref(c.Contact); href != "" {
				n.Links = []web.Link{{Label: q.T("Write to them"), Href: href}}
			}
		}
		all = append(all, n)
	}
	return append(all, l.Explain(q, prepaid.Bind)...)
}

func (p *Pages) facts(q *web.Request, c prepaid.CardView) []web.Fact {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	facts := []web.Fact{
		{Label: q.T("Card number"), Cell: web.Cell{Text: c.Number, Mono: true, Copy: c.Number}},
		{Label: q.T("License code"), Cell: web.Cell{Text: c.LicenseCode, Sub: c.CodeName}},
		{Label: q.T("Model range"), Cell: web.Cell{Text: strings.Join(c.Models, ", ")}},
		{Label: q.T("Total days"), Cell: number(c.Total)},
		{Label: q.T("Available days"), Cell: number(c.Days)},
		{Label: q.T("Charged days"), Cell: number(c.Total - c.Withdrawn - c.Days)},
	}
	if c.Withdrawn > 0 {
		facts = append(facts, web.Fact{Label: q.T("Withdrawn days"), Cell: number(c.Withdrawn)})
	}
	return append(facts,
		web.Fact{Label: q.T("Activation time"), Cell: web.Cell{At: c.ActivatedAt}, Hint: q.T("when it was charged for the first time")},
		web.Fact{Label: q.T("Lock"), Cell: lockFact(q, c)},
		web.Fact{Label: q.T("Owner"), Cell: frame.OwnerCell(q, c.Owner)},
		web.Fact{Label: q.T("Owned since"), Cell: web.Cell{At: c.HeldSince}},
	)
}

func lockFact(q *web.Request, c prepaid.CardView) web.Cell {
	if cell := lockCell(c); cell.Badge != nil {
		return cell
	}
	return web.Cell{Text: q.T("Not locked")}
}

// onDevice says what device a card is on.
func (p *Pages) onDevice(q *web.Request, l frame.Look, c prepaid.CardView, page *cardPage) error {
	if c.DeviceNo == "" {
		return nil
	}
	d, err := p.Rows.DeviceByNumber(q.Context(), q.VendorID(), c.DeviceNo, l.Sees())
	if err != nil || d == nil {
		return err
	}
	page.Device = page.Page.Facts(
		web.Fact{Label: q.T("Bound device"), Cell: p.deviceCell(l, d.Number)},
		web.Fact{Label: q.T("Model"), Cell: web.Cell{Text: d.Model}},
		web.Fact{Label: q.T("Bound since"), Cell: web.Cell{At: c.BoundAt}},
		web.Fact{Label: q.T("Usable until"), Cell: frame.UsableCell(*d)},
		web.Fact{Label: q.T("Last report"), Cell: frame.HeardCell(q, *d)},
	)
	return nil
}

// records are what has happened to a card in the time that who looks may see.
func (p *Pages) records(q *web.Request, l frame.Look, c prepaid.CardView, page *cardPage) error {
	moves, err := p.Rows.Transfers(q.Context(), q.VendorID(), prepaid.TransferFilter{Card: c.Number, Holders: l.Sees()},
		listing.Request{Limit: recent, Sort: "at", Desc: true})
	if err != nil {
		return err
	}
	days, err := p.Rows.Deductions(q.Context(), q.VendorID(), prepaid.DeductionFilter{Card: c.Number, Holders: l.Sees()},
		listing.Request{Limit: recent, Sort: "day", Desc: true})
	if err != nil {
		return err
	}
	page.Records = []web.Records{
		{Title: q.T("Transfers"), List: transfers(q).Of(q, &page.Page, moves.Items), All: p.all(q, l, frame.SalesPath, c.Number)},
		{Title: q.T("Deductions"), List: p.deductions(q, l).Of(q, &page.Page, days.Items), All: p.all(q, l, frame.DeductionsPath, c.Number)},
	}
	return nil
}

// all leads to a whole record, of one card; nil where there is no such page.
func (p *Pages) all(q *web.Request, l frame.Look, path, card string) *web.Link {
	if !p.Frame.Has(path) {
		return nil
	}
	return &web.Link{Label: q.T("Show all"), Href: l.Href(path, cardName, card)}
}

func transfers(q *web.Request) web.Table[prepaid.TransferView] {
	return web.Table[prepaid.TransferView]{
		Empty: web.Empty{Icon: "history", Title: q.T("Nothing yet")},
		Columns: []web.Column[prepaid.TransferView]{
			{Name: "at", Label: q.T("Time"), Cell: func(r prepaid.TransferView) web.Cell { return web.Cell{At: r.At} }},
			{Name: "method", Label: q.T("Method"), Cell: func(r prepaid.TransferView) web.Cell { return web.Cell{Badge: frame.MethodBadge(r.Kind)} }},
			{Name: "from", Label: q.T("From"), Cell: func(r prepaid.TransferView) web.Cell { return frame.OwnerCell(q, r.Source) }},
			{Name: "to", Label: q.T("To"), Cell: func(r prepaid.TransferView) web.Cell { return frame.OwnerCell(q, r.Target) }},
		},
	}
}

func (p *Pages) deductions(q *web.Request, l frame.Look) web.Table[prepaid.DeductionView] {
	return web.Table[prepaid.DeductionView]{
		Empty: web.Empty{Icon: "receipt", Title: q.T("Not charged yet")},
		Columns: []web.Column[prepaid.DeductionView]{
			{Name: "day", Label: q.T("Day"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Text: q.Language().Day(calendar.Numbered(r.Day))}
			}},
			{Name: "at", Label: q.T("Time"), Cell: func(r prepaid.DeductionView) web.Cell { return web.Cell{At: r.At} }},
			{Name: deviceName, Label: q.T("Device number"), Cell: func(r prepaid.DeductionView) web.Cell { return p.deviceCell(l, r.DeviceNo) }},
			{Name: "kind", Label: q.T("Kind"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Badge: frame.DeductionBadge(r.Kind)}
			}},
			{Name: "by", Label: q.T("Triggered by"), Cell: func(r prepaid.DeductionView) web.Cell {
				return web.Cell{Text: frame.TriggerText(q, r), Quiet: true}
			}},
		},
	}
}
