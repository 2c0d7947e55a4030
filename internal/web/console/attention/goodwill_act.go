package attention

import (
	"slices"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/console/show"
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
			bar := show.Activations(l)
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
			id, err := q.ID("id")
			if err != nil {
				return web.Done{}, err
			}
			license, err := p.Rows.LicenseID(t, q.VendorID(), id)
			if err != nil {
				return web.Done{}, err
			}
			locked, err := p.Licenses.Locked(t, q.VendorID(), license)
			if err != nil {
				return web.Done{}, err
			}
			if locked == nil {
				return web.Done{}, fault.Missing("license")
			}
			limit := locked.Terms().Policy.TokenLimit + more
			l, err := p.Licenses.Update(t, q.VendorID(), license, licensing.Change{
				Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &limit; return o },
			})
			if err != nil {
				return web.Done{}, err
			}
			_, path := About(v.Get("about")).list()
			return web.Done{To: q.Href(path), Say: web.Flash{
				Text: show.LicenseName(l) + " now has " + web.Count(limit, "activation", "activations") + " by contract.",
				Link: &web.Link{Label: "Open it", Href: show.LicenseHref(q.Base, l.UUID)},
			}}, nil
		})
}

// maxTicked is how many rows a page may act on at once: a list shows no more.
const maxTicked = 500

// ticked are the ids that a list's form or the form that asks sent.
func ticked(v web.Values) ([]ident.UUID, error) {
	texts := v.Values["id"]
	if len(texts) == 0 {
		texts = strings.Fields(v.Get("ids"))
	}
	ids := make([]ident.UUID, 0, len(texts))
	for _, text := range texts {
		id, err := ident.ParseUUID(text)
		if err != nil {
			return nil, fault.Refused("bad_selection", "A ticked row is not one of the list.", "Go back to the list and tick the rows again.")
		}
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ident.UUID) int { return strings.Compare(a.String(), b.String()) })
	ids = slices.Compact(ids)
	if len(ids) == 0 || len(ids) > maxTicked {
		return nil, fault.Refused("nothing_ticked", "Tick between 1 and 500 rows.", "Go back to the list and tick the rows that you mean.")
	}
	return ids, nil
}

// keptIDs holds what was ticked while the form asks; sent is what a form sent.
func keptIDs(q *web.Request) (field web.Field, n int) {
	texts := q.R.PostForm["id"]
	if len(texts) == 0 {
		texts = strings.Fields(q.R.PostForm.Get("ids"))
	}
	return web.Field{Name: "ids", Kind: web.HiddenField, Value: strings.Join(texts, " ")}, len(texts)
}

// release ends ticked goodwill activations, after it has asked.
func (p *Pages) release() []edge.Route {
	return web.Ask(p.Face, "/goodwill/release", web.Needs(identity.ManageActivations), "form.html",
		func(q *web.Request, form *web.Form) (*web.FormPage, error) {
			ids, n := keptIDs(q)
			title := "Release " + web.Count(int64(n), "activation", "activations")
			v := &web.FormPage{Page: q.Page(title, web.Link{Label: "Goodwill zone", Href: q.Href("/goodwill")}), Form: form}
			v.Text = "The programs on these devices are without a licence at their next call. They can be activated again while there is a free token."
			form.Submit, form.Danger, form.Cancel = "Release", true, q.Href("/goodwill")
			form.Add(web.Group{Fields: []web.Field{ids, {Name: "sure", Label: "Release these devices", Kind: web.CheckField}}})
			return v, nil
		},
		func(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
			ids, err := ticked(v)
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
