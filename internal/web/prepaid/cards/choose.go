package cards

import (
	"slices"
	"strconv"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Names of what a choice is told by, beside the filter and at whose things one looks.
const (
	quantityName = "quantity"
	pageName     = "page"
	exceptName   = "except" // numbers of cards that are left out
	shownName    = "shown"  // numbers of cards that stood on the page, ticked or not
)

const (
	mostChosen = 1_000_000
	spare      = 20 // cards behind those chosen that can be ticked in place of others
)

// choice is a number of cards that the system chooses among those of a filter that can be
// sold, in the order of sale, but for those that the person has unticked.
type choice struct {
	look     frame.Look
	filter   prepaid.CardFilter
	quantity int64
	page     int // from 0, of prepaid.MaxAtOnce cards
}

// left is how many cards are chosen, without those that were unticked.
func (c choice) left() int64 { return c.quantity - int64(len(c.filter.Except)) }

// holder is whose cards are chosen among: of staff 0 is the vendor's stock.
func (c choice) holder() ident.CustomerID {
	if c.look.Owner == nil {
		return 0
	}
	return c.look.Owner.ID
}

func quantity(q *web.Request) int64 {
	number, _ := q.Language().ReadNumber(frame.Given(q, quantityName)) // what is none is 0
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// chosen reads a choice from an address, or from the page of it that was sent.
func (p *Pages) chosen(q *web.Request) (c choice, err error) {
	if c.look, err = p.Frame.Look(q); err != nil {
		return c, err
	}
	if c.filter, err = filter(q, c.look); err != nil {
		return c, err
	}
	c.quantity = quantity(q)
	c.page, _ = strconv.Atoi(frame.Given(q, pageName)) // what is none is the first
	c.page = max(0, min(c.page, mostChosen/prepaid.MaxAtOnce))
	if c.quantity < 1 || c.quantity > mostChosen {
		return c, fault.Wrong(fault.Field{Name: quantityName, Message: "must be a whole number from 1 to 1,000,000"})
	}
	c.filter.Except = unticked(numbers(frame.Given(q, exceptName)), numbers(frame.Given(q, shownName)), sentNumbers(q))
	if len(c.filter.Except) > prepaid.MaxExcept || c.left() < 1 {
		return c, fault.Refused("too_many_unticked", "At most 500 cards can be left out of a choice of so many.", "Narrow the filter, or choose fewer cards at once.")
	}
	return c, nil
}

// unticked are the cards left out after a page was sent: those left out before, without
// those of the page that are ticked now, and with those that are ticked no more.
func unticked(before, shown, ticked []string) []string {
	out := slices.DeleteFunc(slices.Clone(before), func(n string) bool { return slices.Contains(ticked, n) })
	is := map[string]bool{}
	for _, n := range ticked {
		is[n] = true
	}
	for _, n := range shown {
		if !is[n] {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func numbers(joined string) []string {
	return strings.FieldsFunc(joined, func(r rune) bool { return r == ',' })
}

// sentNumbers are the ticked cards of a page that was sent.
func sentNumbers(q *web.Request) []string {
	return numbers(strings.Join(q.R.PostForm[idName], ","))
}

// fields carry a choice in a form.
func (c choice) fields(q *web.Request) []web.Field {
	all := append(c.look.Fields(), carried(q)...)
	return append(all,
		web.Field{Name: quantityName, Kind: web.HiddenField, Fixed: true, Value: frame.Plain(c.quantity)},
		web.Field{Name: exceptName, Kind: web.HiddenField, Fixed: true, Value: strings.Join(c.filter.Except, ",")},
		frame.BackField(q),
	)
}

func (p *Pages) choosing() []edge.Route {
	f := p.Frame
	return append(web.AskOwn(p.face, f.Path(batchPath), f.Act, "form.html", p.askBatch, p.batch),
		web.Show(p.face, f.Path(selectPath), f.Act, "select.html", p.choose),
		web.Answer(p.face, f.Path(selectPath), f.Act, "select.html", func(q *web.Request) (*choicePage, error) {
			if _, err := q.Form(); err != nil {
				return nil, err
			}
			return p.choose(q)
		}))
}

// askBatch asks how many cards are to be selected.
func (p *Pages) askBatch(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, f, err := p.batchOf(q)
	if err != nil {
		return nil, err
	}
	const counted = 100_000
	can, err := p.Rows.CountToSell(q.Context(), q.VendorID(), choice{look: l}.holder(), f, counted)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: p.Frame.Page(q, l, q.T("Batch select"), frame.ListPath, p.crumbs(q, l)...), Form: form}
	page.Text = q.T("The system ticks so many cards of the present filter that can be sold or returned: Unused before Deactivated, then by card number. " +
		"You see them, and can change the ticks, before anything is done.")
	hint := q.T("%d cards can be selected.", can)
	if can >= counted {
		hint = q.T("More than %d cards can be selected.", can)
	}
	form.Submit, form.Cancel = q.T("OK"), l.Back(q, l.Href(frame.CardsPath, given(q)...))
	form.Add(web.Group{Fields: append(append(l.Fields(), carried(q)...), frame.BackField(q), web.Field{
		Name: quantityName, Label: q.T("Quantity"), Kind: web.NumberField, Min: "1", Required: true, Focus: true, Hint: hint,
	})})
	return page, nil
}

// batchOf is whose cards, and which of them, are selected among.
func (p *Pages) batchOf(q *web.Request) (l frame.Look, f prepaid.CardFilter, err error) {
	if l, err = p.Frame.Look(q); err != nil {
		return l, f, err
	}
	if err = l.May(prepaid.SendBack); err != nil { // selling is refused to more
		return l, f, err
	}
	f, err = filter(q, l)
	return l, f, err
}

// batch leads to the cards that are ticked.
func (p *Pages) batch(q *web.Request, v web.Values) (web.Done, error) {
	l, f, err := p.batchOf(q)
	if err != nil {
		return web.Done{}, err
	}
	n := int64(v.Int(quantityName))
	v.Check(n >= 1 && n <= mostChosen, quantityName, "must be a whole number from 1 to 1,000,000")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	can, err := p.Rows.CountToSell(q.Context(), q.VendorID(), choice{look: l}.holder(), f, n)
	if err != nil {
		return web.Done{}, err
	}
	if can < n {
		return web.Done{}, fault.Wrong(fault.Field{Name: quantityName, Message: "must be " + frame.Plain(can) + " at most: no more cards of this filter can be sold"})
	}
	return web.Done{To: l.Href(selectPath, append(given(q), quantityName, frame.Plain(n), web.BackName, frame.Given(q, web.BackName))...)}, nil
}

// choicePage shows the cards that are ticked.
type choicePage struct {
	web.Page

	Sum  string
	List web.List
}

// choose shows the cards of a choice, ticked, and a few more that are not.
func (p *Pages) choose(q *web.Request) (*choicePage, error) {
	c, err := p.chosen(q)
	if err != nil {
		return nil, err
	}
	if err := c.look.May(prepaid.SendBack); err != nil {
		return nil, err
	}
	rows, err := p.rowsOf(q, c)
	if err != nil {
		return nil, err
	}
	ticks := c.ticks(rows)
	page := &choicePage{Page: p.Frame.Page(q, c.look, q.T("Batch select"), frame.ListPath, p.crumbs(q, c.look)...)}
	t := web.Table[prepaid.CardView]{
		Columns: slices.DeleteFunc(p.columns(q, c.look), func(col web.Column[prepaid.CardView]) bool {
			return col.Name == deviceName || col.Name == lockedName || col.Name == "owner"
		}),
		Empty: web.Empty{Icon: "credit-card", Title: q.T("No card can be selected"), Text: q.T("No card of this filter can be sold or returned now.")},
		ID:    numberOf, Ticked: func(v prepaid.CardView) bool { return ticks[v.Number] },
		Bulk: p.offeredFor(q, c),
	}
	page.List = t.Of(q, &page.Page, rows)
	page.List.Carried = p.carries(q, c, rows)
	page.Sum = q.T("%d cards are ticked, of those that can be sold: Unused first, then Deactivated, by card number.", c.left())
	if c.quantity > prepaid.MaxAtOnce {
		last := min(c.quantity, int64(c.page*prepaid.MaxAtOnce+len(rows)))
		page.Sum += " " + q.T("This page shows %d to %d of %d.", int64(c.page*prepaid.MaxAtOnce+1), last, c.quantity)
	}
	return page, nil
}

// rowsOf are the cards of the choice's page. Cards that were unticked stay on it.
func (p *Pages) rowsOf(q *web.Request, c choice) (rows []prepaid.CardView, err error) {
	f := c.filter
	f.Except = nil
	var after *prepaid.Card
	limit := prepaid.MaxAtOnce
	if c.quantity <= prepaid.MaxAtOnce {
		limit = int(c.quantity) + spare
	}
	for n := 0; n <= c.page; n++ {
		if left := c.quantity - int64(n)*prepaid.MaxAtOnce; c.quantity > prepaid.MaxAtOnce {
			limit = int(min(left, prepaid.MaxAtOnce))
		}
		if rows, err = p.Rows.ToSell(q.Context(), q.VendorID(), c.holder(), f, after, limit); err != nil || len(rows) == 0 || limit <= 0 {
			return rows, err
		}
		after = &rows[len(rows)-1].Card
	}
	return rows, nil
}

// ticks tells which of the rows of a page are ticked.
func (c choice) ticks(rows []prepaid.CardView) map[string]bool {
	is := map[string]bool{}
	for i, v := range rows {
		is[v.Number] = int64(c.page*prepaid.MaxAtOnce+i) < c.quantity
	}
	for _, number := range c.filter.Except {
		delete(is, number)
	}
	return is
}

// offeredFor is what can be done with a choice: one of very many is sold, or looked at page
// by page.
func (p *Pages) offeredFor(q *web.Request, c choice) (all []web.Bulk) {
	l := c.look
	if l.Offers(prepaid.SellOn) {
		all = append(all, web.Bulk{Label: q.T("Sell license"), Action: l.Bare(sellPath), Icon: "shopping-cart", Asks: true})
	}
	if c.quantity <= prepaid.MaxAtOnce {
		if l.Offers(prepaid.SendBack) {
			all = append(all, web.Bulk{Label: q.T("Return license"), Action: l.Bare(returnPath), Icon: "arrow-left", Asks: true})
		}
		return all
	}
	if c.page > 0 {
		all = append(all, web.Bulk{Label: q.T("Page before"), Action: l.Bare(selectPath), Icon: "arrow-left", Value: strconv.Itoa(c.page - 1)})
	}
	if int64(c.page+1)*prepaid.MaxAtOnce < c.quantity {
		all = append(all, web.Bulk{Label: q.T("Next page"), Action: l.Bare(selectPath), Icon: "arrow-right", Value: strconv.Itoa(c.page + 1)})
	}
	return all
}

// carries are what is sent with the ticks.
func (p *Pages) carries(q *web.Request, c choice, rows []prepaid.CardView) (all []web.Kept) {
	for _, f := range append(c.look.Fields(), frame.BackField(q)) {
		all = append(all, web.Kept{Name: f.Name, Value: f.Value})
	}
	if c.quantity <= prepaid.MaxAtOnce {
		return all // the ticked cards are sent, and nothing else decides
	}
	shown := make([]string, len(rows))
	for i, v := range rows {
		shown[i] = v.Number
	}
	for _, f := range c.fields(q) {
		if !slices.ContainsFunc(all, func(k web.Kept) bool { return k.Name == f.Name }) {
			all = append(all, web.Kept{Name: f.Name, Value: f.Value})
		}
	}
	return append(all, web.Kept{Name: shownName, Value: strings.Join(shown, ",")})
}
