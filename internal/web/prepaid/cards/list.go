package cards

import (
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// cardsChrome is the frame of the cards of a license code, or of all.
func (p *Pages) cardsChrome(q *web.Request) (web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Page{}, err
	}
	code := frame.Given(q, codeName)
	title := q.T("Cards")
	if code != "" {
		title = q.T("Cards of %s", code)
	}
	page := p.Frame.Page(q, l, title, frame.ListPath, web.Link{Label: q.T("License list"), Href: l.Href(frame.ListPath)})
	if l.Offers(prepaid.SellOn) || l.Offers(prepaid.SendBack) {
		page.Actions = append(page.Actions, web.Action{Label: q.T("Batch select"), Href: batchHref(q, l), Icon: "list-details", Dialog: true})
	}
	if l.Offers(prepaid.Bind) {
		page.Actions = append(page.Actions, web.Action{
			Label: q.T("Bind license"), Href: l.Href(bindPath, web.BackName, here(q)), Icon: "link", Dialog: true, Plain: true,
		})
	}
	if p.Frame.Has(frame.SalesPath) {
		page.Actions = append(page.Actions, web.Action{Label: q.T("Sales Record"), Href: l.Href(frame.SalesPath, codeName, code), Icon: "history", Plain: true})
	}
	page.Notices = append(page.Notices, l.Explain(q, prepaid.Bind)...)
	return page, nil
}

// batchHref is where the number of cards to select is asked for. Of everybody's cards the
// vendor's own stock is chosen from.
func batchHref(q *web.Request, l frame.Look) string {
	pairs := append(given(q), web.BackName, here(q))
	if l.Everybody() {
		return l.At(batchPath, ident.UUID{}, pairs...)
	}
	return l.Href(batchPath, pairs...)
}

// here is the address of a list below the face, to come back to.
func here(q *web.Request) string { return strings.TrimPrefix(q.R.URL.RequestURI(), q.Base) }

func (p *Pages) cards(q *web.Request) (web.Table[prepaid.CardView], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.CardView]{}, err
	}
	stats, err := p.Rows.Statistics(q.Context(), q.VendorID(), l.Holder())
	if err != nil {
		return web.Table[prepaid.CardView]{}, err
	}
	return web.Table[prepaid.CardView]{
		Name: "cards", Sorts: prepaid.CardSorts(), Keep: frame.Keep(), Filters: filters(q, stats), Columns: p.columns(q, l),
		Empty: web.Empty{Icon: "credit-card", Title: q.T("No cards yet"), Text: q.T("They appear here as soon as you are sold some.")},
		ID:    numberOf,
		Bulk:  p.offered(q, l),
		Rows: func(q *web.Request, r listing.Request) (listing.Page[prepaid.CardView], error) {
			f, err := filter(q, l)
			if err != nil {
				return listing.Page[prepaid.CardView]{}, err
			}
			return p.Rows.Cards(q.Context(), q.VendorID(), f, r)
		},
	}, nil
}

func numberOf(c prepaid.CardView) string { return c.Number }

// offered is what can be done with ticked cards.
func (p *Pages) offered(q *web.Request, l frame.Look) (all []web.Bulk) {
	offer := func(act prepaid.Act, label, path, icon string) {
		if l.Offers(act) {
			all = append(all, web.Bulk{Label: label, Action: l.Bare(path), Icon: icon, Asks: true})
		}
	}
	offer(prepaid.SellOn, q.T("Sell license"), sellPath, "shopping-cart")
	offer(prepaid.SendBack, q.T("Return license"), returnPath, "arrow-left")
	offer(prepaid.Lock, q.T("Lock license"), lockPath, "lock")
	offer(prepaid.Lock, q.T("Unlock license"), unlockPath, "lock-open")
	offer(prepaid.Unbind, q.T("Unbind license"), unbindPath, "x")
	if l.By.IsStaff() && p.Frame.Has(frame.WithdrawPath) {
		offer(prepaid.OnlyVendor, q.T("Withdraw"), frame.WithdrawPath, "trash")
	}
	return all
}

// columns are those of a list of cards.
func (p *Pages) columns(q *web.Request, l frame.Look) []web.Column[prepaid.CardView] {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	return []web.Column[prepaid.CardView]{
		{
			Name: numberName, Label: q.T("Card number"), Sort: "number",
			Cell: func(c prepaid.CardView) web.Cell {
				return web.Cell{Text: c.Number, Mono: true, Whole: true, Href: l.Href(frame.CardsPath + "/" + c.Number)}
			},
		},
		{Name: codeName, Label: q.T("License code"), Extra: true, Cell: func(c prepaid.CardView) web.Cell { return web.Cell{Text: c.LicenseCode} }},
		{
			Name: statusName, Label: q.T("Status"),
			Cell: func(c prepaid.CardView) web.Cell { return web.Cell{Badge: frame.StatusBadge(c.Status())} },
		},
		{
			Name: lockedName, Label: q.T("Lock"), Cell: func(c prepaid.CardView) web.Cell { return lockCell(c) },
			Plain: func(c prepaid.CardView) string { return strconv.FormatBool(c.Locked) },
		},
		{
			Name: "models", Label: q.T("Model range"),
			Cell: func(c prepaid.CardView) web.Cell { return web.Cell{Text: strings.Join(c.Models, ", ")} },
		},
		{
			Name: "total_days", Label: q.T("Total days"), End: true, Cell: func(c prepaid.CardView) web.Cell { return number(c.Total) },
			Plain: func(c prepaid.CardView) string { return frame.Plain(c.Total) },
		},
		{
			Name: "available_days", Label: q.T("Available days"), End: true,
			Cell: func(c prepaid.CardView) web.Cell {
				cell := number(c.Days)
				if frame.IsShort(c.Days) {
					cell.Sub = moreDays(q, c)
				}
				return cell
			},
			Plain: func(c prepaid.CardView) string { return frame.Plain(c.Days) },
		},
		{Name: "activated_at", Label: q.T("Activation time"), Cell: func(c prepaid.CardView) web.Cell { return web.Cell{At: c.ActivatedAt} }},
		{
			Name: deviceName, Label: q.T("Bound device"),
			Cell: func(c prepaid.CardView) web.Cell { return p.deviceCell(l, c.DeviceNo) },
		},
		{
			Name: "owner", Label: q.T("Owner"), Cell: func(c prepaid.CardView) web.Cell { return frame.OwnerCell(q, c.Owner) },
			Plain: func(c prepaid.CardView) string { return c.Owner.Number },
		},
		{Name: "created_at", Label: q.T("Issued"), Sort: "created_at", Extra: true, Cell: func(c prepaid.CardView) web.Cell { return web.Cell{At: c.CreatedAt} }},
	}
}

// moreDays says whom to ask for more days; empty where the license code does not say.
func moreDays(q *web.Request, c prepaid.CardView) string {
	if c.Contact == "" {
		return ""
	}
	return q.T("Buy days: %s", c.Contact)
}

// lockCell says whether a card can't be moved because it is locked, or in a sale.
func lockCell(c prepaid.CardView) web.Cell {
	switch {
	case c.HeldBy != 0:
		return web.Cell{Badge: &web.Badge{Word: "In a sale", Tone: web.Info, Hint: "a sale of many cards holds it"}}
	case c.Locked:
		return web.Cell{Badge: &web.Badge{Word: "Locked", Tone: web.Warning, Hint: "it can neither be sold nor bound"}}
	}
	return web.Cell{}
}

func (p *Pages) deviceCell(l frame.Look, number string) web.Cell {
	cell := web.Cell{Text: number, Mono: true}
	if number != "" && p.Frame.Has(frame.DevicesPath) {
		cell.Href = l.Href(frame.DevicesPath + "/" + frame.Segment(number))
	}
	return cell
}
