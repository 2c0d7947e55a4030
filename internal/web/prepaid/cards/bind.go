package cards

import (
	"time"

	"chancery/internal/edge"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

const (
	cardName  = "card"
	startName = "from"
)

func (p *Pages) binding() []edge.Route {
	return web.Ask(p.face, p.Frame.Path(bindPath), p.Frame.Act, "bind.html", p.askBind, p.bind)
}

// askBind asks which card is put on which device. Once both are known, it says what will
// happen.
func (p *Pages) askBind(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	given := func(name, other string) string {
		if text, ok := form.Given(name); ok {
			return text
		}
		return q.Text(other)
	}
	card, device := given(cardName, idName), given(deviceName, deviceName)
	if l, err = p.lookAtCard(q, l, card); err != nil {
		return nil, err
	}
	if err := l.May(prepaid.Bind); err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: p.Frame.Page(q, l, q.T("Bind license"), frame.ListPath, p.crumbs(q, l)...), Form: form}
	page.Text = q.T("A device that never reported is charged from its first report on: until then the card stays Inactive.")
	if err := p.foresee(q, l, page, card, device); err != nil {
		return nil, err
	}
	form.Submit, form.Look, form.Cancel = q.T("Bind license"), q.T("Show what happens"), l.Back(q, l.Href(frame.CardsPath))
	form.Add(web.Group{Fields: append(append(l.Fields(), frame.BackField(q)),
		web.Field{
			Name: cardName, Label: q.T("Card number"), Value: card, Mono: true, Required: true, Focus: card == "", Look: true, Suggest: l.Bare(matchesPath),
			Hint: q.T("In any writing. The card must be unlocked, on no device, have days, and be for the device's model."),
		},
		web.Field{
			Name: deviceName, Label: q.T("Device number"), Value: device, Mono: true, Required: true, Focus: card != "" && device == "",
			Look: true, Suggest: l.Bare(deviceMatchesPath), Hint: q.T("Of the card's owner, or of a customer below."),
		},
		web.Field{
			Name: startName, Label: q.T("Charged from"), Kind: web.DateField,
			Hint: q.T("Left empty: from the device's first report on. Days begin in %s.", q.ZoneOfDays()),
		},
	)})
	return page, nil
}

// lookAtCard is the look at the things of a card's owner; the same as before where the card
// is not known.
func (p *Pages) lookAtCard(q *web.Request, l frame.Look, text string) (frame.Look, error) {
	number, ok := prepaid.ParseNumber(text)
	if !ok {
		return l, nil
	}
	c, err := p.Rows.CardByNumber(q.Context(), q.VendorID(), number, l.Sees())
	if err != nil || c == nil {
		return l, err
	}
	return p.Frame.OfOwner(q, c.Owner.UUID)
}

// foresee says what will happen when a card is bound to a device.
func (p *Pages) foresee(q *web.Request, l frame.Look, page *web.FormPage, card, device string) error {
	number, _ := prepaid.ParseNumber(card) // "" is no card's
	c, err := p.Rows.CardByNumber(q.Context(), q.VendorID(), number, l.Sees())
	if err != nil {
		return err
	}
	d, err := p.Rows.DeviceByNumber(q.Context(), q.VendorID(), device, l.Sees())
	if err != nil {
		return err
	}
	var facts []web.Fact
	if c != nil {
		facts = append(facts, web.Fact{Label: q.T("Card"), Cell: web.Cell{Text: c.Number, Mono: true, Sub: q.T("%d days left", c.Days)}},
			web.Fact{Label: q.T("License code"), Cell: web.Cell{Text: c.LicenseCode, Sub: c.CodeName}})
	}
	if d != nil {
		facts = append(facts, web.Fact{Label: q.T("Device"), Cell: web.Cell{Text: d.Number, Mono: true, Sub: d.Model}},
			web.Fact{Label: q.T("Bound cards"), Cell: web.Cell{Text: q.Language().Number(d.BoundCards), Sub: q.T("%d days left", d.DaysLeft)}},
			web.Fact{Label: q.T("Owner"), Cell: frame.OwnerCell(q, d.Owner)})
		page.Text = bindText(q, c, *d)
	}
	page.About(facts...)
	return nil
}

// bindText says what comes of a card on a device.
func bindText(q *web.Request, c *prepaid.CardView, d prepaid.DeviceView) string {
	var text string
	switch {
	case d.GraceOwed > 0:
		text = q.T("The device owes %d days of grace: the card pays them at once, and they give no time.", d.GraceOwed)
	case d.Dark != prepaid.NotDark:
		text = q.T("The device is blacklisted. The card lifts it at once, and its next report is charged, or the run does it.")
	case d.UsableUntil.IsZero():
		text = q.T("A device that never reported is charged from its first report on: until then the card stays Inactive.")
	case d.BoundCards > 0:
		text = q.T("Other cards are on the device. The one that was activated first is charged first.")
	default:
		text = q.T("The card is charged as soon as the device's paid time is over.")
	}
	if c != nil && c.Owner.UUID != d.Owner.UUID {
		text += " " + q.T("The card passes to %s, who owns the device.", d.Owner.Name)
	}
	return text
}

func (p *Pages) bind(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Done{}, err
	}
	from := v.FirstDay(startName, time.Time{})
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	c := prepaid.BindCommand{Card: v.Text(cardName), Device: v.Text(deviceName)}
	if from != nil {
		c.From = *from
	}
	card, device, err := p.Cards.Bind(t, by, c)
	if err != nil {
		return web.Done{}, err
	}
	own := l.Href(frame.CardsPath + "/" + card.Number)
	done := web.Done{To: l.Back(q, own), Say: web.Flash{Text: q.T("%s is on %s.", card.Number, device.Number)}}
	if done.To != own {
		done.Say.Link = &web.Link{Label: q.T("Open the card"), Href: own}
	}
	return done, nil
}

const fewMatches = 8

// suggestCards gives the cards that can be bound and begin with a text.
func (p *Pages) suggestCards(q *web.Request, text string) ([]web.Suggestion, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	f := prepaid.CardFilter{Number: text, IsBound: new(false), Locked: new(false), MinDays: new(int64(1)), OfHolders: l.Holder()}
	found, err := p.Rows.Cards(q.Context(), q.VendorID(), f, listing.Request{Limit: fewMatches, Sort: "number"})
	all := make([]web.Suggestion, len(found.Items))
	for i, c := range found.Items {
		all[i] = web.Suggestion{Value: c.Number, Label: c.LicenseCode + ", " + q.T("%d days left", c.Days)}
	}
	return all, err
}

// suggestDevices gives the devices in sight whose number begins with a text.
func (p *Pages) suggestDevices(q *web.Request, text string) ([]web.Suggestion, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	found, err := p.Rows.Devices(q.Context(), q.VendorID(), prepaid.DeviceFilter{Number: text, Holders: l.Sees()},
		listing.Request{Limit: fewMatches, Sort: "created_at", Desc: true})
	all := make([]web.Suggestion, len(found.Items))
	for i, d := range found.Items {
		all[i] = web.Suggestion{Value: d.Number, Label: d.Model + ", " + frame.OwnerName(d.Owner.Name, d.Owner.Number)}
	}
	return all, err
}
