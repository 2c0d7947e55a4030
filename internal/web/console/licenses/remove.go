package licenses

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// remove deletes a licence that was made by mistake.
func (p *Pages) remove() []edge.Route {
	return web.Ask(p.Face, "/licenses/{id}/delete", web.Needs(identity.ManageLicenses), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			page, _, err := p.form(q, form, "Delete the licence", "Delete the licence")
			if err != nil {
				return nil, err
			}
			page.Text = "For a licence that was made by mistake: it goes for good, with its keys. One that was used can't be deleted; " +
				"switch it off or end it instead."
			form.Danger = true
			return page, nil
		},
		func(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
			id, err := p.licenceID(t, q)
			if err != nil {
				return web.Done{}, err
			}
			return web.Done{To: q.Href("/licenses"), Say: web.Flash{Text: "The licence was deleted."}}, p.Licenses.Delete(t, q.VendorID(), id)
		})
}
