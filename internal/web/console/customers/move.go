package customers

import (
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// place is where a customer is to stand: below superior, or at the top.
type place struct {
	superior *ident.UUID
	name     string
	back     ident.UUID // where it stood; zero for the top
}

func (p *Pages) move() []edge.Route {
	routes := web.AskWith(p.Face, "/customers/{id}/move", web.Needs(identity.ManageCustomers), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			c, err := p.found(q)
			if err != nil {
				return nil, err
			}
			crumbs, err := p.crumbs(q, c)
			if err != nil {
				return nil, err
			}
			page := &web.FormPage{Page: q.Page("Move "+c.CompanyName, append(crumbs, link(q, c))...), Form: form}
			page.Text = "All its sub-customers move with it. Whoever acts for the old superior no longer sees them; whoever acts for the new one does. Licences stay as they are."
			f := show.CustomerField(q, "superior", "New superior", "")
			f.Focus, f.Hint = true, f.Hint+" Empty: it stands at the top."
			form.Add(web.Group{Fields: []web.Field{f}})
			form.Submit, form.Cancel = "Move it", show.CustomerHref(q, c.UUID)
			return page, nil
		},
		func(q *web.Request, v web.Values) (place, error) {
			c, err := p.found(q)
			if err != nil {
				return place{}, err
			}
			to := place{back: c.SuperiorUUID}
			if text := v.Text("superior"); text != "" {
				superior, err := show.FindCustomer(q.Context(), p.Rows, q.VendorID(), "superior", text)
				if err != nil {
					return place{}, err
				}
				to.superior, to.name = &superior.UUID, superior.CompanyName
			}
			return to, nil
		},
		func(t tx.Tx, q *web.Request, to place) (web.Done, error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			moved, err := p.Customers.Update(t, q.VendorID(), id, customers.Change{Superior: &to.superior})
			if err != nil {
				return web.Done{}, beside(err)
			}
			say := web.Flash{Text: moved.CompanyName + " stands at the top now."}
			if to.superior != nil {
				say.Text = moved.CompanyName + " belongs to " + to.name + " now."
			}
			if moved.SuperiorUUID != to.back {
				say.Undo = &web.Undo{Label: "Undo", Action: show.CustomerHref(q, id) + "/superior", Values: map[string]string{"superior": text(to.back)}}
			}
			return web.Done{To: show.CustomerHref(q, id), Say: say}, nil
		})
	return append(routes, web.Act(p.Face, "/customers/{id}/superior", web.Needs(identity.ManageCustomers),
		func(q *web.Request) string { return q.Href("/customers/" + q.R.PathValue("id")) },
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			id, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			superior := v.UUID("superior")
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			to := &superior
			if superior.IsZero() {
				to = nil
			}
			moved, err := p.Customers.Update(t, q.VendorID(), id, customers.Change{Superior: &to})
			if err != nil {
				return web.Done{}, err
			}
			return web.Done{To: show.CustomerHref(q, id), Say: web.Flash{Text: moved.CompanyName + " is back where it was."}}, nil
		}))
}

// text writes an id for a form; none is empty.
func text(id ident.UUID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}
