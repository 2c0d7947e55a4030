package cards

import (
	"slices"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/language"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// idName is how forms and addresses name the numbers of cards.
const idName = "id"

// act is something that is done with one or many cards, after a page that names the
// consequence.
type act struct {
	path   string
	needs  prepaid.Act
	title  func(q *web.Request, n int) string
	text   func(q *web.Request, of ticked) string
	submit string // marked
	danger bool

	// do does it, and says what was done.
	do func(t tx.Tx, q *web.Request, by prepaid.By, numbers []string) (web.Flash, error)
}

// ticked are the cards of one owner with which something is to be done.
type ticked struct {
	Look    frame.Look
	Numbers []string
	Cards   []prepaid.CardView
	Days    int64
}

// tickedIn reads the cards that a form or an address names, as who looks sees them now.
func (p *Pages) tickedIn(q *web.Request, form *web.Form) (of ticked, err error) {
	field, n := form.Ticked(idName)
	if n == 0 {
		field.Value = q.Text(idName)
	}
	for text := range strings.SplitSeq(field.Value, ",") {
		if number, ok := prepaid.ParseNumber(text); ok {
			of.Numbers = append(of.Numbers, number)
		}
	}
	if len(of.Numbers) == 0 {
		return of, fault.Refused("nothing_ticked", "Nothing is ticked.", "Tick the rows that you mean, and try again.")
	}
	if of.Look, err = p.Frame.Look(q); err != nil {
		return of, err
	}
	if of.Cards, err = p.Rows.CardsNamed(q.Context(), q.VendorID(), of.Numbers, of.Look.Sees()); err != nil {
		return of, err
	}
	if len(of.Cards) == 0 {
		return of, fault.Missing("card")
	}
	for _, c := range of.Cards {
		of.Days += c.Days
	}
	of.Look, err = p.Frame.OfOwner(q, of.Cards[0].Owner.UUID)
	return of, err
}

// field carries the numbers.
func (of ticked) field() web.Field {
	return web.Field{Name: idName, Kind: web.HiddenField, Fixed: true, Value: strings.Join(of.Numbers, ",")}
}

// facts name the cards that something is done with.
func (of ticked) facts(q *web.Request, page *web.FormPage) {
	const shown = 5
	names := make([]string, 0, shown+1)
	for i, c := range of.Cards {
		if i == shown {
			names = append(names, q.T("and %d more", len(of.Cards)-shown))
			break
		}
		names = append(names, c.Number)
	}
	page.About(
		web.Fact{Label: q.T("Cards"), Cell: web.Cell{Text: strings.Join(names, ", "), Mono: len(of.Cards) <= shown}},
		web.Fact{Label: q.T("Available days"), Cell: web.Cell{Text: q.Language().Number(of.Days)}},
		web.Fact{Label: q.T("Owner"), Cell: frame.OwnerCell(q, of.Cards[0].Owner)},
	)
}

// home is where a form about cards leads when there is no list to go back to: the page of
// the card, or the list of the owner's.
func (of ticked) home(q *web.Request) string {
	if len(of.Numbers) == 1 {
		return of.Look.Back(q, of.Look.Href(frame.CardsPath+"/"+of.Numbers[0]))
	}
	return of.Look.Back(q, of.Look.Href(frame.CardsPath))
}

// page begins the page that asks before something is done with cards.
func (p *Pages) page(q *web.Request, form *web.Form, of ticked, title string) *web.FormPage {
	page := &web.FormPage{Page: p.Frame.Page(q, of.Look, title, frame.ListPath, p.crumbs(q, of.Look)...), Form: form}
	of.facts(q, page)
	form.Cancel = of.home(q)
	form.Add(web.Group{Fields: append([]web.Field{of.field(), frame.BackField(q)}, of.Look.Fields()...)})
	return page
}

func (p *Pages) crumbs(q *web.Request, l frame.Look) []web.Link {
	return []web.Link{{Label: q.T("License list"), Href: l.Href(frame.ListPath)}, {Label: q.T("Cards"), Href: l.Href(frame.CardsPath)}}
}

// acts are what needs no more than to be confirmed.
func (p *Pages) acts() []act {
	return []act{
		{
			path: lockPath, needs: prepaid.Lock, submit: language.Mark("Lock license"),
			title: func(q *web.Request, n int) string { return q.T("Lock %d cards", n) },
			text: func(q *web.Request, _ ticked) string {
				return q.T("A locked card can neither be sold nor bound, until somebody unlocks it. Only cards that are Unused can be locked.")
			},
			do: p.lock(true),
		},
		{
			path: unlockPath, needs: prepaid.Lock, submit: language.Mark("Unlock license"),
			title: func(q *web.Request, n int) string { return q.T("Unlock %d cards", n) },
			text:  func(q *web.Request, _ ticked) string { return q.T("The cards can be sold and bound again.") },
			do:    p.lock(false),
		},
		{
			path: unbindPath, needs: prepaid.Unbind, submit: language.Mark("Unbind license"), danger: true,
			title: func(q *web.Request, n int) string { return q.T("Unbind %d cards", n) },
			text: func(q *web.Request, _ ticked) string {
				return q.T("A device stays usable for the time that was paid, and is refused after that unless another card with days is on it. " +
					"Days that were paid are not given back; those left stay on the card, which can be bound again.")
			},
			do: p.unbind,
		},
		{
			path: returnPath, needs: prepaid.SendBack, submit: language.Mark("Return license"), danger: true,
			title: func(q *web.Request, n int) string { return q.T("Return %d cards", n) },
			text:  p.returnText, do: p.giveBack,
		},
	}
}

// askFor is the page that asks before an act.
func (p *Pages) askFor(a act) func(q *web.Request, form *web.Form) (*web.FormPage, error) {
	return func(q *web.Request, form *web.Form) (*web.FormPage, error) {
		of, err := p.tickedIn(q, form)
		if err != nil {
			return nil, err
		}
		if err := of.Look.May(a.needs); err != nil {
			return nil, err
		}
		page := p.page(q, form, of, a.title(q, len(of.Numbers)))
		page.Text = a.text(q, of)
		form.Submit, form.Danger = q.Language().Word(a.submit), a.danger
		return page, nil
	}
}

// doIt does an act.
func (p *Pages) doIt(a act) func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	return func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
		numbers, err := numbersIn(v)
		if err != nil {
			return web.Done{}, err
		}
		by, err := p.Frame.In(t, q)
		if err != nil {
			return web.Done{}, err
		}
		l, err := p.Frame.Look(q)
		if err != nil {
			return web.Done{}, err
		}
		said, err := a.do(t, q, by, numbers)
		return web.Done{To: ticked{Look: l, Numbers: numbers}.home(q), Say: said}, err
	}
}

// numbersIn are the numbers of the cards that a form names.
func numbersIn(v web.Values) ([]string, error) {
	numbers := strings.FieldsFunc(strings.Join(v.Values[idName], ","), func(r rune) bool { return r == ',' })
	if len(numbers) == 0 {
		return nil, fault.Refused("nothing_ticked", "Nothing is ticked.", "Tick the rows that you mean, and try again.")
	}
	return numbers, nil
}

func (p *Pages) lock(on bool) func(t tx.Tx, q *web.Request, by prepaid.By, numbers []string) (web.Flash, error) {
	return func(t tx.Tx, q *web.Request, by prepaid.By, numbers []string) (web.Flash, error) {
		const mostUndo = 40 // as many fit into the message
		changed, err := p.Cards.SetLock(t, by, numbers, on)
		say, back := web.Flash{Text: q.T("%d cards are locked.", len(changed))}, unlockPath
		if !on {
			say.Text, back = q.T("%d cards are unlocked.", len(changed)), lockPath
		}
		if len(numbers) <= mostUndo {
			say.Undo = &web.Undo{Label: language.Mark("Undo"), Action: p.Frame.Home(q) + back, Values: map[string]string{idName: strings.Join(numbers, ",")}}
		}
		return say, err
	}
}

func (p *Pages) unbind(t tx.Tx, q *web.Request, by prepaid.By, numbers []string) (web.Flash, error) {
	if len(numbers) > web.MaxTogether {
		return web.Flash{}, tooMany(web.MaxTogether)
	}
	for _, number := range slices.Sorted(slices.Values(numbers)) { // in one order, in which all lock them
		if _, err := p.Cards.Unbind(t, by, number); err != nil {
			return web.Flash{}, err
		}
	}
	return web.Flash{Text: q.T("%d cards are unbound.", len(numbers))}, nil
}

func (p *Pages) giveBack(t tx.Tx, q *web.Request, by prepaid.By, numbers []string) (web.Flash, error) {
	moved, err := p.Cards.Return(t, by, numbers)
	return web.Flash{Text: q.T("%d cards are returned.", len(moved))}, err
}

func (p *Pages) returnText(q *web.Request, of ticked) string {
	switch {
	case of.Look.Owner == nil:
		return q.T("The cards are in the vendor's stock: there is nobody above to return them to.")
	case of.Look.Owner.Superior == 0:
		return q.T("The cards go back to the vendor's stock, with all days on them. %s can't use them any more.", of.Look.Owner.Name)
	case of.Look.Kin == prepaid.Direct:
		return q.T("The cards go back to you, with all days on them. %s can't use them any more.", of.Look.Owner.Name)
	}
	return q.T("The cards go back to the superior, with all days on them. %s can't use them any more.", of.Look.Owner.Name)
}

func tooMany(most int) error {
	return fault.Refused("too_many_ticked", "At most "+numeral(most)+" rows can be changed at once.", "Tick fewer, and repeat it for the rest.")
}
