package entrance

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/web"
)

const confirmPath = "/confirm-address"

// newAddress is the page of a link that was mailed to a new address.
func (p *Pages) newAddress() []edge.Route {
	who := web.Access{Public: "whoever reads the new mailbox need not be signed in"}
	return web.AskOwn(p.Face, confirmPath, who, "form.html", p.askAddress, p.confirmAddress)
}

func (p *Pages) askAddress(q *web.Request, form *web.Form) (*web.FormPage, error) {
	token := q.Text("token")
	if sent, ok := form.Sent("token"); ok {
		token = sent
	}
	link, err := p.Addresses.Look(q.Context(), q.VendorID(), token)
	if fault.Is(err, "link_unknown") {
		page := &web.FormPage{Page: q.Page("This link is over"), Form: &web.Form{Action: q.Href("/"), Get: true, Submit: "Sign in"}}
		page.Notices = append(page.Notices, overNotice(&page.Page, link, fault.As(err)))
		return page, nil
	}
	if err != nil {
		return nil, err
	}
	if other, is := q.IsAnother(link.Person.Email); is {
		return web.ForAnother(q, form, other, link.Person.Email, tokenPath(confirmPath, token)), nil
	}
	page := &web.FormPage{Page: q.Page("Confirm your new address"), Form: form}
	page.Text = "From then on you sign in with it, and mails go there. Links that were mailed to the former address end."
	page.About(web.Fact{Label: "Now", Cell: web.Cell{Text: link.Person.Email}}, web.Fact{Label: "New", Cell: web.Cell{Text: link.Address}})
	form.Submit = "Use the new address"
	form.Add(web.Group{Fields: []web.Field{{Name: "token", Kind: web.HiddenField, Value: token}}})
	return page, nil
}

func (p *Pages) confirmAddress(q *web.Request, v web.Values) (web.Done, error) {
	token := v.Get("token")
	back := web.Done{To: q.Href(tokenPath(confirmPath, token))} // which says why
	link, err := p.Addresses.Look(q.Context(), q.VendorID(), token)
	if err == nil {
		if _, is := q.IsAnother(link.Person.Email); is {
			return back, nil
		}
		_, err = p.Addresses.Confirm(q.Context(), q.VendorID(), token)
	}
	if fault.Is(err, "link_unknown") {
		return back, nil
	}
	return web.Done{To: q.Href("/account"), Say: web.Flash{Text: "Your address is " + link.Address + " from now on."}}, err
}
