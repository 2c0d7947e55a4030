package offline

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// form begins a page that asks about a device that its owner has deleted.
func (p *Pages) form(q *web.Request, form *web.Form, title, submit string) (*web.FormPage, licensing.Seat, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, licensing.Seat{}, err
	}
	s, err := p.Licenses.Seat(q.Context(), q.VendorID(), id)
	if err != nil {
		return nil, s, err
	}
	page := &web.FormPage{Page: q.Page(title, web.Link{Label: "Devices by files", Href: q.Href("/offline")}), Form: form}
	form.Submit, form.Cancel = submit, q.Href("/offline")
	return page, s, nil
}

func (p *Pages) askConfirm(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.form(q, form, "Free the place", "Free its place")
	if err != nil {
		return nil, err
	}
	form.Danger = true
	until := "without an end"
	if s.License != nil {
		if end := s.Activation.FileEnds(s.License); !end.IsZero() {
			until = page.Until(end)
		}
	}
	page.Text = "The place of " + show.ClientName(s.Activation) + " is free at once, as its owner wants. The device has not said itself that it gave up: " +
		"by its file it goes on " + until + ", and the history says that it was not confirmed by the device."
	return page, nil
}

func (p *Pages) confirm(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/offline"), Say: web.Flash{Text: "The place is free."}}, p.Deletions.ConfirmDeletion(t, q.VendorID(), id)
}

func (p *Pages) askDecline(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.form(q, form, "Decline the deletion", "Decline it")
	if err != nil {
		return nil, err
	}
	page.Text = show.ClientName(s.Activation) + " keeps its place, and gets files again. What the deletion counted is given back to its owner."
	return page, nil
}

func (p *Pages) decline(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/offline"), Say: web.Flash{Text: "The device keeps its place."}}, p.Deletions.DropDeletion(t, q.VendorID(), id, true)
}

func (p *Pages) copiesSeen(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	return seen(q, v, "/offline/copies", func(id ident.UUID) error { return p.Files.SettleCopies(t, q.VendorID(), id) })
}

func (p *Pages) exceededSeen(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	return seen(q, v, "/offline/exceeded", func(id ident.UUID) error { return p.Files.Settle(t, q.VendorID(), id) })
}

// seen marks ticked rows as seen.
func seen(q *web.Request, v web.Values, back string, settle func(ident.UUID) error) (web.Done, error) {
	ids, err := v.UUIDs("id", web.MaxTogether)
	if err != nil {
		return web.Done{}, err
	}
	for _, id := range ids {
		if err := settle(id); err != nil {
			return web.Done{}, err
		}
	}
	return web.Done{To: q.Href(back), Say: web.Flash{Text: web.Count(int64(len(ids)), "row is", "rows are") + " marked as seen."}}, nil
}
