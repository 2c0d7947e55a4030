package requests

import (
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) ask(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	r, err := p.Rows.RequestByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return nil, err
	}
	licenses, err := p.Licenses.ByIDs(q.Context(), q.VendorID(), r.License)
	if err != nil {
		return nil, err
	}
	l := licenses[r.License]
	page := &web.FormPage{Page: q.Page(show.Wish(q, r, l), web.Link{Label: "Requests", Href: q.Href(top)}), Form: form}
	badge := show.RequestBadge(r.State)
	page.Badge = &badge
	facts := []web.Fact{{Label: "Asked by", Cell: asker(row{r, l})}, {Label: "Asked", Cell: web.Cell{When: r.AskedAt}}}
	if l != nil {
		bar := show.Activations(l, page.Now)
		facts = append([]web.Fact{
			{Label: "Licence", Cell: web.Cell{Text: show.LicenseName(l), Href: show.LicenseHref(q, l.UUID), Sub: l.Product.Name + " · " + l.Edition.Name}},
			{Label: "Customer", Cell: web.Cell{Text: l.Customer.CompanyName, Href: show.CustomerHref(q, l.Customer.UUID)}},
			{Label: "Activations", Cell: web.Cell{Bar: &bar}},
			{Label: "Ends", Cell: show.End(l)},
		}, facts...)
		page.Actions = actions(q, r)
	}
	if r.Message != "" {
		facts = append(facts, web.Fact{Label: "Message", Cell: web.Cell{Text: r.Message}})
	}
	if r.State != owners.RequestOpen {
		if !r.AnsweredAt.IsZero() {
			facts = append(facts, web.Fact{Label: "Closed", Cell: web.Cell{When: r.AnsweredAt}})
		}
		if r.Answer != "" {
			facts = append(facts, web.Fact{Label: "Answer", Cell: web.Cell{Text: r.Answer}})
		}
		page.About(facts...)
		*form = web.Form{Action: q.Href(top), Get: true, Submit: "Back to the requests"}
		return page, nil
	}
	page.About(facts...)
	form.Submit, form.Cancel = "Send the answer", q.Href(top)
	form.Add(web.Group{Title: "Answer", Text: r.UserEmail + " gets it by mail, and sees it on the licence.", Fields: []web.Field{
		{Name: "state", Label: "What became of it", Kind: web.RadioField, Required: true, Options: []web.Option{
			{Value: string(owners.RequestDone), Label: "Done", Hint: "The licence has been changed, or all is said."},
			{Value: string(owners.RequestDeclined), Label: "Declined"},
		}},
		{Name: "answer", Label: "Text", Kind: web.AreaField, Rows: 4, Hint: "May be empty; at most 2,000 characters."},
	}})
	return page, nil
}

// actions lead to the licence and to the form that the wish needs most.
func actions(q *web.Request, r owners.Request) []web.Action {
	href := show.LicenseHref(q, r.LicenseID)
	open := web.Action{Label: "Open the licence", Href: href, Icon: "license", Plain: true}
	if r.State != owners.RequestOpen {
		return []web.Action{open}
	}
	switch r.Wish {
	case owners.WishActivations:
		return []web.Action{{Label: "Add activations", Href: show.AddTokensHref(q.Base, r.LicenseID), Icon: "plus", Plain: true}, open}
	case owners.WishRenewal:
		return []web.Action{{Label: "Extend", Href: href + "/extend", Icon: "calendar-plus", Plain: true}, open}
	case owners.WishMeter:
		return []web.Action{{Label: "Change the licence", Href: href + "/change", Icon: "edit", Plain: true}, open}
	case owners.WishOther:
	}
	return []web.Action{open}
}

func (p *Pages) answer(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	state := owners.RequestState(v.Get("state"))
	v.Check(state != "", "state", "must be chosen")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	r, told, err := p.Requests.Answer(t, q.VendorID(), id, state, v.Text("answer"))
	say := "The request is done"
	if state == owners.RequestDeclined {
		say = "The request is declined"
	}
	if told {
		say += ", and " + r.UserEmail + " is told."
	} else {
		say += ". " + r.UserEmail + " sees the licence no more, and is not told."
	}
	return web.Done{To: q.Href(top), Say: web.Flash{Text: say}}, err
}
