package settings

import (
	"strings"

	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

type settingsPage struct {
	web.Page

	Notices []web.Notice
	Facts   []web.ShownFact
}

// onOff shows a switch, with what it means as it stands.
func onOff(is bool, on, off string) web.Cell {
	badge, about := web.BadgeOff, off
	if is {
		badge, about = web.BadgeOn, on
	}
	return web.Cell{Badge: &badge, Sub: about}
}

func (p *Pages) show(q *web.Request) (*settingsPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	page := &settingsPage{Page: p.Frame.Page(q, l, q.T("Settings"), frame.SettingsPath)}
	if l.Owner == nil {
		return page, p.ofVendor(q, l, page)
	}
	wrong := l.May(prepaid.SetSwitch)
	if wrong == nil {
		page.Actions = []web.Action{{Label: q.T("Change"), Href: formOf(l, editPath), Icon: "edit"}}
		if l.Owner.TransferCode != "" {
			page.Actions = append(page.Actions, web.Action{
				Label: q.T("New transfer code"), Href: formOf(l, renewPath), Icon: "refresh", Dialog: true, Plain: true,
			})
		}
	} else {
		page.Notices = l.Refusal(q, wrong)
	}
	page.Facts = page.Page.Facts(facts(q, l)...)
	return page, nil
}

// facts are the switches of the customer that is looked at. The transfer code is its own
// people's and the vendor's.
func facts(q *web.Request, l frame.Look) []web.Fact {
	c := l.Owner
	all := []web.Fact{
		{Label: q.T("Allow superior to manage licenses"), Cell: onOff(c.AllowSuperior,
			q.T("Administrators of the direct superior may bind, unbind, lock, unlock and return the cards, as the customer itself does."),
			q.T("The superior sees the cards and the records, and may not touch them."))},
		{Label: q.T("Accept transfer"), Cell: onOff(c.TransferCode != "",
			q.T("Whoever knows the transfer code may sell devices to the customer, with the cards on them, also from outside its line."),
			q.T("Devices come from the direct superior only."))},
	}
	all = append(all, web.Fact{Label: q.T("Next card by itself"), Cell: onOff(c.NextCard,
		q.T("When the last day of a device's cards is charged, the oldest Unused card that fits is bound to it."),
		q.T("A device whose days are used up waits until somebody binds a card."))},
		web.Fact{Label: q.T("Reminders"), Cell: web.Cell{Text: q.T("at %d and at %d days left", c.Low().Days, c.Low().VeryLow)}})
	if c.TransferCode != "" && !l.Foreign() {
		all = append(all, web.Fact{Label: q.T("Transfer code"), Cell: web.Cell{Text: c.TransferCode, Mono: true, Copy: c.TransferCode}})
	}
	return all
}

// ofVendor shows what counts for all customers.
func (p *Pages) ofVendor(q *web.Request, l frame.Look, page *settingsPage) error {
	set, err := p.Rows.SettingsOf(q.Context(), q.VendorID())
	page.Sub = q.T("What counts for all customers. Choose a customer to see its own settings.")
	page.Facts = page.Page.Facts(web.Fact{Label: q.T("Days of grace"), Cell: web.Cell{
		Text: q.Language().Number(set.GraceDays), Sub: q.T("that a device gets once after its last paid day; the next card pays them."),
	}})
	if q.May(p.Frame.Act.Permission) {
		page.Actions = []web.Action{{Label: q.T("Change"), Href: l.Href(gracePath), Icon: "edit"}}
	}
	return err
}

// formOf is the address of a form about the customer that is looked at.
func formOf(l frame.Look, path string) string {
	return l.Top().Href(strings.Replace(path, "{customer}", l.Owner.UUID.String(), 1))
}

// mine is the look at the customer that the address of a form names, whose switches may be
// set; a refusal says why not.
func (p *Pages) mine(q *web.Request) (frame.Look, error) {
	id, err := q.ID("customer")
	if err != nil {
		return frame.Look{}, err
	}
	l, err := p.Frame.OfOwner(q, id)
	if err == nil {
		err = l.May(prepaid.SetSwitch)
	}
	return l, err
}
