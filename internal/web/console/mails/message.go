package mails

import (
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

type messagePage struct {
	web.Page

	Facts  []web.ShownFact
	Text   string
	Frame  string // address of its HTML
	Hidden bool   // it held a link that the log does not
}

func (p *Pages) message() []edge.Route {
	const one = top + "/log/{id}"
	return []edge.Route{
		web.Show(p.face, one, needs(), "message.html", p.showMessage),
		web.Serve(p.face, http.MethodGet, one+"/html", needs(), p.serveHTML),
		web.Act(p.face, one+"/resend", needs(), func(q *web.Request) string { return q.Href(top + "/log/" + q.R.PathValue("id")) }, p.resend),
	}
}

func (p *Pages) mail(q *web.Request) (mailing.Mail, error) {
	id, err := q.ID("id")
	if err != nil {
		return mailing.Mail{}, err
	}
	return p.Rows.ByUUID(q.Context(), q.VendorID(), id)
}

func (p *Pages) showMessage(q *web.Request) (*messagePage, error) {
	m, err := p.mail(q)
	if err != nil {
		return nil, err
	}
	here := show.MailHref(q, m.UUID)
	page := &messagePage{
		Page: q.Page(m.Body.Subject, topLink(q), web.Link{Label: "Log", Href: q.Href(top + "/log")}),
		Text: m.Body.Text, Frame: here + "/html", Hidden: m.Kind.HoldsSecret(),
	}
	p.warn(&page.Page)
	if m.State == mailing.Queued {
		page.Refresh = here
	} else if !page.Hidden {
		page.Actions = []web.Action{{Label: "Send again", Href: here + "/resend", Icon: "mail-forward", Post: true}}
	}
	page.Facts = page.Page.Facts(facts(q, m)...)
	return page, nil
}

func facts(q *web.Request, m mailing.Mail) []web.Fact {
	all := []web.Fact{
		{Label: "State", Cell: web.Cell{Badge: show.MailBadge(m.State)}},
		{Label: "To", Cell: web.Cell{Text: m.To, Copy: m.To}},
		{Label: "Kind", Cell: web.Cell{Text: show.MailKind(m.Kind)}},
		{Label: "Queued", Cell: web.Cell{When: m.At}},
	}
	if m.SentAt != nil {
		all = append(all, web.Fact{Label: "Sent", Cell: web.Cell{When: *m.SentAt}})
	}
	if m.State == mailing.Queued {
		all = append(all,
			web.Fact{Label: "Next attempt", Cell: web.Cell{When: m.NextAttemptAt}},
			web.Fact{Label: "Given up on", Cell: web.Cell{When: m.GiveUpAt}},
		)
	}
	all = append(all, web.Fact{Label: "Attempts", Cell: web.Cell{Text: web.Number(int64(m.Attempts))}})
	if m.Error != "" {
		all = append(all, web.Fact{Label: "What went wrong", Cell: web.Cell{Text: m.Error}})
	}
	if !m.License.IsZero() && q.May(identity.ViewLicenses) {
		all = append(all, web.Fact{Label: "Licence", Cell: web.Cell{Text: "Open the licence", Href: show.LicenseHref(q, m.License)}})
	}
	return all
}

func (p *Pages) serveHTML(w http.ResponseWriter, q *web.Request) error {
	m, err := p.mail(q)
	if err != nil {
		return err
	}
	return show.ServeMail(w, q, m.Body.HTML)
}

func (p *Pages) resend(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "It is sent again. This page shows what comes of it."}
	if !p.Sends {
		say = web.Flash{Text: "It stays in the log: this server sends no mail.", Tone: web.Warning}
	}
	return web.Done{To: show.MailHref(q, id), Say: say}, p.Mails.Resend(t, q.VendorID(), id)
}
