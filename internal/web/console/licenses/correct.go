package licenses

import (
	"fmt"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// aboutMeter begins a page that asks why a meter's count is changed: title names the meter
// in place of %s, and fields come before the reason.
func (p *Pages) aboutMeter(
	q *web.Request, form *web.Form, title, submit string, fields ...web.Field,
) (*web.FormPage, *licensing.License, terms.Limitation, error) {
	l, k, err := p.metered(q)
	if err != nil {
		return nil, nil, k, err
	}
	page, _, err := p.form(q, form, fmt.Sprintf(title, k.Name), submit)
	if err != nil {
		return nil, nil, k, err
	}
	form.Cancel = show.LicenseHref(q, l.UUID) + "/meters"
	form.Add(web.Group{Fields: append(fields, web.Field{Name: "reason", Label: "Why", Required: true, Hint: "It goes into the ledger and the audit log."})})
	return page, l, k, nil
}

func (p *Pages) askAdjust(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, _, _, err := p.aboutMeter(q, form, "Correct %s by hand", "Correct it",
		web.Field{Name: "value", Label: "How much", Required: true, Hint: "Up to six decimals. With a minus it is taken off: -12.5."})
	if err != nil {
		return nil, err
	}
	page.Text = "Add what was consumed and not reported, or take off what was counted too much in this period. The limit does not stop it; it can be taken back."
	return page, nil
}

func (p *Pages) doAdjust(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	limitation, err := q.ID("limitation")
	if err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	number, _ := v.Number(v.Text("value"))
	value, err := terms.ParseSigned(number)
	v.Check(err == nil, "value", "must be a number such as 250, 0.5 or -12.5")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	c, err := p.Meters.Adjust(t, metering.AdjustCommand{Vendor: q.VendorID(), License: id, Limitation: limitation, Value: value, Reason: v.Text("reason")})
	if err != nil {
		return web.Done{}, err
	}
	say := show.Amount(value) + " was added: "
	if value < 0 {
		say = show.Amount(-value) + " was taken off: "
	}
	return web.Done{
		To:  q.Href("/licenses/" + q.R.PathValue("id") + "/meters/" + limitation.String()),
		Say: web.Flash{Text: say + show.Amount(c.Consumed) + " is consumed in this period."},
	}, nil
}

func (p *Pages) askResetMeter(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, _, err := p.aboutMeter(q, form, "Reset %s", "Reset it")
	if err != nil {
		return nil, err
	}
	form.Danger = true
	page.Text = "The count of this period begins anew at 0, and the period ends when it would have. That can't be taken back."
	if licensing.StateOf(l, nil, "", page.Now).Consumed != nil {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "A reset does not revive the licence.",
			Text: "What was consumed in the whole life stays, and has ended it: raise what the contract allows.",
		})
	}
	return page, nil
}

func (p *Pages) doResetMeter(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	limitation, err := q.ID("limitation")
	if err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	if _, err := p.Meters.Reset(t, q.VendorID(), id, limitation, v.Text("reason")); err != nil {
		return web.Done{}, err
	}
	return web.Done{
		To:  q.Href("/licenses/" + q.R.PathValue("id") + "/meters"),
		Say: web.Flash{Text: "The count was reset: nothing is consumed in this period."},
	}, nil
}

func (p *Pages) askUndo(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, k, err := p.aboutMeter(q, form, "Take an entry of %s back", "Take it back")
	if err != nil {
		return nil, err
	}
	page.Text = "It comes off the period that it was counted in. That can't be taken back again; add what was consumed by hand instead."
	form.Danger, form.Cancel = true, show.LicenseHref(q, l.UUID)+"/meters/"+k.ID.String()
	return page, nil
}

func (p *Pages) doUndo(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	var ids [2]ident.UUID
	for i, name := range []string{"limitation", "entry"} {
		var err error
		if ids[i], err = q.ID(name); err != nil {
			return web.Done{}, err
		}
	}
	if _, err := p.licenceID(t, q); err != nil {
		return web.Done{}, err
	}
	if _, err := p.Meters.Undo(t, q.VendorID(), ids[1], v.Text("reason")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/licenses/" + q.R.PathValue("id") + "/meters/" + ids[0].String()), Say: web.Flash{Text: "The entry was taken back."}}, nil
}
