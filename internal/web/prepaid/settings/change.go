package settings

import (
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Names of the fields.
const (
	allowName  = "allow_superior"
	acceptName = "accept_transfer"
	nextName   = "next_card"
	lowName    = "low_days"
	veryName   = "very_low_days"
	graceName  = "grace_days"
)

func (p *Pages) formPage(q *web.Request, l frame.Look, title string, form *web.Form) *web.FormPage {
	page := &web.FormPage{Page: p.Frame.Page(q, l, title, "-", web.Link{Label: q.T("Settings"), Href: l.Href(frame.SettingsPath)}), Form: form}
	page.More = nil
	form.Cancel = l.Href(frame.SettingsPath)
	return page
}

func on(is bool) string {
	if is {
		return "on"
	}
	return ""
}

func (p *Pages) askSwitches(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.mine(q)
	if err != nil {
		return nil, err
	}
	page := p.formPage(q, l, q.T("Change the settings"), form)
	form.Add(web.Group{Fields: []web.Field{
		{
			Name: allowName, Label: q.T("Allow superior to manage licenses"), Kind: web.CheckField, Value: on(l.Owner.AllowSuperior),
			Hint: q.T("Administrators of the direct superior may then bind, unbind, lock, unlock and return your cards, without asking. Each step stands in the records. Selling stays yours."),
		},
		{
			Name: acceptName, Label: q.T("Accept transfer"), Kind: web.CheckField, Value: on(l.Owner.TransferCode != ""),
			Hint: q.T("You get a transfer code. Whoever knows it may sell devices to you, with the cards on them, also from outside your line. Without the switch the code is good no longer."),
		},
		{
			Name: nextName, Label: q.T("Next card by itself"), Kind: web.CheckField, Value: on(l.Owner.NextCard),
			Hint: q.T("When the last day of a device's cards is charged, your oldest Unused card that fits is bound to it. A device that is blacklisted already gets none by itself."),
		},
	}})
	low := l.Owner.Low()
	form.Add(web.Group{Title: q.T("Reminders"), Fields: []web.Field{
		{
			Name: lowName, Label: q.T("Low at (days left)"), Kind: web.NumberField, Min: "2", Max: "365", Value: web.Number(low.Days), Required: true,
			Hint: q.T("Cards with so many days left, or fewer, are shown at sign-in, and mailed once a day as they come down to it."),
		},
		{
			Name: veryName, Label: q.T("Very low at (days left)"), Kind: web.NumberField, Min: "1", Max: "364", Value: web.Number(low.VeryLow), Required: true,
			Hint: q.T("And again with so many. It must be less than the number above."),
		},
	}})
	return page, nil
}

func (p *Pages) setSwitches(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	allow, accept, next := v.Flag(allowName), v.Flag(acceptName), v.Flag(nextName)
	low, very := int64(v.Int(lowName)), int64(v.Int(veryName))
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	return p.change(t, q, prepaid.SwitchChange{AllowSuperior: &allow, AcceptTransfer: &accept, NextCard: &next, LowDays: &low, VeryLowDays: &very})
}

func (p *Pages) change(t tx.Tx, q *web.Request, change prepaid.SwitchChange) (web.Done, error) {
	l, err := p.mine(q)
	if err != nil {
		return web.Done{}, err
	}
	by, err := p.Frame.In(t, q)
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.Service.SetSwitches(t, by, l.Owner.UUID, change)
	return web.Done{To: l.Href(frame.SettingsPath), Say: web.Flash{Text: q.T("The settings were saved.")}}, err
}

func (p *Pages) askRenew(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.mine(q)
	if err != nil {
		return nil, err
	}
	page := p.formPage(q, l, q.T("New transfer code"), form)
	page.Text = q.T("The code of before is good no longer: whoever has it can sell no more devices to the customer. Devices that came stay.")
	form.Submit, form.Danger = q.T("Make a new code"), true
	return page, nil
}

func (p *Pages) renew(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return p.change(t, q, prepaid.SwitchChange{RenewCode: true})
}

func (p *Pages) askGrace(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	set, err := p.Rows.SettingsOf(q.Context(), q.VendorID())
	page := p.formPage(q, l, q.T("Days of grace"), form)
	form.Add(web.Group{Fields: []web.Field{{
		Name: graceName, Label: q.T("Days of grace"), Kind: web.NumberField, Min: "0", Max: "365", Value: web.Number(set.GraceDays), Required: true,
		Hint: q.T("A device whose days are used up goes on for so many days, once after a paid day. The next card with days pays them first. With 0 it is blacklisted at once. Days of grace that were given already stay."),
	}}})
	return page, err
}

func (p *Pages) setGrace(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	days := v.Int(graceName)
	v.Check(v.Text(graceName) != "", graceName, "must be a whole number from 0 to 365")
	if err := v.Err(); err != nil {
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
	return web.Done{To: l.Href(frame.SettingsPath), Say: web.Flash{Text: q.T("The settings were saved.")}}, p.Service.SetGrace(t, by, int64(days))
}
