package prepaid

import (
	"strconv"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
	"chancery/internal/web/show"
)

// Names of the fields of an issue.
const (
	countName    = "count"
	customerName = "customer_id"
)

func (p *Pages) askIssue(q *web.Request, form *web.Form) (*web.FormPage, error) {
	codes, err := p.Rows.CodesOf(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	if len(codes) == 0 {
		return nil, fault.Refused("no_license_code", "There is no license code yet.", "Make a license code first; cards are issued of one.")
	}
	page, err := p.form(q, "Issue cards", frame.CodesPath,
		"Each card gets a number of its own. Up to 1,000 are made at once; more by an order in the background, whose progress you can follow.", form)
	of := web.Field{Name: codeName, Label: "License code", Kind: web.SelectField, Required: true, Value: q.Text(codeName)}
	for _, c := range codes {
		of.Options = append(of.Options, web.Option{Value: c.UUID.String(), Label: c.Code + " · " + c.Name + " · " + web.Count(c.Days, "day", "days")})
	}
	to := show.CustomerField(q, customerName, "For the customer", "")
	to.Hint = "A customer without a superior, who owns them then. Empty: they go to your own stock."
	form.Submit = "Issue the cards"
	form.Add(web.Group{Fields: []web.Field{
		of,
		{Name: countName, Label: "How many", Kind: web.NumberField, Min: "1", Max: "1000000", Required: true, Unit: "cards"},
		{Name: daysName, Label: "Days on each", Kind: web.NumberField, Min: "1", Max: "100000", Unit: "days", Hint: "Empty: those of the license code."},
		to,
	}})
	return page, err
}

// readIssue finds the code and the customer that the form names.
func (p *Pages) readIssue(q *web.Request, v web.Values) (c prepaid.IssueCommand, err error) {
	c.Count, c.Days = int64(v.Int(countName)), int64(v.Int(daysName))
	v.Check(v.Text(daysName) == "" || c.Days > 0, daysName, "must be a whole number from 1 to 100,000")
	id := v.UUID(codeName)
	if err := v.Err(); err != nil {
		return c, err
	}
	code, err := p.codeByID(q, id)
	if err != nil {
		return c, fault.Wrong(fault.Field{Name: codeName, Message: "must be chosen from the list"})
	}
	c.Code = code.Code
	if text := v.Text(customerName); text != "" {
		one, err := show.FindCustomer(q.Context(), p.Customers, q.VendorID(), customerName, text)
		if err != nil {
			return c, err
		}
		c.Customer = one.UUID
	}
	return c, nil
}

func (p *Pages) issue(t tx.Tx, q *web.Request, c prepaid.IssueCommand) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	made, err := p.Service.Issue(t, by, c)
	if e := fault.As(err); err != nil && e.Code == "not_top_level_customer" {
		e.Fields = []fault.Field{{Name: customerName, Message: "must be a customer without a superior: customers below get cards by sale"}}
		return web.Done{}, e
	}
	say := web.Count(c.Count, "card was issued.", "cards were issued.")
	if len(made.Cards) == 0 {
		say = "The cards are being made."
	}
	return web.Done{To: q.At(frame.Root+batchPath, made.Order.UUID), Say: web.Flash{Text: say}}, err
}

type batchPage struct {
	web.Page

	Facts []web.ShownFact
	First []string // numbers of the first cards
	Rest  string   // says that there are more
	CSV   string
}

// order is the issue that an address names.
func (p *Pages) order(q *web.Request) (*prepaid.Order, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	o, err := p.Rows.OrderOf(q.Context(), q.VendorID(), id, everybody())
	if err == nil && (o == nil || o.Kind != prepaid.OrderIssue) {
		err = fault.Missing("order")
	}
	return o, err
}

// firstNumbers is how many numbers the page of an issue shows.
const firstNumbers = 50

func (p *Pages) batch(q *web.Request) (*batchPage, error) {
	o, err := p.order(q)
	if err != nil {
		return nil, err
	}
	l, page, err := p.page(q, "Issued cards", "-")
	if err != nil {
		return nil, err
	}
	page.Crumbs = []web.Link{{Label: "License codes", Href: l.Href(frame.CodesPath)}}
	shown := &batchPage{Page: page}
	bar := web.Bar{Used: o.Done, Contract: o.Wanted, Allowed: o.Wanted}
	shown.Facts = page.Facts(
		web.Fact{Label: "Cards", Cell: web.Cell{Bar: &bar}}, web.Fact{Label: "Days on each", Cell: web.Cell{Text: web.Number(o.Days)}},
		web.Fact{Label: "Asked for by", Cell: web.Cell{Text: o.Actor}}, web.Fact{Label: "Since", Cell: web.Cell{When: o.CreatedAt}},
	)
	if o.EndedAt.IsZero() {
		shown.Badge, shown.Refresh = &web.Badge{Word: "Under way", Tone: web.Info}, page.Address
		return shown, nil
	}
	shown.Badge = &web.BadgeDone
	shown.CSV = q.At(frame.Root+batchPath, o.UUID) + "/numbers.csv"
	cards, err := p.Rows.Cards(q.Context(), q.VendorID(), ofBatch(o), listing.Request{Limit: firstNumbers, Sort: "created_at"})
	for _, c := range cards.Items {
		shown.First = append(shown.First, c.Number)
	}
	if o.Done > firstNumbers {
		shown.Rest = "These are the first " + strconv.Itoa(firstNumbers) + " of " + web.Number(o.Done) + ". The file has all of them."
	}
	return shown, err
}

func ofBatch(o *prepaid.Order) prepaid.CardFilter {
	return prepaid.CardFilter{OfBatch: o.UUID.String(), OfHolders: everybody()}
}

// numbers are the cards of an issue as a file.
func (p *Pages) numbers(q *web.Request) (web.Table[prepaid.CardView], error) {
	o, err := p.order(q)
	if err != nil {
		return web.Table[prepaid.CardView]{}, err
	}
	return web.Table[prepaid.CardView]{
		Name: "cards", Sorts: []string{"created_at"},
		Columns: []web.Column[prepaid.CardView]{
			{Name: "number", Label: "number", Plain: func(c prepaid.CardView) string { return c.Number }},
			{Name: "license_code", Label: "license_code", Plain: func(c prepaid.CardView) string { return c.LicenseCode }},
			{Name: "total_days", Label: "total_days", Plain: func(c prepaid.CardView) string { return strconv.FormatInt(c.Total, 10) }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[prepaid.CardView], error) {
			return p.Rows.Cards(q.Context(), q.VendorID(), ofBatch(o), r)
		},
	}, nil
}

// cardOf is the card that an address or a form names.
func (p *Pages) cardOf(q *web.Request, text string) (*prepaid.CardView, error) {
	number, _ := prepaid.ParseNumber(text) // "" is no card's
	c, err := p.Rows.CardByNumber(q.Context(), q.VendorID(), number, everybody())
	if err == nil && c == nil {
		err = fault.Missing("card")
	}
	return c, err
}

// given is the number of a card that a form holds, or else its address.
func given(q *web.Request, form *web.Form) string {
	if text, ok := form.Given("id"); ok {
		return text
	}
	return q.Text("id")
}

func (p *Pages) askTopUp(q *web.Request, form *web.Form) (*web.FormPage, error) {
	c, err := p.cardOf(q, given(q, form))
	if err != nil {
		return nil, err
	}
	page, err := p.form(q, "Top up", frame.CardsPath, "More days are put on the card. A device that is blacklisted for want of days goes on at once; it pays what it owes for days of grace first.", form)
	if err != nil {
		return nil, err
	}
	form.Cancel = q.Href(frame.Root + frame.CardsPath + "/" + c.Number)
	page.About(cardFacts(q, *c)...)
	form.Submit = "Top up"
	form.Add(web.Group{Fields: []web.Field{
		{Name: "id", Kind: web.HiddenField, Fixed: true, Value: c.Number},
		{Name: daysName, Label: "Days to put on", Kind: web.NumberField, Min: "1", Max: "100000", Required: true, Focus: true, Unit: "days"},
	}})
	return page, nil
}

func cardFacts(q *web.Request, c prepaid.CardView) []web.Fact {
	return []web.Fact{
		{Label: "Card number", Cell: web.Cell{Text: c.Number, Mono: true}},
		{Label: "License code", Cell: web.Cell{Text: c.LicenseCode, Sub: c.CodeName}},
		{Label: "State", Cell: web.Cell{Badge: frame.StatusBadge(c.Status())}},
		{Label: "Available days", Cell: web.Cell{Text: web.Number(c.Days)}},
		{Label: "Device", Cell: web.Cell{Text: c.DeviceNo, Mono: true}},
		{Label: "Customer", Cell: frame.OwnerCell(q, c.Owner)},
	}
}

func (p *Pages) topUp(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	days := v.Int(daysName)
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	c, err := p.Service.TopUp(t, by, v.Text("id"), int64(days))
	return web.Done{To: q.Href(frame.Root + frame.CardsPath + "/" + c.Number), Say: web.Flash{
		Text: web.Count(int64(days), "day was put on.", "days were put on."),
	}}, err
}

func (p *Pages) askWithdraw(q *web.Request, form *web.Form) (*web.FormPage, error) {
	field, many := form.Ticked("id")
	if many == 0 {
		field.Value = q.Text("id")
		many = 1
	}
	first, err := p.cardOf(q, firstOf(field.Value))
	if err != nil {
		return nil, err
	}
	page, err := p.form(q, "Withdraw", frame.CardsPath,
		"The days that are left are taken back for good: nobody is charged for them, and nobody has them. The cards are Expired then. "+
			"A card that is on a device leaves it; the device keeps what is paid, and is blacklisted when it ends and no other card has days.", form)
	if err != nil {
		return nil, err
	}
	if many == 1 {
		page.About(cardFacts(q, *first)...)
		form.Cancel = q.Href(frame.Root + frame.CardsPath + "/" + first.Number)
	} else {
		page.About(web.Fact{Label: "Cards", Cell: web.Cell{Text: web.Number(int64(many))}}, web.Fact{Label: "The first", Cell: web.Cell{Text: first.Number, Mono: true}})
	}
	form.Submit, form.Danger = "Take the days back", true
	form.Add(web.Group{Fields: []web.Field{{Name: "id", Kind: web.HiddenField, Fixed: true, Value: field.Value}}})
	return page, nil
}

func firstOf(joined string) string {
	first, _, _ := strings.Cut(joined, ",")
	return first
}

func (p *Pages) withdraw(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	var numbers []string
	for _, text := range v.Values["id"] {
		numbers = append(numbers, strings.Split(text, ",")...)
	}
	cards, err := p.Service.Withdraw(t, by, numbers)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href(frame.Root + frame.CardsPath), Say: web.Flash{
		Text: web.Count(int64(len(cards)), "card was withdrawn.", "cards were withdrawn."),
	}}, nil
}
