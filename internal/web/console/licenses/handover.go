package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// pendingHandOver is what staff may do about a hand-over that an owner has asked for.
func (p *Pages) pendingHandOver() []edge.Route {
	return []edge.Route{web.Act(p.Face, "/licenses/{id}/hand-over/cancel", web.Needs(identity.ManageLicenses),
		func(q *web.Request) string { return q.Href("/licenses/" + q.R.PathValue("id")) }, p.cancelHandOver)}
}

// handOverNotes say that the licensee hands the licence to another person.
func (p *Pages) handOverNotes(q *web.Request, page *web.Page, l *licensing.License) ([]web.Notice, error) {
	h, err := p.Licenses.PendingHandOver(q.Context(), l)
	if err != nil || h == nil {
		return nil, err
	}
	n := web.Notice{
		Tone: web.Info, Title: "To be handed over.",
		Text: h.Former + " is to be followed by " + h.Address + " as the licensee. This was asked for in the licensing dashboard on " +
			page.At(h.AskedAt).Text + ", and waits until " + page.At(h.ExpiresAt).Text + " for " + h.Address + " to confirm it.",
	}
	if q.Vendor.NoHandOver {
		n.Text = h.Former + " is to be followed by " + h.Address + " as the licensee. This was asked for in the licensing dashboard on " +
			page.At(h.AskedAt).Text + ". It can't be confirmed: your settings say that owners can't hand their licences to other people."
	}
	if q.May(identity.ManageLicenses) {
		n.Actions = []web.Action{{Label: "Cancel the hand-over", Href: show.LicenseHref(q, l.UUID) + "/hand-over/cancel", Icon: "x", Post: true, Plain: true}}
	}
	return []web.Notice{n}, nil
}

func (p *Pages) cancelHandOver(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/licenses/" + q.R.PathValue("id")), Say: web.Flash{Text: "The hand-over was cancelled. The licence stays with its licensee."}},
		p.Licenses.CancelHandOver(t, q.VendorID(), id)
}
