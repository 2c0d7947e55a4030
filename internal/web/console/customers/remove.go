package customers

import (
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// remove deletes a customer that was made by mistake.
func (p *Pages) remove() []edge.Route {
	return web.AskWith(p.Face, "/customers/{id}/delete", web.Needs(identity.ManageCustomers), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			c, err := p.found(q)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Delete "+c.CompanyName, web.Link{Label: "Customers", Href: q.Href("/customers")}, link(q, c)), Form: form}
			page.Text = "For a customer that was made by mistake: it goes for good. It must hold no licence and have no sub-customers."
			form.Submit, form.Cancel, form.Danger = "Delete the customer", show.CustomerHref(q, c.UUID), true
			return page, nil
		},
		func(q *web.Request, _ web.Values) (customers.Customer, error) { return p.found(q) },
		func(t tx.Tx, q *web.Request, c customers.Customer) (web.Done, error) {
			return web.Done{To: q.Href("/customers"), Say: web.Flash{Text: "The customer " + c.CompanyName + " was deleted."}},
				p.Customers.Delete(t, q.VendorID(), c.UUID)
		})
}
