package licenses

import (
	"strings"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) users() []edge.Route {
	manage := web.Needs(identity.ManageLicenses)
	return append([]edge.Route{
		web.Lists(p.Face, "/licenses/{id}/users", web.Needs(identity.ViewLicenses), p.usersTable, func(q *web.Request) (web.Page, error) {
			l, err := p.licence(q)
			if err != nil {
				return web.Page{}, err
			}
			page := p.header(q, l, "Users")
			if q.May(identity.ManageLicenses) && l.IsOfUsers() {
				lead(&page, web.Action{Label: "Add users", Href: show.LicenseHref(q, l.UUID) + "/users/add", Icon: "user-plus", Dialog: true})
			}
			return page, nil
		}),
		web.Act(p.Face, "/licenses/{id}/users/remove", manage, func(q *web.Request) string { return q.Href("/licenses/" + q.R.PathValue("id") + "/users") },
			p.removeUsers),
	}, web.Ask(p.Face, "/licenses/{id}/users/add", manage, "form.html", p.askUsers, p.addUsers)...)
}

func (p *Pages) usersTable(q *web.Request) (web.Table[licensing.User], error) {
	l, err := p.licence(q)
	if err != nil {
		return web.Table[licensing.User]{}, err
	}
	t := web.Table[licensing.User]{
		Name: "users", Sorts: licensing.Sorts(), ID: func(u licensing.User) string { return u.UserID },
		Empty: web.Empty{
			Icon: "users", Title: "No named users",
			Text: "While nobody is named, every user may use the licence. Name those who may, and all others are refused.",
		},
		Columns: []web.Column[licensing.User]{
			{Name: "user", Label: "User id", Sort: "created_at", Cell: func(u licensing.User) web.Cell { return web.Cell{Text: u.UserID, Copy: u.UserID} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.User], error) {
			return p.Rows.LicenseUsers(q.Context(), q.VendorID(), l.ID, r)
		},
	}
	if q.May(identity.ManageLicenses) {
		t.Bulk = []web.Bulk{{Label: "Remove", Action: show.LicenseHref(q, l.UUID) + "/users/remove", Icon: "trash", Danger: true}}
	}
	return t, nil
}

func (p *Pages) askUsers(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, l, err := p.form(q, form, "Add users", "Add them")
	if err != nil {
		return nil, err
	}
	page.Text = "Only users who are named may use the licence, once one is."
	form.Cancel = show.LicenseHref(q, l.UUID) + "/users"
	form.Add(web.Group{Fields: []web.Field{
		{
			Name: "user_id", Label: "User ids", Kind: web.AreaField, Required: true,
			Hint: "One on each line, as your programs send them: capital and small letters differ.",
		},
	}})
	return page, nil
}

func (p *Pages) addUsers(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	all := v.Lines("user_id")
	v.Check(len(all) > 0, "user_id", "must name at least one user")
	v.Check(len(all) <= web.MaxTicked, "user_id", "may name at most 500 users at once")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	for _, user := range all {
		if err := p.Licenses.AddUser(t, q.VendorID(), id, user); err != nil {
			return web.Done{}, err
		}
	}
	return web.Done{
		To:  q.Href("/licenses/" + q.R.PathValue("id") + "/users"),
		Say: web.Flash{Text: web.Count(int64(len(all)), "user was", "users were") + " added."},
	}, nil
}

func (p *Pages) removeUsers(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	all, err := v.Ticked("id", web.MaxTicked)
	if err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	for _, user := range all {
		if err := p.Licenses.RemoveUser(t, q.VendorID(), id, user); err != nil {
			return web.Done{}, err
		}
	}
	to := q.Href("/licenses/" + q.R.PathValue("id") + "/users")
	say := web.Flash{Text: web.Count(int64(len(all)), "user was", "users were") + " removed. A session that is open is not renewed any more."}
	if len(all) <= maxUndo {
		say.Undo = &web.Undo{Label: "Undo", Action: to + "/add", Values: map[string]string{"user_id": strings.Join(all, "\n")}}
	}
	return web.Done{To: to, Say: say}, nil
}
