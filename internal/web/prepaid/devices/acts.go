package devices

import (
	"strings"

	"chancery/internal/audit"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

const (
	idName     = "id"
	targetName = "to"
	codeName   = "transfer_code"
)

// ticked are the devices of one owner with which something is to be done.
type ticked struct {
	Look    frame.Look
	Numbers []string // as they are compared
	Devices []prepaid.DeviceView
}

// tickedIn reads the devices that a form or an address names, as who looks sees them now.
func (p *Pages) tickedIn(q *web.Request, form *web.Form) (of ticked, err error) {
	field, n := form.Ticked(idName)
	if n == 0 {
		field.Value = q.Text(idName)
	}
	of.Numbers = keys(field.Value)
	if len(of.Numbers) == 0 {
		return of, nothingTicked()
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return of, err
	}
	if of.Devices, err = p.Rows.DevicesNamed(q.Context(), q.VendorID(), of.Numbers, l.Sees()); err != nil {
		return of, err
	}
	if len(of.Devices) == 0 {
		return of, fault.Missing("device")
	}
	of.Look, err = p.Frame.OfOwner(q, of.Devices[0].Owner.UUID)
	return of, err
}

// keys are numbers of devices as they are compared.
func keys(joined string) (all []string) {
	for text := range strings.SplitSeq(joined, ",") {
		if key := entry.DeviceKey(text); key != "" {
			all = append(all, key)
		}
	}
	return all
}

func nothingTicked() error {
	return fault.Refused("nothing_ticked", "Nothing is ticked.", "Tick the rows that you mean, and try again.")
}

// home is where a form about devices leads when there is no list to go back to.
func (of ticked) home(q *web.Request) string {
	if len(of.Numbers) == 1 {
		return of.Look.Back(q, href(of.Look, of.Numbers[0]))
	}
	return of.Look.Back(q, of.Look.Href(frame.DevicesPath))
}

// page begins the page that asks before something is done with devices.
func (p *Pages) page(q *web.Request, form *web.Form, of ticked, title string) *web.FormPage {
	const shown = 5
	page := &web.FormPage{Page: p.Frame.Page(q, of.Look, title, frame.DevicesPath, p.crumbs(q, of.Look)...), Form: form}
	names := make([]string, 0, shown+1)
	cards, days := int64(0), int64(0)
	for i, d := range of.Devices {
		cards, days = cards+d.BoundCards, days+d.DaysLeft
		switch {
		case i < shown:
			names = append(names, d.Number)
		case i == shown:
			names = append(names, q.T("and %d more", len(of.Devices)-shown))
		}
	}
	page.About(
		web.Fact{Label: q.T("Devices"), Cell: web.Cell{Text: strings.Join(names, ", "), Mono: len(of.Devices) <= shown}},
		web.Fact{Label: q.T("Cards on them"), Cell: web.Cell{Text: q.Language().Number(cards), Sub: q.T("%d days left", days)}},
		web.Fact{Label: q.T("Owner"), Cell: frame.OwnerCell(q, of.Devices[0].Owner)},
	)
	form.Cancel = of.home(q)
	ids := web.Field{Name: idName, Kind: web.HiddenField, Fixed: true, Value: strings.Join(of.Numbers, ",")}
	form.Add(web.Group{Fields: append([]web.Field{ids, frame.BackField(q)}, of.Look.Fields()...)})
	return page
}

// askSell asks to whom devices are sold.
func (p *Pages) askSell(q *web.Request, form *web.Form) (*web.FormPage, error) {
	of, err := p.tickedIn(q, form)
	if err != nil {
		return nil, err
	}
	if err := of.Look.May(prepaid.SellOn); err != nil {
		return nil, err
	}
	page := p.page(q, form, of, q.T("Sell %d devices", len(of.Numbers)))
	page.Text = q.T("The devices belong to the customer at once, with the cards on them, whatever state these are in.")
	target, err := p.Frame.TargetField(q, of.Look.Owner, targetName, q.T("Sell to"))
	target.Required = false
	form.Submit = q.T("Sell device")
	form.Add(web.Group{Fields: []web.Field{target, {
		Name: codeName, Label: q.T("or by transfer code"), Mono: true,
		Hint: q.T("A customer that accepts transfers has given it to you: it need not be below you."),
	}}})
	return page, err
}

// sale is what a form sells, and to whom.
type sale struct {
	numbers []string
	to      prepaid.Customer
	code    string
}

func (p *Pages) readSale(q *web.Request, v web.Values) (s sale, err error) {
	s.numbers, s.code = keys(strings.Join(v.Values[idName], ",")), v.Text(codeName)
	if len(s.numbers) == 0 {
		return s, nothingTicked()
	}
	if v.Check(s.code == "" || v.Text(targetName) == "", codeName, "must be left out where a customer is chosen"); v.Err() != nil || s.code != "" {
		return s, v.Err()
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return s, err
	}
	found, err := p.Rows.DevicesNamed(q.Context(), q.VendorID(), s.numbers[:1], l.Sees())
	if err != nil {
		return s, err
	}
	if len(found) == 0 {
		return s, fault.Missing("device")
	}
	if l, err = p.Frame.OfOwner(q, found[0].Owner.UUID); err != nil {
		return s, err
	}
	s.to.UUID, err = p.Frame.Target(q, l.Owner, v, targetName)
	return s, err
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
	sell := func() ([]prepaid.Device, error) { return p.Devices.SellDevices(t, by, s.numbers, s.to.UUID) }
	if s.code != "" {
		sell = func() ([]prepaid.Device, error) { return p.Devices.TransferDevices(t, by, s.numbers, s.code) }
	}
	moved, err := sell()
	return web.Done{To: l.Back(q, l.Href(frame.DevicesPath)), Say: web.Flash{Text: q.T("%d devices are sold.", len(moved))}}, err
}

// askReturn asks before devices go one level up.
func (p *Pages) askReturn(q *web.Request, form *web.Form) (*web.FormPage, error) {
	of, err := p.tickedIn(q, form)
	if err != nil {
		return nil, err
	}
	if err := of.Look.May(prepaid.SendBack); err != nil {
		return nil, err
	}
	page := p.page(q, form, of, q.T("Return %d devices", len(of.Numbers)))
	owner := of.Look.Owner
	switch {
	case owner == nil:
		page.Text = q.T("The devices are in the vendor's stock: there is nobody above to return them to.")
	case owner.Superior == 0:
		page.Text = q.T("The devices go back to the vendor's stock, with the cards on them. %s sees them no more.", owner.Name)
	case of.Look.Kin == prepaid.Direct:
		page.Text = q.T("The devices go back to you, with the cards on them. %s sees them no more.", owner.Name)
	default:
		page.Text = q.T("The devices go back to the superior, with the cards on them. %s sees them no more.", owner.Name)
	}
	form.Submit, form.Danger = q.T("Return device"), true
	return page, nil
}

func (p *Pages) giveBack(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	numbers := keys(strings.Join(v.Values[idName], ","))
	if len(numbers) == 0 {
		return web.Done{}, nothingTicked()
	}
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Done{}, err
	}
	moved, err := p.Devices.ReturnDevices(t, by, numbers)
	return web.Done{To: l.Back(q, l.Href(frame.DevicesPath)), Say: web.Flash{Text: q.T("%d devices are returned.", len(moved))}}, err
}

// askNew asks for a device to be made: of the customer whose things one looks at, or in the
// vendor's stock.
func (p *Pages) askNew(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: p.Frame.Page(q, l, q.T("New device"), frame.DevicesPath, p.crumbs(q, l)...), Form: form}
	page.Text = q.T("It comes into the vendor's stock. To make it for a customer at once, choose the customer first.")
	if l.Owner != nil {
		page.Text = q.T("It belongs to %s.", frame.OwnerName(l.Owner.Name, l.Owner.Number))
	}
	form.Submit, form.Cancel = q.T("Make it"), l.Href(frame.DevicesPath)
	form.Add(web.Group{Fields: append(l.Fields(),
		web.Field{Name: numberName, Label: q.T("Device number"), Mono: true, Required: true, Focus: true, Hint: q.T("IMEI or the like, as clients and gateways send it.")},
		web.Field{Name: modelName, Label: q.T("Model"), Required: true, Hint: q.T("Cards whose model range covers it can be bound.")},
	)})
	return page, nil
}

func (p *Pages) create(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Done{}, err
	}
	n := prepaid.NewDevice{Number: v.Text(numberName), Model: v.Text(modelName)}
	if l.Owner != nil {
		n.Customer = l.Owner.UUID
	}
	made, err := p.Devices.CreateDevice(t, by, n)
	return web.Done{To: href(l, made.Number), Say: web.Flash{Text: q.T("%s is made.", made.Number)}}, err
}

// thing is the device of the address, as the audit log calls it.
func (p *Pages) thing(q *web.Request) ([]audit.Thing, error) {
	d, _, err := p.device(q)
	if err != nil {
		return nil, err
	}
	return []audit.Thing{{Subject: "device", ID: d.UUID}}, nil
}

func (p *Pages) askModel(q *web.Request, form *web.Form) (*web.FormPage, error) {
	d, l, err := p.device(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: p.Frame.Page(q, l, q.T("Change the model"), frame.DevicesPath, append(p.crumbs(q, l), web.Link{Label: d.Number, Href: href(l, d.Number)})...)}
	page.Form = form
	page.Text = q.T("Cards that are on the device stay on it. Cards to come must be for the new model.")
	form.Cancel = href(l, d.Number)
	form.Add(web.Group{Fields: []web.Field{{Name: modelName, Label: q.T("Model"), Value: d.Model, Required: true, Focus: true}}})
	return page, nil
}

func (p *Pages) setModel(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	d, err := p.Devices.SetModel(t, by, q.R.PathValue("number"), v.Text(modelName))
	return web.Done{To: p.Frame.Home(q) + frame.DevicesPath + "/" + frame.Segment(d.Number), Say: web.Flash{Text: q.T("%s is saved.", d.Number)}}, err
}
