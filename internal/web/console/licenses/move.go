package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) move() []edge.Route {
	manage := web.Needs(identity.ManageLicenses)
	return append(
		web.Edit(p.Face, "/licenses/{id}/move", manage, "form.html", web.OfID("license"), p.askMove, p.doMove),
		web.EditWith(p.Face, "/licenses/{id}/hand-over", manage, "form.html", web.OfID("license"), p.askHandOver, p.prepareHandOver, p.doHandOver)...,
	)
}

func (p *Pages) askMove(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Move to another edition", "Move it")
	if err != nil {
		return nil, err
	}
	page.Text = "The licence takes over what the new edition says; what it sets itself stays, where the new edition lets it. " +
		"Keys, devices and history stay. Only editions of the same product, mode, client type and counting are offered."
	editions, err := p.Catalog.EditionsOf(q.Context(), q.VendorID(), &l.Product.UUID, listing.Request{Limit: maxChoices, Sort: "name"})
	if err != nil {
		return nil, err
	}
	choose := web.Field{Name: "edition_id", Label: "Edition", Kind: web.SelectField, Required: true, Placeholder: "Choose an edition"}
	for _, e := range editions.Items {
		if e.ArchivedAt.IsZero() && e.UUID != l.Edition.UUID && e.Mode == l.Edition.Mode && e.ClientType == l.Edition.ClientType &&
			e.Policy.ActivationCounting == l.Edition.Policy.ActivationCounting {
			choose.Options = append(choose.Options, web.Option{Value: e.UUID.String(), Label: e.Name})
		}
	}
	if len(choose.Options) == 0 {
		choose.Hint = "There is no other edition of this product, mode, client type and counting."
	}
	isOf(form, l)
	form.Add(web.Group{Fields: []web.Field{choose}})
	return page, nil
}

// isOf notes the edition that a licence is of.
func isOf(form *web.Form, l *licensing.License) { form.Watch("Edition", l.Edition.Name) }

func (p *Pages) doMove(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	to := v.UUID("edition_id")
	v.Check(!to.IsZero() || v.Text("edition_id") != "", "edition_id", "must be chosen")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	was, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	done, err := p.update(t, q, licensing.Change{Edition: to}, "The licence was moved to the other edition.")
	if err != nil || was == nil {
		return done, err
	}
	is, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	done.Say.Undo = web.UndoBy(done.To+"/move", map[string]string{"edition_id": was.Edition.UUID.String()}, func(form *web.Form) { isOf(form, is) })
	return done, nil
}

func (p *Pages) askHandOver(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Hand to another customer", "Hand it over")
	if err != nil {
		return nil, err
	}
	page.Text = "The licence belongs to the other customer from then on, with its devices and its history."
	field := show.CustomerField(q, "customer", "New customer", "")
	field.Required, field.Hint = true, "It is "+l.Customer.CompanyName+"'s now."
	g := web.Group{Fields: []web.Field{field}}
	if text, sent := form.Sent("customer"); sent {
		one, more, err := show.LabelledCustomer(q.Context(), p.CustomerRows, q.VendorID(), text, maxMatches)
		if err != nil {
			return nil, err
		}
		if one == nil && len(more) > 0 {
			choose := web.Field{Name: "customer_id", Label: "Which of them", Kind: web.RadioField}
			for _, c := range more {
				choose.Options = append(choose.Options, web.Option{Value: c.UUID.String(), Label: c.CompanyName, Hint: c.Number + " " + c.Email})
			}
			g.Fields = append(g.Fields, choose)
		}
	}
	g.Fields = append(g.Fields, licenseeField(l))
	form.Watch("Customer", l.Customer.CompanyName)
	form.Add(g)
	return page, nil
}

func licenseeField(l *licensing.License) web.Field {
	f := web.Field{
		Name: "licensee_email", Label: "Licensee's e-mail", Kind: web.EmailField, Value: l.LicenseeEmail,
		Hint: "Who gets the mail with the key. Empty: the new customer's address.",
	}
	if l.FollowsCustomer() {
		f.Value = "" // nobody has set it
	}
	return f
}

type handOver struct {
	to       ident.UUID
	licensee string
}

func (p *Pages) prepareHandOver(q *web.Request, v web.Values) (handOver, error) {
	var o order
	if err := p.whose(q, v, &o); err != nil {
		return handOver{}, err
	}
	v.Check(o.newCustomer == nil, "customer", "must be a customer who is there")
	return handOver{o.command.Customer, v.Text("licensee_email")}, v.Err()
}

func (p *Pages) doHandOver(t tx.Tx, q *web.Request, h handOver) (web.Done, error) {
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	was, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	done, err := p.update(t, q, licensing.Change{Customer: h.to, LicenseeEmail: &h.licensee}, "The licence was handed over.")
	if err != nil || was == nil {
		return done, err
	}
	is, err := p.Licenses.Locked(t, q.VendorID(), id)
	if err != nil {
		return web.Done{}, err
	}
	done.Say.Undo = web.UndoBy(done.To+"/hand-over", map[string]string{
		"customer_id": was.Customer.UUID.String(), "licensee_email": was.LicenseeEmail,
	}, func(form *web.Form) {
		form.Watch("Customer", is.Customer.CompanyName)
		form.Add(web.Group{Fields: []web.Field{licenseeField(is)}})
	})
	return done, nil
}
