package devices

import (
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) askName(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.form(q, form, "Name the device", "Save")
	if err != nil {
		return nil, err
	}
	form.Danger = false
	page.Text = "The licence's owners see " + s.Activation.SaidName() + " by this name, too. It stays when the program is installed anew."
	show.NameForm(q, form, s.Activation)
	return page, nil
}

func (p *Pages) setName(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Licenses.SetDisplayName(t, q.VendorID(), id, v.Text("display_name")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.ActivationHref(q, id), Say: web.Flash{Text: "The name is saved."}}, nil
}
