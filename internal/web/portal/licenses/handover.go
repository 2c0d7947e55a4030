package licenses

import (
	"context"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// HandOvers hands licences to other people.
type HandOvers interface {
	Prove(ctx context.Context, r owners.Reach, own access.Session, address string, proof access.Proof) error
	Ask(t tx.Tx, r owners.Reach, license ident.UUID, address, name string) error
	Cancel(t tx.Tx, r owners.Reach, license ident.UUID) error

	// PendingHandOver gives what waits to be confirmed; nil for nothing.
	PendingHandOver(ctx context.Context, l *licensing.License) (*licensing.HandOver, error)
}

func (p *Pages) handOver() []edge.Route {
	routes := web.AskWith(p.Face, "/licenses/{id}/hand-over", portal.Own(), "form.html", p.askHandOver, p.proveHandOver, p.doHandOver)
	return append(routes, web.Act(p.Face, "/licenses/{id}/hand-over/cancel", portal.Own(), portal.LicenceHref, p.cancelHandOver))
}

// mayHandOver reports whether who asks may hand a licence over by themselves.
func mayHandOver(q *web.Request, l *licensing.License) bool {
	return !q.Vendor.NoHandOver && portal.May(q, l, owners.HandOver)
}

// handedOver finds a licence that is to be handed over.
func (p *Pages) handedOver(q *web.Request) (*licensing.License, error) {
	l, err := portal.LicenceFor(q, p.Rows, owners.HandOver)
	if err == nil && q.Vendor.NoHandOver {
		return nil, owners.HandOverOff()
	}
	return l, err
}

func (p *Pages) askHandOver(q *web.Request, form *web.Form) (*web.FormPage, error) {
	l, err := p.handedOver(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(q.T("Hand the licence over"), web.Link{Label: portal.Title(l), Href: portal.LicenceHref(q)}), Form: form}
	page.Text = q.T("The other person becomes the licensee, and gets a mail with a link that confirms it, within 7 days. Nothing changes until then. "+
		"Afterwards %s sees the licence no more, unless by a role at the customer.", l.LicenseeEmail)
	page.About(
		web.Fact{Label: q.T("Licence"), Cell: web.Cell{Text: portal.Title(l)}},
		web.Fact{Label: q.T("Company"), Cell: web.Cell{Text: l.Customer.CompanyName}},
		web.Fact{Label: q.T("Licensee now"), Cell: web.Cell{Text: l.LicenseeEmail}},
	)
	if !p.Mails {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: q.T("This server mails no links."), Text: q.T("None will arrive, so the licence can't be handed over here."),
		})
	}
	pending, err := p.HandOvers.PendingHandOver(q.Context(), l)
	if err != nil {
		return nil, err
	}
	if pending != nil {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Info, Title: q.T("A hand-over waits."), Text: q.T("That to %s ends when you ask for this one.", pending.Address),
		})
	}
	form.Submit, form.Cancel = q.T("Send the mail"), portal.LicenceHref(q)
	form.Add(web.Group{Fields: append([]web.Field{
		{Name: "email", Label: q.T("E-mail of the new licensee"), Kind: web.EmailField, Required: true, Focus: true, Complete: "off"},
		{Name: "name", Label: q.T("Name"), Hint: q.T("For the mail; may be empty."), Complete: "off"},
	}, web.ProofFields(q)...)})
	return page, nil
}

type newLicensee struct{ address, name string }

// proveHandOver lets nobody ask who can't open the form, and who does not prove who they are.
func (p *Pages) proveHandOver(q *web.Request, v web.Values) (newLicensee, error) {
	if _, err := p.handedOver(q); err != nil {
		return newLicensee{}, err
	}
	n := newLicensee{v.Text("email"), v.Text("name")}
	return n, p.HandOvers.Prove(q.Context(), q.Reach(), q.Person.Session, n.address, web.ProofOf(v))
}

func (p *Pages) doHandOver(t tx.Tx, q *web.Request, n newLicensee) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: portal.LicenceHref(q), Say: web.Flash{Text: q.T("A mail is on its way to %s. Its link confirms it, within 7 days.", n.address)}},
		p.HandOvers.Ask(t, q.Reach(), id, n.address, n.name)
}

func (p *Pages) cancelHandOver(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: portal.LicenceHref(q), Say: web.Flash{Text: q.T("The licence stays with its licensee.")}}, p.HandOvers.Cancel(t, q.Reach(), id)
}

// pending tells of a hand-over that waits, with a button that takes it back.
func (p *Pages) pending(q *web.Request, page *web.Page, l *licensing.License) error {
	h, err := p.HandOvers.PendingHandOver(q.Context(), l)
	if err != nil || h == nil {
		return err
	}
	n := web.Notice{
		Tone: web.Info, Title: q.T("To be handed over."),
		Text: q.T("%s was asked on %s to become the licensee, and has not confirmed it yet. That can be done until %s.",
			h.Address, page.At(h.AskedAt).Text, page.At(h.ExpiresAt).Text),
	}
	if q.Vendor.NoHandOver {
		n.Text = q.T("%s was asked on %s to become the licensee, and can't confirm it: only %s hands licences over here now.",
			h.Address, page.At(h.AskedAt).Text, q.Vendor.Name)
	}
	if portal.May(q, l, owners.HandOver) {
		cancel := show.LicenseHref(q, l.UUID) + "/hand-over/cancel"
		n.Actions = []web.Action{{Label: q.T("Cancel the hand-over"), Href: cancel, Icon: "x", Post: true, Plain: true}}
	}
	page.Notices = append(page.Notices, n)
	return nil
}
