package attention

import (
	"context"
	"net/url"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// About is what a customer is written of.
type About string

// What the lists are about.
const (
	AboutGoodwill About = "goodwill"
	AboutUsedUp   About = "used-up"
	AboutEnd      About = "expiring"
)

// Mail writes to customers with the vendor's own texts.
type Mail interface {
	// Draft is the vendor's own text about a licence.
	Draft(ctx context.Context, v vendors.Vendor, l *licensing.License, about About, now time.Time) (subject, text string, err error)

	// Write queues a mail about a licence. It fails with an Invalid fault that names
	// the field "to" for what is no address, and "subject" and "text" for what is empty
	// or too long.
	Write(t tx.Tx, l *licensing.License, w Letter) error
}

// Letter is a mail as it is to go out.
type Letter struct {
	About             About
	To, Subject, Text string
}

// list is the page that a mail is written from, in words and its address.
func (a About) list() (label, path string) {
	switch a {
	case AboutUsedUp:
		return "Used up", "/used-up"
	case AboutEnd:
		return "Expiring soon", "/expiring"
	case AboutGoodwill:
	}
	return "Goodwill zone", "/goodwill"
}

// aboutOf is what the page was asked to write of.
func aboutOf(q *web.Request) About {
	switch a := About(q.Text("about")); a {
	case AboutGoodwill, AboutUsedUp, AboutEnd:
		return a
	}
	return AboutGoodwill
}

// actColumns are what every list here ends with: more activations, and a mail to
// the customer. Who may not send the vendor's own text begins one of theirs.
func actColumns[R any](q *web.Request, about func(R) About, of func(R) *licensing.License) []web.Column[R] {
	may := q.May(identity.ManageLicenses)
	return []web.Column[R]{
		{Name: "email", Label: "E-mail", Extra: true, Cell: func(row R) web.Cell { return web.Cell{Text: of(row).Customer.Email} }},
		{Name: "act", Label: "What to do", Act: true, Cell: func(row R) web.Cell {
			l, why := of(row), about(row)
			var links []web.Link
			if may && !l.AnyNumber() && why != AboutEnd {
				links = append(links, web.Link{Label: "Add", Href: show.AddTokensHref(q.Base, l.UUID) + "?about=" + string(why)})
			}
			if may && why == AboutEnd {
				links = append(links, web.Link{Label: "Extend", Href: show.LicenseHref(q, l.UUID) + "/extend"})
			}
			switch {
			case may:
				links = append(links, web.Link{Label: "Write", Href: q.Href("/goodwill/" + l.UUID.String() + "/mail?about=" + string(why))})
			case l.Customer.Email != "":
				subject := "Your licence " + show.LicenseName(l) + " of " + l.Product.Name
				links = append(links, web.Link{Label: "Write", Href: "mailto:" + url.PathEscape(l.Customer.Email) + "?subject=" + url.PathEscape(subject)})
			}
			return web.Cell{Links: links}
		}},
	}
}

// write shows the vendor's text of why the licence is on the list, and sends the
// customer what was made of it.
func (p *Pages) write() []edge.Route {
	return web.Ask(p.Face, "/goodwill/{id}/mail", web.Needs(identity.ManageLicenses), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			id, err := q.ID("id")
			if err != nil {
				return nil, err
			}
			l, err := p.Rows.ByUUID(q.Context(), q.VendorID(), id)
			if err != nil {
				return nil, err
			}
			about := aboutOf(q)
			label, path := about.list()
			v := &web.FormPage{Page: q.Page("Mail the customer", web.Link{Label: label, Href: q.Href(path)}), Form: form}
			v.Text = "This is your text about it, as Settings › Mail has it. What you change here holds for this mail alone. " +
				"Without a mail server it is kept in the mail log."
			v.Facts = factsOf(q, &v.Page, l, web.Fact{Label: "About", Cell: web.Cell{Text: label}})
			form.Action = q.Href("/goodwill/" + id.String() + "/mail")
			form.Submit, form.Cancel = "Send", q.Href(path)
			to := l.LicenseeEmail
			if to == "" {
				to = l.Customer.Email
			}
			subject, text, err := p.Mail.Draft(q.Context(), q.Vendor, l, about, q.Now())
			if err != nil {
				return nil, err
			}
			form.Add(web.Group{Fields: []web.Field{
				{Name: "about", Kind: web.HiddenField, Value: string(about)},
				{Name: "to", Label: "To", Kind: web.EmailField, Value: to, Required: true, Focus: true},
				{Name: "subject", Label: "Subject", Value: subject, Required: true},
				{Name: "text", Label: "Text", Kind: web.AreaField, Rows: 18, Value: strings.TrimSpace(text), Required: true},
			}})
			return v, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			l, err := p.locked(t, q)
			if err != nil {
				return web.Done{}, err
			}
			about := About(v.Get("about"))
			letter := Letter{About: about, To: v.Text("to"), Subject: v.Text("subject"), Text: v.Text("text") + "\n"}
			v.Check(letter.Subject != "", "subject", "must not be empty")
			v.Check(v.Text("text") != "", "text", "must not be empty")
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			if err := p.Mail.Write(t, l, letter); err != nil {
				return web.Done{}, err
			}
			_, path := about.list()
			return web.Done{To: q.Href(path), Say: web.Flash{Text: "The mail to " + v.Text("to") + " is on its way."}}, nil
		})
}
