package devices

import (
	"net/http"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/offlineportal"
	"chancery/internal/web/show"
)

// form begins a page that asks about a device.
func (p *Pages) form(q *web.Request, form *web.Form, title, submit string) (*web.FormPage, licensing.Seat, error) {
	s, err := p.seat(q)
	if err != nil {
		return nil, s, err
	}
	href := show.ActivationHref(q, s.Activation.UUID)
	page := &web.FormPage{Page: q.Page(title, append(crumbs(q), web.Link{Label: show.ClientName(s.Activation), Href: href})...), Form: form}
	form.Submit, form.Cancel, form.Danger = submit, href, true
	return page, s, nil
}

func (p *Pages) askSuspend(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.form(q, form, "Suspend the device", "Suspend it")
	if err != nil {
		return nil, err
	}
	page.Text = "Every call of " + show.ClientName(s.Activation) + " is refused until then, with all licences it holds. Nothing is lost: it " +
		"keeps its places, and goes on afterwards by itself. " +
		"What it does meanwhile is the program's: it may run on its freeride."
	suspended := "No"
	if until := s.Activation.Device.SuspendedUntil; s.Activation.Device.SuspendedAt(page.Now) {
		suspended = calendar.LastDay(until, q.VendorZone()).Text()
		page.Text = "It is suspended " + page.Until(until) + " now. " + page.Text
	}
	form.Watch("Suspended", suspended)
	form.Add(web.Group{Fields: []web.Field{{
		Name: "until", Label: "Last day", Kind: web.DateField, Required: true, Fresh: true, Value: calendar.DayOf(page.Now, q.VendorZone()).AddDays(7).String(),
		Hint: "Suspended until that day ends in " + q.ZoneOfDays() + ".",
	}}})
	return page, nil
}

func (p *Pages) suspend(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	until := v.LastDay("until", time.Time{})
	v.Check(until != nil || v.Text("until") != "", "until", "is needed")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	was, err := p.Licenses.SuspendedUntil(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Licenses.Suspend(t, q.VendorID(), id, *until); err != nil {
		return web.Done{}, err
	}
	href := show.ActivationHref(q, id)
	return web.Done{To: href, Say: web.Flash{
		Text: "The device is suspended " + q.Until(*until) + ".",
		Undo: web.UndoLeft(href+"/resume", map[string]string{"back": web.Precisely(was)}, web.Precisely(*until)),
	}}, nil
}

// resume lifts a suspension; as an Undo it brings back the one before, while that lasts.
func (p *Pages) resume(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	is, err := p.Licenses.SuspendedUntil(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	if err := v.As(web.Precisely(is)); err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "The device may call again."}
	back := time.Time{}
	if at, wrong := calendar.ParseInstant(v.Get("back")); wrong == "" && at.After(t.Now()) {
		back = at
		say.Text = "The device is suspended " + q.Until(at) + ", as it was before."
	}
	if err := p.Licenses.Suspend(t, q.VendorID(), id, back); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: show.ActivationHref(q, id), Say: say}, nil
}

// refreshFile makes a refresh file and hands it out.
func (p *Pages) refreshFile(w http.ResponseWriter, q *web.Request) error {
	id, err := q.ID("id")
	if err != nil {
		return err
	}
	name, content, err := p.Refresh(q.Context(), q.VendorID(), q.Vendor.UUID, id)
	if err != nil {
		return err
	}
	offlineportal.Send(w, name, content)
	return nil
}

func (p *Pages) askRelease(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.form(q, form, "Release the device", "Release it")
	if err != nil {
		return nil, err
	}
	page.Text = show.ClientName(s.Activation) + " loses its activation, and its place is free at once. It is told at its next heartbeat " +
		"that it is not activated; " +
		"while it is offline it goes on by its freeride. It can be activated again while there is room."
	if s.License != nil && s.Activation.FileInForce(s.License, page.Now) {
		page.Text = show.ClientName(s.Activation) + " loses its activation, and its place is free at once. But it has a licence file, and goes on with that " +
			fileEnds(page, s) + ", whatever you do here: then two devices use one place. Release it when you know that it is gone, or that the file was removed."
	}
	return page, nil
}

// fileEnds says until when the device's file goes on.
func fileEnds(page *web.FormPage, s licensing.Seat) string {
	if end := s.Activation.FileEnds(s.License); !end.IsZero() {
		return page.Until(end)
	}
	return "without an end"
}

func (p *Pages) release(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	found, err := p.Licenses.Release(t, q.VendorID(), id, licensing.ByStaff)
	if err == nil && !found {
		err = fault.Missing("activation")
	}
	return web.Done{To: show.ActivationHref(q, id), Say: web.Flash{Text: "The device was released: its place is free."}}, err
}
