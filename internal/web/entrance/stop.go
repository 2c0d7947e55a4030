package entrance

import (
	"context"
	"net/http"
	"net/url"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// StopPath is the page, below a face, at which the recipient of a mail ends such mails.
const StopPath = "/mails/stop"

// Stops ends mails that people may choose not to get.
type Stops interface {
	// Read reads a token of a mailed link: link_unknown for one that is none.
	Read(v ident.VendorID, token string) (mailing.Stop, error)

	// Stop ends mails of a kind to an address. It does nothing for an address that gets none.
	Stop(ctx context.Context, v ident.VendorID, stop mailing.Stop) error

	// Stopped reports whether an address gets none of a kind: it was stopped, or nothing goes there.
	Stopped(ctx context.Context, v ident.VendorID, stop mailing.Stop) (bool, error)
}

// stop is the page of the link at the end of a mail. Opening it changes nothing. It is about
// the address that the mail went to, whoever is signed in where it is opened.
func (p *Pages) stop() []edge.Route {
	if p.Stops == nil {
		return nil
	}
	who := web.Access{Public: "whoever gets a mail may end such mails, without an account"}
	routes := web.AskOwn(p.Face, StopPath, who, "form.html", p.askStop, func(*web.Request, web.Values) (web.Done, error) { return web.Done{}, nil })
	return []edge.Route{routes[0], web.Serve(p.Face, http.MethodPost, StopPath, who, p.doStop)}
}

func (p *Pages) askStop(q *web.Request, form *web.Form) (*web.FormPage, error) {
	token := q.Text("token")
	one, err := p.Stops.Read(q.VendorID(), token)
	if fault.Is(err, "link_unknown") {
		page := &web.FormPage{Page: q.Page(q.T("This link is over")), Form: &web.Form{Action: q.Href("/account/mails"), Get: true, Submit: q.T("Sign in")}}
		page.Text = q.T("Sign in, and choose your mails under Account.")
		return page, nil
	}
	if err != nil {
		return nil, err
	}
	stopped, err := p.Stops.Stopped(q.Context(), q.VendorID(), one)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(q.T("Choose which mails you get")), Form: form}
	page.Text = q.T("No more mails of this kind are sent to this address. To choose among all kinds, sign in, and go to Account → Mails.")
	if stopped {
		page.Title, page.Text = q.T("These mails are stopped"), q.T("%s gets no mails of this kind. To choose among all kinds, sign in, and go to Account → Mails.", one.Address)
	}
	other, another := q.IsAnother(one.Address)
	if another {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Info, Title: q.T("You are signed in as %s.", other), Text: q.T("The mails to that address stay as they are: this page is about those to %s.", one.Address),
		})
	}
	page.About(
		web.Fact{Label: q.T("Mails"), Cell: web.Cell{Text: q.Language().Word(show.MailChoice(one.Kind))}},
		web.Fact{Label: q.T("Address"), Cell: web.Cell{Text: one.Address}},
	)
	switch {
	case stopped && another:
		*form = *web.ForAnother(q, form, other, one.Address, q.Href("/account/mails")).Form
		return page, nil
	case stopped:
		form.Action, form.Get, form.Submit = q.Href("/account/mails"), true, q.T("Choose which mails you get")
		return page, nil
	}
	form.Submit, form.Cancel = q.T("Send no more of them"), q.Href("/account/mails")
	form.Add(web.Group{Fields: []web.Field{{Name: "token", Kind: web.HiddenField, Value: token}}})
	return page, nil
}

// doStop ends mails: for who sends the page's form, and for a mail program's button, which
// posts in its person's name with the token in the address, and follows no redirect (RFC 8058).
func (p *Pages) doStop(w http.ResponseWriter, q *web.Request) error {
	v, err := q.Form()
	if err != nil {
		return err
	}
	token, byProgram := v.Get("token"), v.Has("List-Unsubscribe")
	if byProgram {
		token = q.Text("token")
	}
	one, err := p.Stops.Read(q.VendorID(), token)
	if err != nil {
		return err
	}
	if err := p.Stops.Stop(q.Context(), q.VendorID(), one); err != nil {
		return err
	}
	if byProgram {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	http.Redirect(w, q.R, q.Href(StopPath+"?token="+url.QueryEscape(token)), http.StatusSeeOther)
	return nil
}
