package attention

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// addTokens adds activations to a licence's contract.
func (p *Pages) addTokens() []edge.Route {
	return web.Ask(p.Face, "/goodwill/{id}/tokens", web.Needs(identity.ManageLicenses), "form.html",
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
			v := &web.FormPage{Page: q.Page("Add activations", web.Link{Label: label, Href: q.Href(path)}), Form: form}
			v.Text = "Goodwill activations turn into regular ones, the oldest first, as far as the new ones reach."
			if l.CountsMonths() {
				v.Text = "They hold at once, for this month too: who is on goodwill becomes regular as far as they reach."
			}
			bar := show.Activations(l, q.Now())
			v.Facts = factsOf(q, &v.Page, l, web.Fact{Label: "In use", Cell: web.Cell{Bar: &bar}})
			form.Action = q.Href("/goodwill/" + id.String() + "/tokens")
			form.Submit, form.Cancel = "Add", q.Href(path)
			form.Add(web.Group{Fields: []web.Field{{Name: "about", Kind: web.HiddenField, Value: string(about)}, {
				Name: "more", Label: "Activations to add", Kind: web.NumberField, Value: "1", Min: "1", Required: true, Focus: true,
				Hint: "By contract there are " + web.Number(l.Terms().Policy.TokenLimit) + " now.",
			}}})
			return v, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			more := int64(v.Int("more"))
			v.Check(more >= 1 && more <= terms.MaxTokens, "more", "must be a whole number from 1 on")
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			locked, err := p.locked(t, q)
			if err != nil {
				return web.Done{}, err
			}
			limit := locked.Terms().Policy.TokenLimit + more
			l, err := p.Licenses.Update(t, q.VendorID(), locked.ID, licensing.Change{
				Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &limit; return o },
			})
			if err != nil {
				return web.Done{}, err
			}
			_, path := About(v.Get("about")).list()
			return web.Done{To: q.Href(path), Say: web.Flash{
				Text: show.LicenseName(l) + " now has " + web.Count(limit, "activation", "activations") + " by contract.",
				Link: &web.Link{Label: "Open it", Href: show.LicenseHref(q, l.UUID)},
			}}, nil
		})
}

// release ends ticked goodwill activations, after it has asked.
func (p *Pages) release() []edge.Route {
	return web.Ask(p.Face, "/goodwill/release", web.Needs(identity.ManageActivations), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			ids, n := form.Ticked("id")
			title := "Release " + web.Count(int64(n), "activation", "activations")
			v := &web.FormPage{Page: q.Page(title, web.Link{Label: "Goodwill zone", Href: q.Href("/goodwill")}), Form: form}
			v.Text = "The programs on these devices are without a licence at their next call. They can be activated again while there is a free place."
			form.Submit, form.Danger, form.Cancel = "Release", true, q.Href("/goodwill")
			form.Add(web.Group{Fields: []web.Field{ids, {Name: "sure", Label: "Release these devices", Kind: web.CheckField}}})
			return v, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			ids, err := v.UUIDs("id", web.MaxTogether)
			if err != nil {
				return web.Done{}, err
			}
			v.Check(v.Flag("sure"), "sure", "must be ticked before they are released")
			if err := v.Err(); err != nil {
				return web.Done{}, err
			}
			released := int64(0)
			for _, id := range ids {
				done, err := p.Licenses.Release(t, q.VendorID(), id, licensing.ByStaff)
				if err != nil {
					return web.Done{}, err
				}
				if done {
					released++
				}
			}
			return web.Done{To: q.Href("/goodwill"), Say: web.Flash{Text: web.Count(released, "activation was", "activations were") + " released."}}, nil
		})
}
