package prepaid

import (
	"fmt"
	"slices"
	"strconv"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxBindings is how many cards one call binds.
const MaxBindings = 500

// Pair is a card and the device that it is to be on, as somebody sent them.
type Pair struct {
	Line   int    // of the text that it stands in; 0: it is told by its place
	Card   string // "": the oldest Unused card that fits, of the device's owner
	Device string
}

// Paired is a pair as it is found: what was bound, or why it can't be.
type Paired struct {
	Line   int // as Pair.Line
	Card   Card
	Device Device
	Refuse error // nil where nothing speaks against it

	at int // its place among the pairs
}

// BindMany puts cards on devices (docs/rules/prepaid.md, rule 36): all of them or none. Where one
// is refused, the fault names each line that is, and why.
func (s *Service) BindMany(t tx.Tx, by By, pairs []Pair) (bound []Paired, err error) {
	return bound, s.work(t, by.Vendor, func(d *desk) error {
		looked, err := d.pair(by, pairs)
		if err != nil {
			return err
		}
		if err := refusedLines(looked); err != nil {
			return err
		}
		for i, p := range looked {
			card, device, err := d.bind(by, p.Card.Number, p.Device.Key, BindCommand{}.From)
			if err != nil {
				return err
			}
			looked[i].Card, looked[i].Device = card, device
		}
		bound = looked
		return nil
	})
}

// LookAtPairs tells what BindMany would do, and why not, and changes nothing.
func (s *Service) LookAtPairs(t tx.Tx, by By, pairs []Pair) (looked []Paired, err error) {
	return looked, s.work(t, by.Vendor, func(d *desk) error {
		looked, err = d.pair(by, pairs)
		return err
	})
}

// pair finds cards and devices, locked in their order, and judges each pair. The oldest cards
// that fit go to the devices that name none, in the order of the lines.
func (d *desk) pair(by By, pairs []Pair) ([]Paired, error) {
	var wrong fault.Fields
	wrong.Check(len(pairs) > 0, "pairs", "must name a device")
	wrong.Check(len(pairs) <= MaxBindings, "pairs", "must be 500 at most")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	looked := make([]Paired, len(pairs))
	for i, p := range pairs {
		if p.Line == 0 {
			p.Line = i + 1
		}
		looked[i] = readPair(i, p)
	}
	onceEach(looked)
	if err := d.pairDevices(by, looked); err != nil {
		return nil, err
	}
	if err := d.pairCards(by, looked); err != nil {
		return nil, err
	}
	return looked, d.pairOldest(by, looked)
}

func readPair(at int, p Pair) Paired {
	var wrong fault.Fields
	l := Paired{Line: p.Line, at: at}
	l.Device.Number, l.Device.Key = entry.DeviceNumber(&wrong, aDevice, p.Device)
	if entry.Line(p.Card) != "" {
		number, ok := ParseNumber(p.Card)
		wrong.Check(ok, aCard, quoted(p.Card)+" is not a card number: check it for typing errors")
		l.Card.Number = number
	}
	l.Refuse = wrong.Err()
	return l
}

// onceEach refuses a card that stands twice, and a device that does.
func onceEach(looked []Paired) {
	cards, devices := map[string]int{}, map[string]int{}
	for i := range looked {
		p := &looked[i]
		if p.Refuse != nil {
			continue
		}
		twice := func(first map[string]int, key string, code refusalCode) {
			above, is := first[key]
			if key != "" && is && p.Refuse == nil {
				p.Refuse = refuseAt(code, "pairs", "line "+strconv.Itoa(above))
			}
			if !is {
				first[key] = p.Line
			}
		}
		twice(cards, p.Card.Number, cardTwice)
		twice(devices, p.Device.Key, deviceTwice)
	}
}

// pairDevices finds the devices, locked in the order of their numbers, as all that name
// several lock them.
func (d *desk) pairDevices(by By, looked []Paired) error {
	order := make([]*Paired, 0, len(looked))
	for i := range looked {
		if looked[i].Refuse == nil {
			order = append(order, &looked[i])
		}
	}
	slices.SortFunc(order, func(a, b *Paired) int {
		if a.Device.Key < b.Device.Key {
			return -1
		}
		return 1
	})
	for _, p := range order {
		device, err := d.c.Store.LockDevice(d.t, d.v, p.Device.Key)
		if err != nil {
			return err
		}
		if device == nil || d.may(by, See, device.Holder, aDevice) != nil {
			p.Refuse = fault.Missing(aDevice)
			continue
		}
		p.Device = *device
	}
	return nil
}

// pairCards finds the cards that are named, and judges them with their devices.
func (d *desk) pairCards(by By, looked []Paired) error {
	var numbers []string
	for _, p := range looked {
		if p.Refuse == nil && p.Card.Number != "" {
			numbers = append(numbers, p.Card.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	cards, err := d.c.Store.LockCards(d.t, d.v, numbers)
	if err != nil {
		return err
	}
	found := map[string]Card{}
	for _, c := range cards {
		found[c.Number] = c
	}
	for i := range looked {
		p := &looked[i]
		if p.Refuse != nil || p.Card.Number == "" {
			continue
		}
		c, is := found[p.Card.Number]
		if !is || d.may(by, See, c.Holder, aCard) != nil {
			p.Refuse = fault.Missing(aCard)
			continue
		}
		p.Card = c
		if p.Refuse, err = d.unfit(by, c, p.Device); err != nil {
			return err
		}
	}
	return nil
}

// unfit tells what keeps somebody from putting a card on a device; nil for nothing.
func (d *desk) unfit(by By, c Card, on Device) (refused, err error) {
	if refused := d.may(by, Bind, c.Holder, aCard); refused != nil {
		return refused, nil
	}
	code, err := d.code(c.Code)
	if err != nil {
		return nil, err
	}
	if refused := bindable(c, code, on.Model); refused != "" {
		return refuse(refused), nil
	}
	return d.reaches(by, c, on.Holder)
}

// pairOldest gives the devices that name no card the oldest Unused ones of their owner that
// fit, each another one.
func (d *desk) pairOldest(by By, looked []Paired) error {
	taken, last := map[ident.CardID]bool{}, map[string]ident.CardID{}
	for _, p := range looked {
		taken[p.Card.ID] = true
	}
	for i := range looked {
		p := &looked[i]
		if p.Refuse != nil || p.Card.ID != 0 {
			continue
		}
		if refused := d.may(by, Bind, p.Device.Holder, aDevice); refused != nil {
			p.Refuse = refused
			continue
		}
		fitting, err := d.fitting(p.Device.Model)
		if err != nil {
			return err
		}
		// Others of this owner and model have had the cards up to here.
		of := fmt.Sprintf("%d/%s", p.Device.Holder, foldModel(p.Device.Model))
		for {
			card, err := d.c.Store.LockNext(d.t, d.v, p.Device.Holder, fitting, last[of])
			if err != nil {
				return err
			}
			if card == nil {
				p.Refuse = refuse(noCardFits)
				break
			}
			last[of] = card.ID
			if !taken[card.ID] {
				p.Card, taken[card.ID] = *card, true
				break
			}
		}
	}
	return nil
}

// fitting are the license codes whose model range has a model.
func (d *desk) fitting(model string) (ids []ident.CodeID, err error) {
	if _, err := d.code(0); err != nil { // reads them
		return nil, err
	}
	for id, code := range d.codes {
		if code.Fits(model) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// mostLinesTold is how many refused lines a fault names.
const mostLinesTold = 50

// refusedLines is the fault of pairs some of which are refused; nil for none.
func refusedLines(looked []Paired) error {
	var fields []fault.Field
	refused := 0
	for _, p := range looked {
		if p.Refuse == nil {
			continue
		}
		if refused++; refused <= mostLinesTold {
			fields = append(fields, fault.Field{Name: fmt.Sprintf("pairs[%d]", p.at), Message: "line " + strconv.Itoa(p.Line) + ": " + p.Why()})
		}
	}
	if refused == 0 {
		return nil
	}
	e := refuse(linesRefused)
	e.Fields = fields
	return e
}

// Why tells in words why a pair is refused; "" where it is not.
func (p Paired) Why() string {
	e := fault.As(p.Refuse)
	switch {
	case p.Refuse == nil:
		return ""
	case e.Kind == fault.Invalid && len(e.Fields) > 0:
		return e.Fields[0].Name + " " + e.Fields[0].Message
	case len(e.Fields) > 0:
		return e.Fields[0].Message
	}
	return e.Message
}
