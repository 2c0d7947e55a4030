package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// DevicesEach is how many prepaid devices there are for each licence of the crowd.
const DevicesEach = 2

// leastDevices are there however few licences are invented.
const leastDevices = 400

// graceDays is how long the demo's devices work after their last paid day.
const graceDays = 2

// stage is when cards were issued, sold and bound.
type stage struct {
	back  int  // days before the end
	share int  // of the devices, in a hundred
	stock bool // the cards come out of the vendor's stock; else they are made for the distributors
	codes []string
}

// The codes' names, and what they are for.
const (
	codeMonth  = "TR-30"
	codeYear   = "TR-365"
	codeCamera = "CAM-90"
	codeReport = "GW-60"
)

func stages() []stage {
	return []stage{
		{89, 4, true, []string{codeYear, codeCamera}},
		{74, 6, true, []string{codeYear, codeCamera, codeReport}},
		{52, 9, false, []string{codeYear, codeMonth, codeCamera}},
		{36, 16, false, []string{codeYear, codeMonth, codeMonth, codeReport}},
		{29, 20, false, []string{codeMonth, codeMonth, codeYear}},
		{21, 18, false, []string{codeMonth, codeYear, codeCamera, codeReport}},
		{11, 15, false, []string{codeMonth, codeCamera, codeYear}},
		{3, 12, true, []string{codeMonth, codeYear, codeReport}},
	}
}

// codesOf are the kinds of cards that the demo's vendor sells.
func codesOf() []prepaid.Code {
	contact := "prepaid@example.com (demo)"
	return []prepaid.Code{
		{Code: codeMonth, Name: "Tracker, 30 days", Models: []string{"GT06*"}, Days: 30, PriceNote: "3.90 a card", Contact: contact},
		{Code: codeYear, Name: "Tracker, a year", Models: []string{"GT06*"}, Days: 365, PriceNote: "34.00 a card", Contact: contact},
		{Code: codeCamera, Name: "Camera, 90 days", Models: []string{"CAM-*"}, Days: 90, PriceNote: "12.50 a card", Contact: contact},
		{
			Code: codeReport, Name: "Gateway, 60 days with a report", Models: []string{"GW-*"}, Days: 60, Billing: prepaid.OnReport,
			PriceNote: "9.00 a card", Contact: contact,
		},
	}
}

// modelOf is a model that a code fits.
func modelOf(code string, n int) string {
	models := map[string][]string{codeCamera: {"CAM-2", "CAM-3"}, codeReport: {"GW-1"}}[code]
	if models == nil {
		models = []string{"GT06N", "GT06E", "GT06L"}
	}
	return models[n%len(models)]
}

// holder is a customer that holds cards and devices.
type holder struct {
	customers.Customer

	superior *holder
	below    []*holder
	cards    map[string][]prepaid.Card // by code: those that nothing has happened to
	lives    []*prepaid.PastLife
	shelf    []*prepaid.Device
}

// Person is somebody who signs in to the portal for a holder of cards.
type Person struct {
	Email, Name, About string
	Customer           ident.UUID
	Role               string
}

// PrepaidFacts is what there is to try of the prepaid devices.
type PrepaidFacts struct {
	Devices, Cards int
	People         []Person
	Known          string // the number of a device
	Lives          *Lives
}

// traders plans the prepaid devices.
type traders struct {
	*historian

	rand    *rand.Rand // its own, so that the licences stay as they are
	tops    []*holder
	all     []*holder
	made    int
	devices int
}

// planPrepaid plans a tree of distributors, shops and branches that sell cards of days down
// to one another, and devices that live on them.
func (h *historian) planPrepaid() {
	p := &traders{
		historian: h, devices: max(leastDevices, DevicesEach*h.c.Crowd),
		rand: rand.New(rand.NewPCG(48, 26)), //nolint:gosec // the same data every time
	}
	p.plant()
	for _, s := range stages() {
		p.planStage(s)
	}
	p.planOddities()
	p.facts.Prepaid.Lives = &Lives{traders: p}
}

func vendorStaff(v ident.VendorID) prepaid.By { return prepaid.Staff(v, "Demo staff") }

func (h *holder) by(v ident.VendorID) prepaid.By {
	return prepaid.By{Vendor: v, Customer: h.ID, Role: prepaid.Administrator, Name: "Administrator of " + h.CompanyName}
}

// actor is who the log names.
func (h *holder) actor() tx.Actor { return tx.Actor{Kind: "user", Name: "Administrator"} }

// plant plans the customers and the codes.
func (p *traders) plant() {
	for _, name := range []string{"Beacon", "Compass", "Lantern", "Harbour"} {
		top := p.grow(nil, name+" Wholesale")
		for k, street := range []string{"Anchor", "Bridge", "Castle", "Dock", "Ferry", "Gate"} {
			shop := p.grow(top, street+" Trackers of "+name)
			if k < 2 {
				p.grow(shop, street+" Trackers of "+name+", North")
				p.grow(shop, street+" Trackers of "+name+", South")
			}
		}
	}
	p.at(p.end.Add(-days(120)), staff(), func(t tx.Tx) error {
		for _, c := range codesOf() {
			if _, err := p.c.Prepaid.CreateCode(t, vendorStaff(p.c.Vendor), c); err != nil {
				return err
			}
		}
		if err := p.c.Prepaid.SetGrace(t, vendorStaff(p.c.Vendor), graceDays); err != nil {
			return err
		}
		for n, one := range p.all {
			if err := p.found(t, n, one); err != nil {
				return err
			}
		}
		p.people()
		return nil
	})
}

func (p *traders) grow(superior *holder, name string) *holder {
	h := &holder{superior: superior, cards: map[string][]prepaid.Card{}}
	h.CompanyName = name + " (demo)"
	p.all = append(p.all, h)
	if superior == nil {
		p.tops = append(p.tops, h)
	} else {
		superior.below = append(superior.below, h)
	}
	return h
}

func (p *traders) found(t tx.Tx, n int, h *holder) (err error) {
	request := customers.Create{CompanyName: h.CompanyName, Number: fmt.Sprintf("P-%03d", 1+n), Email: fmt.Sprintf("p-%03d@example.com", 1+n)}
	if h.superior != nil {
		request.Superior = &h.superior.UUID
	}
	if h.Customer, err = p.c.Customers.Create(t, p.c.Vendor, request); err != nil {
		return err
	}
	p.customers[h.CompanyName] = h.UUID
	yes := true
	change := prepaid.SwitchChange{}
	switch n % 4 {
	case 1:
		change.AllowSuperior = &yes
	case 2:
		change.NextCard = &yes
	case 3:
		change.AcceptTransfer = &yes
	}
	_, err = p.c.Prepaid.SetSwitches(t, h.by(p.c.Vendor), h.UUID, change)
	return err
}

// people are those who sign in: one of each level, and one who only looks.
func (p *traders) people() {
	top := p.tops[0]
	shop := top.below[0]
	branch := shop.below[0]
	p.facts.Prepaid.People = []Person{
		{"distributor@example.com", "Demo distributor", "sells cards of days to shops, and sees what is below", top.UUID, "administrator"},
		{"shop@example.com", "Demo shop", "a shop of that distributor, with branches: binds cards to devices", shop.UUID, "administrator"},
		{"branch@example.com", "Demo branch", "an operator of a branch of that shop", branch.UUID, "operator"},
		{"looks@example.com", "Demo onlooker", "may look at the shop's cards and devices", shop.UUID, "viewer"},
	}
}

// planStage plans how cards come down the tree and devices to their owners, some days ago.
func (p *traders) planStage(s stage) {
	when := p.end.Add(-days(s.back)).Truncate(24 * time.Hour).Add(8 * time.Hour)
	if p.end.Sub(when) < days(s.back) {
		when = when.Add(-24 * time.Hour)
	}
	owners := slices.DeleteFunc(slices.Clone(p.all), func(h *holder) bool { return h.superior == nil })
	many := max(len(owners)*len(s.codes), p.devices*s.share/100)
	wants := map[*holder]map[string]int{}
	for i := range many {
		h, code := owners[(i+p.rand.IntN(3))%len(owners)], s.codes[p.rand.IntN(len(s.codes))]
		if wants[h] == nil {
			wants[h] = map[string]int{}
		}
		wants[h][code]++
	}
	for i, top := range p.tops {
		p.at(when.Add(time.Duration(i)*time.Minute), staff(), func(t tx.Tx) error { return p.supply(t, s, top, wants) })
		for k, shop := range top.below {
			p.at(when.Add(2*time.Hour+time.Duration(7*k+i)*time.Minute), top.actor(), func(t tx.Tx) error { return p.sell(t, top, shop, wants) })
			for b, branch := range shop.below {
				p.at(when.Add(4*time.Hour+time.Duration(7*k+b)*time.Minute), shop.actor(), func(t tx.Tx) error { return p.sell(t, shop, branch, wants) })
			}
		}
	}
	p.at(when.Add(5*time.Hour), staff(), func(t tx.Tx) error {
		for _, h := range owners {
			if err := p.equip(t, h, wants[h]); err != nil {
				return err
			}
		}
		return nil
	})
}

// needed is how many cards of a code a holder takes: for its own devices, for the customers
// below it, and some to lie in the drawer.
func needed(h *holder, code string, wants map[*holder]map[string]int) int {
	n := wants[h][code]
	for _, b := range h.below {
		n += needed(b, code, wants)
	}
	if n == 0 {
		return 0
	}
	return n + 1 + n/12
}

// supply has the vendor make cards for a distributor, or sell them out of its stock, in
// which some stay.
func (p *traders) supply(t tx.Tx, s stage, top *holder, wants map[*holder]map[string]int) error {
	for _, c := range codesOf() {
		for left := needed(top, c.Code, wants); left > 0; left -= prepaid.IssueAtOnce {
			n := int64(min(left, prepaid.IssueAtOnce))
			command := prepaid.IssueCommand{Code: c.Code, Count: n, Customer: top.UUID}
			if s.stock {
				command.Count, command.Customer = n+n/5, ident.UUID{}
			}
			issued, err := p.c.Prepaid.Issue(t, vendorStaff(p.c.Vendor), command)
			if err != nil {
				return err
			}
			p.facts.Prepaid.Cards += len(issued.Cards)
			if !s.stock {
				top.cards[c.Code] = append(top.cards[c.Code], issued.Cards...)
			} else if err := p.hand(t, vendorStaff(p.c.Vendor), nil, top, c.Code, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// sell has a holder sell to one directly below it.
func (p *traders) sell(t tx.Tx, from, to *holder, wants map[*holder]map[string]int) error {
	for _, c := range codesOf() {
		if n := needed(to, c.Code, wants); n > 0 {
			if err := p.hand(t, from.by(p.c.Vendor), from, to, c.Code, int64(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hand sells cards by their number, and keeps in mind who has them.
func (p *traders) hand(t tx.Tx, by prepaid.By, from, to *holder, code string, n int64) error {
	sold, err := p.c.Prepaid.Sell(t, by, prepaid.SellCommand{Filter: prepaid.CardFilter{Code: code}, Count: n, To: to.UUID})
	if err != nil {
		return err
	}
	to.cards[code] = append(to.cards[code], sold.Cards...)
	if from != nil {
		gone := map[ident.CardID]bool{}
		for _, c := range sold.Cards {
			gone[c.ID] = true
		}
		from.cards[code] = slices.DeleteFunc(from.cards[code], func(c prepaid.Card) bool { return gone[c.ID] })
	}
	return nil
}

// equip makes a holder's devices, and plans their lives.
func (p *traders) equip(t tx.Tx, h *holder, wants map[string]int) error {
	var made []*prepaid.Device
	var codes []string
	for _, c := range codesOf() {
		for range wants[c.Code] {
			p.made++
			made = append(made, &prepaid.Device{Number: fmt.Sprintf("99000026%07d", 1000+p.made), Model: modelOf(c.Code, p.made)})
			codes = append(codes, c.Code)
		}
	}
	if len(made) == 0 {
		return nil
	}
	p.facts.Prepaid.Devices += len(made)
	p.facts.Prepaid.Known = made[0].Number
	if err := p.c.Prepaid.MakeDevices(t, vendorStaff(p.c.Vendor), p.c.PrepaidPast, h.ID, made); err != nil {
		return err
	}
	for i, d := range made {
		p.planLife(h, d, codes[i])
	}
	return nil
}

// take takes a card out of a holder's drawer; false when there is none.
func (h *holder) take(code string) (c prepaid.Card, ok bool) {
	left := h.cards[code]
	if len(left) == 0 {
		return c, false
	}
	h.cards[code] = left[:len(left)-1]
	return left[len(left)-1], true
}

// planLife plans what happens to a device.
func (p *traders) planLife(h *holder, d *prepaid.Device, code string) {
	fate := p.rand.IntN(100)
	card, ok := h.take(code)
	if fate < 4 || !ok { // lies on the shelf
		if ok {
			h.cards[code] = append(h.cards[code], card)
		}
		h.shelf = append(h.shelf, d)
		return
	}
	since := p.end.Sub(d.CreatedAt)
	bound := d.CreatedAt.Add(time.Duration(p.rand.Int64N(int64(min(since/3, days(4)))) + int64(time.Minute))).Truncate(time.Second)
	l := &prepaid.PastLife{Device: d, Cards: []prepaid.CardOnIt{{Card: card, From: bound}}}
	h.lives = append(h.lives, l)
	if fate < 10 {
		return // bound, and never reported
	}
	l.First = bound.Add(time.Duration(p.rand.Int64N(int64(min(p.end.Sub(bound)/2, days(1)))))).Truncate(time.Millisecond)
	left := p.end.Sub(l.First)
	switch {
	case fate < 16: // taken off again
		l.Cards[0].To = l.First.Add(time.Duration(p.rand.Int64N(int64(left)))).Truncate(time.Second)
	case fate < 20: // with a second card
		if second, ok := h.take(code); ok {
			l.Cards = append(l.Cards, prepaid.CardOnIt{Card: second, From: bound.Add(left / 2).Truncate(time.Second)})
		}
	case fate < 94 && left > time.Duration(card.Days)*prepaid.PaidTime: // somebody bought another one in time
		if next, ok := h.take(code); ok {
			l.Cards = append(l.Cards, prepaid.CardOnIt{Card: next, From: l.First.Add(days(int(card.Days) - 1)).Truncate(time.Second)})
		}
	case fate < 97 && left > time.Duration(card.Days+graceDays+1)*prepaid.PaidTime: // or too late: it was blacklisted
		if next, ok := h.take(code); ok {
			l.Cards = append(l.Cards, prepaid.CardOnIt{Card: next, From: l.First.Add(days(int(card.Days)+graceDays) + 5*time.Hour).Truncate(time.Second)})
		}
	}
	if code == codeReport {
		for at := l.First; at.Before(p.end); at = at.Add(time.Duration(20+p.rand.IntN(60)) * time.Hour) {
			l.Reports = append(l.Reports, at)
		}
	}
}

// planOddities plans what happens now and then: cards that go back, are locked, topped up
// or taken back; devices that are sold and returned.
func (p *traders) planOddities() {
	p.at(p.end.Add(-days(2)-5*time.Hour), staff(), func(t tx.Tx) error {
		by := vendorStaff(p.c.Vendor)
		for _, top := range p.tops {
			for k, code := range []string{codeMonth, codeYear} {
				card, ok := top.take(code)
				if !ok {
					continue
				}
				if k == 1 {
					if _, err := p.c.Prepaid.Withdraw(t, by, []string{card.Number}); err != nil {
						return err
					}
				} else if _, err := p.c.Prepaid.TopUp(t, by, card.Number, 15); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for n, h := range p.all {
		if h.superior == nil {
			continue
		}
		p.at(p.end.Add(-days(2)+time.Duration(n*13)*time.Minute), h.actor(), func(t tx.Tx) error { return p.tidy(t, h) })
	}
}

// tidy has a shop lock some cards and send some back, and a device.
func (p *traders) tidy(t tx.Tx, h *holder) error {
	by := h.by(p.c.Vendor)
	for _, code := range []string{codeMonth, codeYear, codeCamera} {
		var numbers []string
		for len(h.cards[code]) > 2 && len(numbers) < 1+len(h.cards[code])/4 {
			c, _ := h.take(code)
			numbers = append(numbers, c.Number)
		}
		if len(numbers) == 0 {
			continue
		}
		var err error
		if code == codeYear {
			_, err = p.c.Prepaid.Return(t, by, numbers)
		} else {
			_, err = p.c.Prepaid.SetLock(t, by, numbers, true)
		}
		if err != nil {
			return err
		}
	}
	if len(h.shelf) < 3 {
		return nil
	}
	returned := []string{h.shelf[0].Number, h.shelf[1].Number}
	_, err := p.c.Prepaid.ReturnDevices(t, by, returned)
	h.shelf = h.shelf[2:]
	return err
}
