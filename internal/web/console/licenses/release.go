package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) release() []edge.Route {
	return append(
		web.AskOwn(p.Face, "/licenses/{id}/release-all", web.Needs(identity.ManageActivations), "form.html", p.askReleaseAll, p.doReleaseAll),
		web.AskOwn(p.Face, "/licenses/{id}/release", web.Needs(identity.ManageActivations), "form.html", p.askRelease, p.doRelease)...,
	)
}

const whatReleaseDoes = "Their places are free at once. The devices are told at their next heartbeat that they are not activated; " +
	"one that is offline goes on until then, and one with a licence file until the file ends: its place is used twice meanwhile. " +
	"A device can be activated again while there is room."

// form begins a page that asks about a licence.
func (p *Pages) form(q *web.Request, form *web.Form, title, submit string) (*web.FormPage, *licensing.License, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, nil, err
	}
	page := &web.FormPage{Page: q.Page(title, web.Link{Label: "Licences", Href: q.Href("/licenses")},
		web.Link{Label: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID)}), Form: form}
	form.Submit, form.Cancel = submit, show.LicenseHref(q, l.UUID)
	return page, l, nil
}

func (p *Pages) askReleaseAll(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Release all devices", "Release all devices")
	if err != nil {
		return nil, err
	}
	used := l.Held()
	page.Text = web.Count(used, "device loses its activation.", "devices lose their activations.") + " " + whatReleaseDoes
	if used > licensing.DeactivatedAtOnce {
		page.Text += " About 500 are released at once, and the rest follows by itself."
	}
	form.Danger = true
	return page, nil
}

func (p *Pages) doReleaseAll(q *web.Request, _ web.Values) (web.Done, error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Done{}, err
	}
	return p.released(q, licensing.DeactivateCommand{Vendor: q.VendorID(), License: l.ID, By: licensing.ByStaff})
}

// released releases devices, says what was done, and goes to the list of them.
func (p *Pages) released(q *web.Request, c licensing.DeactivateCommand) (web.Done, error) {
	d, err := p.Licenses.DeactivateInPortions(q.Context(), c)
	if err == nil {
		err = d.Err()
	}
	return web.Done{To: q.Href("/licenses/" + q.R.PathValue("id") + "/devices"), Say: web.Flash{Text: releasedText(d)}}, err
}

func releasedText(d licensing.Deactivation) string {
	text := web.Count(d.Released, "device was", "devices were") + " released."
	if d.More {
		text += " The rest follows by itself."
	}
	return text
}

func (p *Pages) askRelease(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Release devices", "Release them")
	if err != nil {
		return nil, err
	}
	form.Danger, form.Cancel = true, show.LicenseHref(q, l.UUID)+"/devices"
	// The list sends the ticked rows; this page asks once more, for all of them.
	ids, _ := form.Ticked("id")
	form.Add(web.Group{Fields: []web.Field{ids, {Name: "sure", Kind: web.HiddenField}}})
	form.Groups[0].Fields[1].Value = "yes"
	page.Text = whatReleaseDoes
	return page, nil
}

// doRelease releases the devices that are ticked, once it has been asked.
func (p *Pages) doRelease(q *web.Request, v web.Values) (web.Done, error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Done{}, err
	}
	ids, err := v.UUIDs("id", web.MaxTicked)
	if err != nil {
		return web.Done{}, err
	}
	if v.Text("sure") == "" {
		return web.Done{}, fault.Refused("not_confirmed",
			"Release "+web.Count(int64(len(ids)), "device", "devices")+"?", "Confirm it below, or cancel: nothing has changed yet.")
	}
	if len(ids) == 0 { // it would stand for all
		return web.Done{}, fault.Wrong(fault.Field{Name: "id", Message: "must name a device at least"})
	}
	return p.released(q, licensing.DeactivateCommand{Vendor: q.VendorID(), License: l.ID, By: licensing.ByStaff, Activations: ids})
}
