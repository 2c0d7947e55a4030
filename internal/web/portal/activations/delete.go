package activations

import (
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// deleteAction is the entry of the menu that deletes an activation. It says so where
// nothing may be deleted any more, and its page says why.
func deleteAction(q *web.Request, s licensing.Seat) web.Action {
	a := web.Action{
		Label: q.T("Delete"), Href: show.ActivationHref(q, s.Activation.UUID) + "/delete", Icon: "trash", Danger: true, Dialog: true,
	}
	if s.License.Deactivations().Judge(licensing.ByDashboard, 1) != "" {
		a.Label = q.T("Delete: none left")
	}
	return a
}

func (p *Pages) askDelete(q *web.Request, form *web.Form) (*web.FormPage, error) {
	s, err := p.seatFor(q, owners.DeleteDevices)
	if err != nil {
		return nil, err
	}
	a := s.Activation
	href := show.ActivationHref(q, a.UUID)
	page := &web.FormPage{
		Page: q.Page(q.T("Delete the activation of %s", name(a)), append(crumbs(q, s.License), web.Link{Label: name(a), Href: href})...), Form: form,
	}
	form.Submit, form.Cancel, form.Danger = q.T("Delete it"), href, true
	page.Text = q.T("%s loses its activation at once, and the place is free for another device. "+
		"Its program is told at its next contact that it is not activated any more. "+
		"It can be activated again with the license key, as a new activation, while a place is free.", name(a))
	if kept := portal.KeptPlaces(q, &page.Page, s.License); kept != "" {
		page.Text = q.T("%s loses its activation at once. Its program is told at its next contact that it is not activated any more. "+
			"It can be activated again with the license key.", name(a)) + " " + kept
	}
	if a.FileInForce(s.License, page.Now) {
		page.Text = q.T("%s has a licence file and goes on with it, whatever you do here. If you delete it, it gets no new files, and %s decides when "+
			"its place is free for another device. Give the licence up on the device and bring its deactivation file, and it is free at once.",
			name(a), q.Vendor.Name)
		if end := a.FileEnds(s.License); !a.RefreshBy.IsZero() && !end.IsZero() {
			page.Text = q.T("%s has a licence file and goes on with it %s, whatever you do here: its place is free after that. Give the licence up on the "+
				"device and bring its deactivation file, and it is free at once.", name(a), page.Until(end))
		}
	}
	p.told(q, page, s.License, 1)
	return page, nil
}

// told says on a page that asks what deletions are left, or why there are none.
func (p *Pages) told(q *web.Request, page *web.FormPage, l *licensing.License, n int64) {
	d := l.Deactivations()
	if refused := d.Judge(licensing.ByDashboard, n); refused != "" && page.Form.Wrong == nil {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: q.T("This can't be deleted here."), Text: portal.WhyNot(q, l, refused), Links: portal.Contact(q),
		})
	}
	if left := d.Left(licensing.ByDashboard); left != nil && *left == 0 {
		page.Form.Submit = q.T("No deletion is left")
	}
	if facts := portal.DeactivationFacts(q, l); len(facts) > 0 {
		page.Text += " " + q.T("Each deletion counts as one of your deactivations.")
		page.About(facts...)
	}
}

func (p *Pages) doDelete(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	_, l, err := p.Rows.Activation(q.Context(), q.Reach(), id)
	if err != nil {
		return web.Done{}, err
	}
	return p.deleted(t, q, l, []ident.UUID{id})
}

// keep forgets that a device was deleted.
func (p *Pages) keep(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.ActivationHref(q, id), Say: web.Flash{Text: q.T("The device keeps its place.")}}, p.Deactivations.Keep(t, q.Reach(), id)
}

// askDeleteSome asks about the ticked activations of a licence, or about all that it has.
func (p *Pages) askDeleteSome(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := portal.LicenceFor(q, p.Rows, owners.DeleteDevices)
	if err != nil {
		return nil, err
	}
	ticked, n := form.Ticked("id")
	count := int64(n)
	page := &web.FormPage{Page: q.Page(q.T("Delete activations"), crumbs(q, l)...), Form: form}
	form.Submit, form.Cancel, form.Danger = q.T("Delete them"), show.LicenseHref(q, l.UUID)+"/activations", true
	if n == 0 {
		count = portal.Held(l)
		page.Title = q.T("Delete all activations")
	}
	page.Text = q.T("%d devices lose their activations at once. Their programs are told at their next contact. "+
		"All of them are deleted, or none.", count)
	if kept := portal.KeptPlaces(q, &page.Page, l); kept != "" {
		page.Text += " " + kept
	}
	p.told(q, page, l, count)
	form.Add(web.Group{Fields: []web.Field{ticked, {Name: sure, Kind: web.HiddenField}}})
	form.Groups[0].Fields[1].Value = "yes"
	return page, nil
}

// sure is the field by which the page that asks once more tells from the list.
const sure = "sure"

func (p *Pages) doDeleteSome(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	l, err := portal.LicenceOf(q, p.Rows)
	if err != nil {
		return web.Done{}, err
	}
	var ids []ident.UUID
	if v.Has("id") && v.Text("id") != "" {
		if ids, err = v.UUIDs("id", web.MaxTicked); err != nil {
			return web.Done{}, err
		}
	}
	if v.Text(sure) == "" {
		return web.Done{}, fault.Refused("not_confirmed", q.T("Delete %d activations?", len(ids)), q.T("Confirm it below, or cancel: nothing has changed yet."))
	}
	return p.deleted(t, q, l, ids)
}

// deleted deletes activations of a licence, and says what came of it.
func (p *Pages) deleted(t tx.Tx, q *web.Request, l *licensing.License, ids []ident.UUID) (web.Done, error) {
	d, err := p.Deactivations.Delete(t, q.Reach(), l.UUID, ids)
	if err != nil {
		return web.Done{}, err
	}
	if d.Refused != "" {
		return web.Done{}, fault.Refused(string(d.Refused), q.T("Nothing was deleted."), portal.WhyNot(q, l, d.Refused))
	}
	say := web.Flash{Text: q.T("%d activations were deleted.", d.Asked)}
	if d.Left != nil {
		say.Text += " " + q.T("You can delete %d more.", *d.Left)
	}
	if d.Waiting > 0 && d.Asked == 0 {
		say.Text = ""
	}
	switch {
	case d.Waiting > 0 && !d.DueAt.IsZero():
		page := q.Page("")
		say.Text += " " + q.T("%d devices go on by their files: their places are free on %s.", d.Waiting, page.At(d.DueAt).Text)
	case d.Waiting > 0:
		say.Text += " " + q.T("%d devices go on by their files: %s decides when their places are free.", d.Waiting, q.Vendor.Name)
	case d.Kept > 0:
		say.Text += " " + q.T("%d devices have a licence file and stay.", d.Kept)
	}
	say.Text = strings.TrimSpace(say.Text)
	return web.Done{To: show.LicenseHref(q, l.UUID) + "/activations", Say: say}, nil
}
