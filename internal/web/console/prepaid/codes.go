package prepaid

import (
	"strconv"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Names of the fields of a license code.
const (
	codeName    = "code"
	nameName    = "name"
	modelsName  = "models"
	daysName    = "days"
	billingName = "billing"
	priceName   = "price_note"
	contactName = "contact"
)

// billingAbout says when cards of a billing rule are charged.
func billingAbout(b prepaid.Billing) (label, about string) {
	if b == prepaid.OnReport {
		return "Only on days with a report", "A device that is silent costs nothing: its next report after 24 hours charges a day."
	}
	return "Every 24 hours", "From the device's first report on, whether it reports or not."
}

func (p *Pages) codesChrome(q *web.Request) (web.Page, error) {
	l, page, err := p.page(q, "License codes", frame.CodesPath)
	page.Sub = "The kinds of cards that you sell. Cards are issued of one of them."
	if err == nil && q.May(p.Frame.Act.Permission) {
		page.Actions = []web.Action{
			{Label: "Issue cards", Href: l.Href(issuePath), Icon: "plus"},
			{Label: "New license code", Href: l.Href(newCodePath), Icon: "plus", Plain: true},
		}
	}
	return page, err
}

func (p *Pages) codes(q *web.Request) (web.Table[prepaid.CodeFigures], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.CodeFigures]{}, err
	}
	l = l.Top()
	empty := web.Empty{
		Icon: "credit-card", Title: "No license codes yet", Text: "A license code is a kind of card: for which models, with how many days. Make one, then issue cards of it.",
	}
	if q.May(p.Frame.Act.Permission) {
		empty.Action = &web.Action{Label: "New license code", Href: l.Href(newCodePath), Icon: "plus"}
	}
	return web.Table[prepaid.CodeFigures]{
		Name: "license-codes", Sorts: []string{"code"}, Empty: empty, Columns: codeColumns(q, l),
		Rows: func(q *web.Request, _ listing.Request) (listing.Page[prepaid.CodeFigures], error) {
			all, err := p.Rows.Statistics(q.Context(), q.VendorID(), everybody())
			return listing.Page[prepaid.CodeFigures]{Items: all.Codes}, err
		},
	}, nil
}

func codeColumns(q *web.Request, l frame.Look) []web.Column[prepaid.CodeFigures] {
	text := func(name, label string, extra bool, of func(c prepaid.Code) string) web.Column[prepaid.CodeFigures] {
		return web.Column[prepaid.CodeFigures]{
			Name: name, Label: label, Extra: extra, Cell: func(c prepaid.CodeFigures) web.Cell { return web.Cell{Text: of(c.Code)} },
		}
	}
	return []web.Column[prepaid.CodeFigures]{
		{Name: codeName, Label: "License code", Roomy: true, Cell: func(c prepaid.CodeFigures) web.Cell {
			return web.Cell{Text: c.Code.Code, Sub: c.Code.Name, Href: q.At(frame.Root+editCodePath, c.Code.UUID)}
		}},
		text(nameName, "Name", true, func(c prepaid.Code) string { return c.Name }),
		text(modelsName, "Model range", false, func(c prepaid.Code) string { return strings.Join(c.Models, ", ") }),
		{
			Name: daysName, Label: "Days", End: true, Cell: func(c prepaid.CodeFigures) web.Cell { return web.Cell{Text: web.Number(c.Code.Days)} },
			Plain: func(c prepaid.CodeFigures) string { return strconv.FormatInt(c.Code.Days, 10) },
		},
		text(billingName, "Charged", false, func(c prepaid.Code) string { label, _ := billingAbout(c.Billing); return label }),
		text(priceName, "Price", false, func(c prepaid.Code) string { return c.PriceNote }),
		text(contactName, "Buy days", true, func(c prepaid.Code) string { return c.Contact }),
		{
			Name: "cards", Label: "Cards", End: true, Cell: func(c prepaid.CodeFigures) web.Cell {
				return web.Cell{Text: web.Number(c.Total), Href: l.Href(frame.CardsPath, "license_code", c.Code.Code)}
			}, Plain: func(c prepaid.CodeFigures) string { return strconv.FormatInt(c.Total, 10) },
		},
	}
}

// codeFields are the fields of a code; the billing rule is asked for once.
func codeFields(c prepaid.Code, fresh bool) []web.Field {
	days := ""
	if c.Days > 0 {
		days = strconv.FormatInt(c.Days, 10)
	}
	fields := []web.Field{
		{Name: codeName, Label: "Code", Value: c.Code, Required: true, Mono: true, Focus: fresh, Hint: "Short, as it stands in lists and files: TR-30. Compared without case."},
		{Name: nameName, Label: "Name", Value: c.Name, Required: true, Hint: "What resellers call it."},
		{
			Name: modelsName, Label: "Model range", Kind: web.AreaField, Rows: 3, Value: strings.Join(c.Models, "\n"), Required: true, Mono: true,
			Hint: "One model a line. * stands for any characters: GT06*. A card is bound only to a device whose model matches; cards that are bound stay bound.",
		},
		{
			Name: daysName, Label: "Days on a new card", Kind: web.NumberField, Min: "1", Max: "100000", Value: days, Required: true, Unit: "days",
			Hint: "Of cards to come. Those that are issued keep theirs.",
		},
	}
	if fresh {
		billing := web.Field{Name: billingName, Label: "Charged", Kind: web.RadioField, Value: string(prepaid.Daily)}
		for _, b := range []prepaid.Billing{prepaid.Daily, prepaid.OnReport} {
			label, about := billingAbout(b)
			billing.Options = append(billing.Options, web.Option{Value: string(b), Label: label, Hint: about})
		}
		billing.Hint = "It never changes afterwards."
		fields = append(fields, billing)
	}
	return append(fields,
		web.Field{Name: priceName, Label: "Note on the price", Kind: web.AreaField, Rows: 2, Value: c.PriceNote, Hint: "For your staff and your customers; nothing goes by it."},
		web.Field{
			Name: contactName, Label: "Buy days", Kind: web.AreaField, Rows: 2, Value: c.Contact,
			Hint: "Whom customers ask for more days: an address, a number, a shop. It stands on low and expired cards, and on failed deductions.",
		})
}

func (p *Pages) askCode(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, err := p.form(q, "New license code", frame.CodesPath, "", form)
	form.Submit = "Make the license code"
	form.Add(web.Group{Fields: codeFields(prepaid.Code{}, true)})
	return page, err
}

func (p *Pages) makeCode(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	days := v.Int(daysName)
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	c, err := p.Service.CreateCode(t, by, prepaid.Code{
		Code: v.Text(codeName), Name: v.Text(nameName), Models: v.Lines(modelsName), Days: int64(days), Billing: prepaid.Billing(v.Get(billingName)),
		PriceNote: v.Text(priceName), Contact: v.Text(contactName),
	})
	issue := q.Href(frame.Root + issuePath + "?code=" + c.UUID.String())
	return web.Done{To: q.Href(frame.Root + frame.CodesPath), Say: web.Flash{
		Text: "The license code " + c.Code + " was made.", Link: &web.Link{Label: "Issue cards of it", Href: issue},
	}}, err
}

// codeByID finds a code of the vendor.
func (p *Pages) codeByID(q *web.Request, id ident.UUID) (prepaid.Code, error) {
	all, err := p.Rows.CodesOf(q.Context(), q.VendorID())
	for _, c := range all {
		if c.UUID == id {
			return c, nil
		}
	}
	if err == nil {
		err = fault.Missing("license_code")
	}
	return prepaid.Code{}, err
}

func (p *Pages) askChange(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	c, err := p.codeByID(q, id)
	if err != nil {
		return nil, err
	}
	page, err := p.form(q, c.Code, frame.CodesPath, "", form)
	label, about := billingAbout(c.Billing)
	page.Facts = page.Page.Facts(
		web.Fact{Label: "Charged", Cell: web.Cell{Text: label, Sub: about}}, web.Fact{Label: "Made", Cell: web.Cell{Day: c.CreatedAt}},
	)
	form.Add(web.Group{Fields: codeFields(c, false)})
	return page, err
}

func (p *Pages) changeCode(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	days, models := int64(v.Int(daysName)), v.Lines(modelsName)
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	c, err := p.Service.UpdateCode(t, by, id, prepaid.CodeChange{
		Code: new(v.Text(codeName)), Name: new(v.Text(nameName)), Models: &models, Days: &days,
		PriceNote: new(v.Text(priceName)), Contact: new(v.Text(contactName)),
	})
	return web.Done{To: q.Href(frame.Root + frame.CodesPath), Say: web.Flash{Text: "The license code " + c.Code + " was saved."}}, err
}
