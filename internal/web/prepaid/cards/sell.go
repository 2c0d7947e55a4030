package cards

import (
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/fault"

	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

const targetName = "to"

// sale is what a form sells: cards by their numbers, or so many of a filter.
type sale struct {
	command prepaid.SellCommand
	many    int64
}

func (p *Pages) selling() []edge.Route {
	return web.AskWith(p.face, p.Frame.Path(sellPath), p.Frame.Act, "form.html", p.askSell, p.readSale, p.sell)
}

// askSell asks to whom cards are sold. More than one transaction moves come as a choice, by
// filter and number.
func (p *Pages) askSell(q *web.Request, form *web.Form) (*web.FormPage, error) {
	if quantity(q) > prepaid.MaxAtOnce {
		return p.askSellMany(q, form)
	}
	of, err := p.tickedIn(q, form)
	if err != nil {
		return nil, err
	}
	if err := of.Look.May(prepaid.SellOn); err != nil {
		return nil, err
	}
	page := p.page(q, form, of, q.T("Sell %d cards", len(of.Numbers)))
	page.Text = p.saleText(q, of.Look)
	return page, p.askTarget(q, form, of.Look)
}

// askSellMany is the same for a choice of very many.
func (p *Pages) askSellMany(q *web.Request, form *web.Form) (*web.FormPage, error) {
	c, err := p.chosen(q)
	if err != nil {
		return nil, err
	}
	if err := c.look.May(prepaid.SellOn); err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: p.Frame.Page(q, c.look, q.T("Sell %d cards", c.left()), frame.ListPath, p.crumbs(q, c.look)...), Form: form}
	page.Text = p.saleText(q, c.look) + " " + q.T("So many go in the background: all of them are held first, and then handed over; if that fails, none goes.")
	page.About(
		web.Fact{Label: q.T("Cards"), Cell: web.Cell{Text: q.Language().Number(c.left())}},
		web.Fact{Label: q.T("Owner"), Cell: web.Cell{Text: c.look.Whose(q)}},
	)
	form.Cancel = c.look.Back(q, c.look.Href(frame.CardsPath))
	form.Add(web.Group{Fields: c.fields(q)})
	return page, p.askTarget(q, form, c.look)
}

func (p *Pages) saleText(q *web.Request, l frame.Look) string {
	if l.By.IsStaff() {
		return q.T("The cards belong to the customer at once, with all days on them.")
	}
	return q.T("The cards belong to the customer at once, with all days on them. " +
		"You go on seeing them; only the customer can return them, unless it lets its superior manage its licences.")
}

func (p *Pages) askTarget(q *web.Request, form *web.Form, l frame.Look) error {
	target, err := p.Frame.TargetField(q, l.Owner, targetName, q.T("Sell to"))
	form.Submit = q.T("Sell license")
	form.Add(web.Group{Fields: []web.Field{target}})
	return err
}

// readSale reads what is sold, and to whom.
func (p *Pages) readSale(q *web.Request, v web.Values) (s sale, err error) {
	var owner *prepaid.Customer
	if quantity(q) > prepaid.MaxAtOnce {
		c, err := p.chosen(q)
		if err != nil {
			return s, err
		}
		s.many = c.left()
		s.command.Filter, s.command.Count = c.filter, s.many
		if owner = c.look.Owner; owner != nil {
			s.command.From = owner.ID
		}
	} else {
		if s.command.Cards, err = numbersIn(v); err != nil {
			return s, err
		}
		if owner, err = p.ownerOf(q, s.command.Cards[0]); err != nil {
			return s, err
		}
	}
	s.command.To, err = p.Frame.Target(q, owner, v, targetName)
	return s, err
}

// ownerOf is the owner of a card; nil for the vendor's stock.
func (p *Pages) ownerOf(q *web.Request, text string) (*prepaid.Customer, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	number, _ := prepaid.ParseNumber(text) // "" is no card's
	c, err := p.Rows.CardByNumber(q.Context(), q.VendorID(), number, l.Sees())
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.Missing("card")
	}
	l, err = p.Frame.OfOwner(q, c.Owner.UUID)
	return l.Owner, err
}

func (p *Pages) sell(t tx.Tx, q *web.Request, s sale) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Done{}, err
	}
	sold, err := p.Cards.Sell(t, by, s.command)
	if err != nil {
		return web.Done{}, fault.Renamed(err, "customer", targetName)
	}
	if sold.Order != nil {
		return web.Done{To: l.Href(frame.OrdersPath + "/" + sold.Order.UUID.String()), Say: web.Flash{Text: q.T("The sale of %d cards is under way.", s.many)}}, nil
	}
	return web.Done{
		To: l.Back(q, l.Href(frame.CardsPath)), Say: web.Flash{Text: q.T("%d cards with %d days are sold.", len(sold.Cards), sold.Days)},
	}, nil
}

func numeral(n int) string { return strconv.Itoa(n) }
