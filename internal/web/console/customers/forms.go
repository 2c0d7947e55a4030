package customers

import (
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// asked is what the form of a customer gives, ready for the service.
type asked struct {
	name, number, email, language string
	superior                      *ident.UUID
}

func (p *Pages) forms() []edge.Route {
	routes := web.AskWith(p.Face, "/customers/new", web.Needs(identity.ManageCustomers), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			page := &web.FormPage{Page: q.Page("New customer", web.Link{Label: "Customers", Href: q.Href("/customers")}), Form: form}
			g := fields(customers.Customer{})
			g.Fields = append(g.Fields, show.CustomerField(q, "superior", "Belongs to", q.Text("superior")))
			g.Fields[len(g.Fields)-1].Hint = "The reseller or organisation above it, if there is one. " + g.Fields[len(g.Fields)-1].Hint
			form.Add(g)
			form.Submit, form.Cancel = "Create the customer", q.Href("/customers")
			return page, nil
		},
		func(q *web.Request, v web.Values) (asked, error) {
			in := given(v)
			if text := v.Text("superior"); text != "" {
				c, err := show.FindCustomer(q.Context(), p.Rows, q.VendorID(), "superior", text)
				if err != nil {
					return in, err
				}
				in.superior = &c.UUID
			}
			return in, nil
		},
		func(t tx.Tx, q *web.Request, in asked) (web.Done, error) {
			made, err := p.Customers.Create(t, q.VendorID(), customers.Create{
				CompanyName: in.name, Number: in.number, Email: in.email, Language: in.language, Superior: in.superior,
			})
			if err != nil {
				return web.Done{}, beside(err)
			}
			return web.Done{To: show.CustomerHref(q, made.UUID), Say: web.Flash{
				Text: "The customer " + made.CompanyName + " was created.",
				Link: &web.Link{Label: "Issue a licence", Href: q.Href("/licenses/new?customer=" + made.UUID.String())},
			}}, nil
		})
	return append(routes, web.Edit(p.Face, "/customers/{id}/edit", web.Needs(identity.ManageCustomers), "form.html", web.OfID("customer"),
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			c, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Edit the customer", web.Link{Label: "Customers", Href: q.Href("/customers")}, link(q, c)), Form: form}
			form.Add(fields(c))
			form.Cancel = show.CustomerHref(q, c.UUID)
			return page, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			in := given(v)
			if _, err := p.Customers.Update(t, q.VendorID(), id, customers.Change{
				CompanyName: &in.name, Number: &in.number, Email: &in.email, Language: &in.language,
			}); err != nil {
				return web.Done{}, beside(err)
			}
			return web.Done{To: show.CustomerHref(q, id), Say: web.Flash{Text: "The customer was saved."}}, nil
		})...)
}

func link(q *web.Request, c customers.Customer) web.Link {
	return web.Link{Label: c.CompanyName, Href: show.CustomerHref(q, c.UUID)}
}

func fields(c customers.Customer) web.Group {
	number := web.Field{
		Name: "customer_number", Label: "Customer number", Value: c.Number, Mono: true,
		Hint: "As your books have it. It is unique.", Required: true,
	}
	if c.Number == "" {
		number.Required, number.Placeholder, number.Hint = false, "made for you", "As your books have it. Empty: one is made."
	}
	return web.Group{Fields: []web.Field{
		{Name: "company_name", Label: "Name", Value: c.CompanyName, Required: true, Focus: true, Hint: "The company, or the person."},
		number,
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Value: c.Email, Hint: "Where licences are sent. It may stay empty."},
		show.LanguageField(c.Language, "As you have set it for all"),
	}}
}

func given(v web.Values) asked {
	return asked{name: v.Text("company_name"), number: v.Text("customer_number"), email: v.Text("email"), language: v.Text("language")}
}

// beside puts refusals beside the field that they are about.
func beside(err error) error {
	for code, f := range map[string]fault.Field{
		"customer_number_taken":  {Name: "customer_number", Message: "is another customer's"},
		"customer_cycle":         {Name: "superior", Message: "is this customer itself, or below it"},
		"customer_tree_too_deep": {Name: "superior", Message: "is too deep in the tree"},
	} {
		if fault.Is(err, code) {
			e := *fault.As(err)
			e.Fields = []fault.Field{f}
			return &e
		}
	}
	return err
}
