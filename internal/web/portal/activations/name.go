package activations

import (
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// nameAction is the button that names a device.
func nameAction(q *web.Request, a *licensing.Activation) web.Action {
	return web.Action{Label: q.T("Name the device"), Href: show.ActivationHref(q, a.UUID) + "/name", Icon: "edit", Plain: true, Dialog: true}
}

func (p *Pages) askName(q *web.Request, form *web.Form) (*web.FormPage, error) {
	s, err := p.seatFor(q, owners.NameDevices)
	if err != nil {
		return nil, err
	}
	a := s.Activation
	page := &web.FormPage{
		Page: q.Page(q.T("Name the device"), append(crumbs(q, s.License), web.Link{Label: name(a), Href: show.ActivationHref(q, a.UUID)})...), Form: form,
		Text: q.T("%s is shown by this name, and keeps it when its program is installed anew.", a.SaidName()),
	}
	show.NameForm(q, form, a)
	return page, nil
}

func (p *Pages) setName(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Names.SetDisplayName(t, q.Reach(), id, v.Text("display_name")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.ActivationHref(q, id), Say: web.Flash{Text: q.T("The name is saved.")}}, nil
}
