package customers

import (
	"cmp"

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
	back     string // the superior that it had, as the form takes it
}

func (p *Pages) move() []edge.Route {
	return web.EditWith(p.Face, "/customers/{id}/move", web.Needs(identity.ManageCustomers), "form.html", web.OfID("customer"),
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
			stands(form, c.SuperiorName)
			form.Add(web.Group{Fields: []web.Field{f}})
			form.Submit, form.Cancel = "Move it", show.CustomerHref(q, c.UUID)
			return page, nil
		},
		func(q *web.Request, v web.Values) (place, error) {
			c, err := p.found(q)
			if err != nil {
				return place{}, err
			}
			to := place{}
			if !c.SuperiorUUID.IsZero() {
				had, err := p.Rows.ByUUID(q.Context(), q.VendorID(), c.SuperiorUUID)
				if err != nil {
					return place{}, err
				}
				to.back = show.CustomerLabel(had)
			}
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
			say.Undo = web.UndoBy(show.CustomerHref(q, id)+"/move", map[string]string{"superior": to.back}, func(form *web.Form) {
				stands(form, moved.SuperiorName)
			})
			return web.Done{To: show.CustomerHref(q, id), Say: say}, nil
		})
}

// stands notes where a customer stands.
func stands(form *web.Form, superior string) {
	form.Watch("Superior", cmp.Or(superior, "None: it stands at the top"))
}
