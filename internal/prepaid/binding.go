package prepaid

import (
	"cmp"
	"slices"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// bindingRecord is what the log says of a binding.
type bindingRecord struct {
	Card     string `json:"card"`
	Device   string `json:"device"`
	ByItself bool   `json:"by_itself,omitempty"`
}

// BindCommand puts a card on a device.
type BindCommand struct {
	Card   string    // its number, in any writing
	Device string    // its number, in any writing
	From   time.Time // when a device that never reported is first due; zero for its first report
}

// Bind puts a card on a device (docs/rules/prepaid.md, rules 15 to 18). The card's own holder's device; or a device
// of a customer below the holder, at any depth: the card then passes down to the device's
// owner, with one transfer for each level. It pays what the device owes for days of grace,
// and lifts it if a day is left. It gives card and device as they are then.
func (s *Service) Bind(t tx.Tx, by By, c BindCommand) (Card, Device, error) {
	number, key, err := readBinding(c, t.Now())
	if err != nil {
		return Card{}, Device{}, err
	}
	var card Card
	var device Device
	return card, device, s.work(t, by.Vendor, func(d *desk) (err error) {
		card, device, err = d.bind(by, number, key, c.From)
		return err
	})
}

func readBinding(c BindCommand, now time.Time) (number, key string, err error) {
	var wrong fault.Fields
	number, ok := ParseNumber(c.Card)
	wrong.Check(ok, aCard, "is not a card number: check it for typing errors")
	_, key = entry.DeviceNumber(&wrong, "device", c.Device)
	wrong.Check(c.From.IsZero() || c.From.Before(now.AddDate(maxStartYears, 0, 0)), "from", "must lie within 10 years")
	return number, key, wrong.Err()
}

const maxStartYears = 10

func (d *desk) bind(by By, number, key string, from time.Time) (Card, Device, error) {
	device, err := d.c.Store.LockDevice(d.t, d.v, key)
	if err != nil {
		return Card{}, Device{}, err
	}
	if device == nil {
		return Card{}, Device{}, fault.Missing(aDevice)
	}
	if err := d.may(by, See, device.Holder, aDevice); err != nil {
		return Card{}, Device{}, err
	}
	cards, err := d.c.Store.LockCards(d.t, d.v, []string{number})
	if err != nil {
		return Card{}, Device{}, err
	}
	if len(cards) == 0 {
		return Card{}, Device{}, fault.Missing(aCard)
	}
	card := cards[0]
	if err := d.may(by, Bind, card.Holder, aCard); err != nil {
		return Card{}, Device{}, err
	}
	code, err := d.code(card.Code)
	if err != nil {
		return Card{}, Device{}, err
	}
	if refused := bindable(card, code, device.Model); refused != "" {
		return Card{}, Device{}, refuse(refused)
	}
	if n, err := d.c.Store.CountBound(d.t, d.v, device.ID); err != nil {
		return Card{}, Device{}, err
	} else if n >= mostBound {
		return Card{}, Device{}, refuse(deviceFull)
	}
	if card, err = d.passDown(by, card, device.Holder); err != nil {
		return Card{}, Device{}, err
	}
	if card, err = d.put(card, code, &device.State, from, false); err != nil {
		return Card{}, Device{}, err
	}
	d.t.Journal(tx.Entry{
		Vendor: d.v, Action: "card.bound", Subject: aCard, ID: card.UUID, After: bindingRecord{Card: card.Number, Device: device.Number},
	})
	return card, *device, nil
}

// mostBound is how many cards with days left a device has.
const mostBound = 100

// bindable tells what keeps a card from a device of a model; "" for nothing (docs/rules/prepaid.md, rule 15).
func bindable(c Card, code Code, model string) refusalCode {
	switch {
	case c.HeldBy != 0:
		return cardHeld
	case c.Device != 0:
		return cardBound
	case c.Locked:
		return cardLocked
	case c.Days == 0:
		return cardEmpty
	case !code.Fits(model):
		return modelDiffers
	}
	return ""
}

// passDown gives a card to the owner of a device below its holder, level by level.
func (d *desk) passDown(by By, c Card, owner ident.CustomerID) (Card, error) {
	if c.Holder == owner {
		return c, nil
	}
	refused, err := d.reaches(by, c, owner)
	if err = cmp.Or(err, refused); err != nil {
		return c, err
	}
	line, err := d.line(owner)
	if err != nil {
		return c, err
	}
	levels := slices.IndexFunc(line, func(one Customer) bool { return one.ID == c.Holder })
	if levels < 0 {
		levels = len(line) // from the vendor's stock
	}
	for i := levels - 1; i >= 0; i-- {
		if c, err = d.passOn(by, c, line[i].ID); err != nil {
			return c, err
		}
	}
	return c, nil
}

// reaches tells what keeps somebody from putting a card on a device of an owner, by whose they are.
func (d *desk) reaches(by By, c Card, owner ident.CustomerID) (refused, err error) {
	if c.Holder == owner {
		return nil, nil
	}
	line, err := d.line(owner)
	if err != nil {
		return nil, err
	}
	found := c.Holder == 0 || slices.ContainsFunc(line, func(one Customer) bool { return one.ID == c.Holder })
	if !found || !by.IsStaff() && c.Holder != by.Customer { // a superior may bind a sub-customer's card to its own devices only
		return refuse(deviceElsewhere), nil
	}
	return nil, nil
}

// passOn gives a card to the next customer, with its transfer.
func (d *desk) passOn(by By, c Card, to ident.CustomerID) (Card, error) {
	was := c
	c.Holder, c.HeldSince = to, d.now
	if err := d.transfer(by, BindDown, was.Holder, to, []Card{c}, nil); err != nil {
		return c, err
	}
	d.tally.changed(was, c)
	return c, d.c.Store.SaveCard(d.t, d.v, was, c, false)
}

// put puts a card on a device of the card's holder. All that may forbid it was looked at.
func (d *desk) put(was Card, code Code, on *State, from time.Time, byItself bool) (Card, error) {
	c := was
	c.Device, c.BoundAt = on.ID, d.now
	d.tally.changed(was, c)
	if err := d.c.Store.SaveCard(d.t, d.v, was, c, code.Billing == OnReport); err != nil {
		return c, err
	}
	if err := d.c.Store.BeginBinding(d.t, d.v, c, byItself); err != nil {
		return c, err
	}
	return d.gain(c, code, on, from)
}

// gain lets a device have what a card on it brings, which has just come or got days. That
// writes times of the device, so it waits for a clock that can be believed.
func (d *desk) gain(c Card, code Code, on *State, from time.Time) (Card, error) {
	if !d.trusted {
		return c, refuse(clockLeapt)
	}
	b := Bound{
		Device: on.ID, Card: c.ID, Code: c.Code, OnReport: code.Billing == OnReport, Days: c.Days, ActivatedAt: c.ActivatedAt,
		BoundAt: c.BoundAt, Number: c.Number,
	}
	o := arrive(*on, b, from, d.now)
	is, err := d.settle(*on, []Bound{b}, o, false)
	*on = is
	if len(o.Cards) > 0 {
		c.Days, c.ActivatedAt = o.Cards[0].Days, o.Cards[0].ActivatedAt
	}
	return c, err
}

// Unbind takes a card off its device, whenever its holder wants (docs/rules/prepaid.md, rule 19). The device stays
// usable for what was paid. It gives the card as it is then.
func (s *Service) Unbind(t tx.Tx, by By, number string) (card Card, err error) {
	return card, s.work(t, by.Vendor, func(d *desk) (err error) {
		card, err = d.unbind(by, number)
		return err
	})
}

func (d *desk) unbind(by By, text string) (Card, error) {
	c, on, err := d.lockOne(text)
	if err != nil {
		return c, err
	}
	if err := d.may(by, Unbind, c.Holder, aCard); err != nil {
		return c, err
	}
	if on == nil {
		return c, refuse(cardNotBound)
	}
	was := c
	c.Device, c.BoundAt = 0, time.Time{}
	if err := d.c.Store.EndBindings(d.t, d.v, []ident.CardID{was.ID}); err != nil {
		return c, err
	}
	d.tally.changed(was, c)
	if err := d.c.Store.SaveCard(d.t, d.v, was, c, false); err != nil {
		return c, err
	}
	d.t.Journal(tx.Entry{
		Vendor: d.v, Action: "card.unbound", Subject: aCard, ID: c.UUID, Before: bindingRecord{Card: c.Number, Device: on.Number},
	})
	return c, d.darkAgain(*on)
}

// darkAgain keeps the reason of a blacklisted device true when a used-up card leaves it.
func (d *desk) darkAgain(on Device) error {
	if on.Dark != DarkNoDays {
		return nil
	}
	used, err := d.c.Store.CodeOn(d.t, d.v, on.ID)
	if err != nil || used != 0 {
		return err
	}
	is := on.State
	is.Dark = DarkNoCard
	return d.c.Store.SaveState(d.t, d.v, is)
}

// lockOne gives a card, and the device that it is on, or nil, which is locked first.
func (d *desk) lockOne(text string) (Card, *Device, error) {
	number, ok := ParseNumber(text)
	if !ok {
		return Card{}, nil, fault.Wrong(fault.Field{Name: aCard, Message: "is not a card number: check it for typing errors"})
	}
	cards, devices, err := d.lockMany([]string{number})
	if err != nil {
		return Card{}, nil, err
	}
	if len(cards) == 0 {
		return Card{}, nil, fault.Missing(aCard)
	}
	return cards[0], devices[cards[0].Device], nil
}

// lockTries is how often cards are looked for that others move from device to device.
const lockTries = 5

// lockMany gives cards, by id, and the devices that they are on, which are locked first.
func (d *desk) lockMany(numbers []string) ([]Card, map[ident.DeviceID]*Device, error) {
	for range lockTries {
		ids, err := d.c.Store.DevicesOf(d.t, d.v, numbers)
		if err != nil {
			return nil, nil, err
		}
		locked, err := d.c.Store.LockDevicesByID(d.t, d.v, ids)
		if err != nil {
			return nil, nil, err
		}
		cards, err := d.c.Store.LockCards(d.t, d.v, numbers)
		if err != nil {
			return nil, nil, err
		}
		devices := map[ident.DeviceID]*Device{}
		for i := range locked {
			devices[locked[i].ID] = &locked[i]
		}
		if !slices.ContainsFunc(cards, func(c Card) bool { return c.Device != 0 && devices[c.Device] == nil }) {
			return cards, devices, nil
		}
	}
	return nil, nil, &fault.Error{
		Kind: fault.Unavailable, Code: "card_busy", Message: "The card is being moved by others.", Help: "Try again in a moment.", RetryAfter: time.Second,
	}
}

// nextCard binds the oldest fitting Unused card of a device's owner, where the owner wants
// it so, and reports whether it did (docs/rules/prepaid.md, rule 14). It gives the device as it is then.
func (d *desk) nextCard(on State) (State, bool, error) {
	line, err := d.line(on.Holder)
	if err != nil || len(line) == 0 || !line[0].NextCard {
		return on, false, err
	}
	device, err := d.c.Store.DeviceByID(d.t, d.v, on.ID)
	if err != nil || device == nil {
		return on, false, err
	}
	fitting, err := d.fitting(device.Model)
	if err != nil {
		return on, false, err
	}
	card, err := d.c.Store.LockNext(d.t, d.v, on.Holder, fitting, 0)
	if err != nil || card == nil {
		return on, false, err
	}
	c, err := d.put(*card, d.codes[card.Code], &on, time.Time{}, true)
	if err != nil {
		return on, false, err
	}
	d.t.Journal(tx.Entry{
		Vendor: d.v, Action: "card.bound", Subject: aCard, ID: c.UUID, After: bindingRecord{c.Number, device.Number, true}, By: tx.Actor{Kind: "system"},
	})
	return on, true, nil
}
