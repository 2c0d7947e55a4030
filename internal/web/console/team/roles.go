package team

import (
	"slices"
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) roles() []edge.Route {
	routes := []edge.Route{web.Lists(p.Face, "/settings/roles", who(), p.roleTable, func(q *web.Request) (web.Page, error) {
		page := q.Page(title)
		page.Sub = "What each role may do. The built-in ones are the same for every vendor."
		page.Tabs = tabs(q, "roles")
		page.Actions = []web.Action{{Label: "Create a role", Href: q.Href("/settings/roles/new"), Icon: "plus"}}
		return page, nil
	})}
	routes = append(routes, web.Ask(p.Face, "/settings/roles/new", who(), "form.html", p.askNewRole, p.createRole)...)
	routes = append(routes, web.Edit(p.Face, "/settings/roles/{id}", who(), "form.html", web.OfID("role"), p.askRole, p.changeRole)...)
	return append(routes, web.Ask(p.Face, "/settings/roles/{id}/delete", who(), "form.html", p.askDelete, p.deleteRole)...)
}

// roleTable is the matrix: a line for each role, and what it may do by area.
func (p *Pages) roleTable(q *web.Request) (web.Table[identity.Role], error) {
	table := web.Table[identity.Role]{
		Name: "roles", Sorts: []string{"name"},
		ID: func(r identity.Role) string { return r.Key },
		Columns: []web.Column[identity.Role]{{Name: "role", Label: "Role", Cell: func(r identity.Role) web.Cell {
			c := web.Cell{Text: r.Name, Sub: r.Description}
			if !r.BuiltIn() {
				c.Href = q.Href("/settings/roles/" + r.UUID.String())
			}
			return c
		}}},
		Rows: func(q *web.Request, _ listing.Request) (listing.Page[identity.Role], error) {
			own, err := p.RoleRows.All(q.Context(), q.VendorID())
			return listing.Page[identity.Role]{Items: append(identity.BuiltInRoles(), own...)}, err
		},
	}
	for _, area := range areas() {
		table.Columns = append(table.Columns, web.Column[identity.Role]{Name: area, Label: area, Cell: func(r identity.Role) web.Cell {
			return held(r, area)
		}})
	}
	return table, nil
}

// areas are those of the permissions, in their order.
func areas() []string {
	var all []string
	for _, d := range identity.Descriptions() {
		if !slices.Contains(all, d.Area) {
			all = append(all, d.Area)
		}
	}
	return all
}

// held says how much of an area a role holds, and what in a second line.
func held(r identity.Role, area string) web.Cell {
	has, all, names := 0, 0, ""
	for _, d := range identity.Descriptions() {
		if d.Area != area {
			continue
		}
		all++
		if slices.Contains(r.Permissions, d.Permission) {
			has++
			if names != "" {
				names += ", "
			}
			names += d.Name
		}
	}
	switch has {
	case 0:
		return web.Cell{Text: "Nothing", Quiet: true}
	case all:
		return web.Cell{Text: "Everything"}
	}
	return web.Cell{Text: strconv.Itoa(has) + " of " + strconv.Itoa(all), Sub: names}
}

func (p *Pages) askNewRole(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Create a role", rolesCrumbs(q)...), Form: form}
	p.roleForm(q, form, identity.Role{})
	form.Submit = "Create the role"
	return page, nil
}

// role is the one in the address.
func (p *Pages) role(q *web.Request) (identity.Role, error) {
	id, err := q.ID("id")
	if err != nil {
		return identity.Role{}, err
	}
	return p.RoleRows.ByUUID(q.Context(), q.VendorID(), id)
}

func (p *Pages) askRole(q *web.Request, form *web.Form) (*web.FormPage, error) {
	r, err := p.role(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(r.Name, rolesCrumbs(q)...), Form: form}
	page.Actions = []web.Action{{Label: "Delete", Href: q.Href("/settings/roles/" + r.Key + "/delete"), Danger: true, Dialog: true}}
	p.roleForm(q, form, r)
	return page, nil
}

// roleForm offers what who is signed in may give, and what the role holds.
func (p *Pages) roleForm(q *web.Request, form *web.Form, r identity.Role) {
	form.Cancel = q.Href("/settings/roles")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "name", Label: "Name", Value: r.Name, Required: true, Focus: true},
		{Name: "description", Label: "Description", Value: r.Description, Hint: "One sentence, shown where the role is given."},
	}})
	for _, area := range areas() {
		field := web.Field{Name: "permissions", Label: area, Kind: web.ChecksField}
		for _, d := range identity.Descriptions() {
			holds := slices.Contains(r.Permissions, d.Permission)
			if d.Area != area || !q.May(d.Permission) && !holds {
				continue
			}
			field.Options = append(field.Options, web.Option{Value: string(d.Permission), Label: d.Name, Hint: d.Sentence})
			if holds {
				field.Values = append(field.Values, string(d.Permission))
			}
		}
		if len(field.Options) > 0 {
			form.Add(web.Group{Fields: []web.Field{field}})
		}
	}
}

func permissions(v web.Values) []identity.Permission {
	all := make([]identity.Permission, len(v.Values["permissions"]))
	for i, name := range v.Values["permissions"] {
		all[i] = identity.Permission(name)
	}
	return all
}

func (p *Pages) createRole(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	r, err := p.Roles.Create(t, q.Principal, identity.NewRole{
		Name: v.Text("name"), Description: v.Text("description"), Permissions: permissions(v),
	})
	return web.Done{To: q.Href("/settings/roles"), Say: web.Flash{Text: "The role " + r.Name + " can be given now."}}, err
}

func (p *Pages) changeRole(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	name, description, all := v.Text("name"), v.Text("description"), permissions(v)
	r, err := p.Roles.Update(t, q.Principal, id, identity.ChangeRole{Name: &name, Description: &description, Permissions: &all})
	return web.Done{To: q.Href("/settings/roles"), Say: web.Flash{Text: "The role " + r.Name + " is saved. It counts at once."}}, err
}

func (p *Pages) askDelete(q *web.Request, form *web.Form) (*web.FormPage, error) {
	r, err := p.role(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("Delete the role “"+r.Name+"”", rolesCrumbs(q)...), Form: form}
	page.Text = "It can't be given any more, and it can't be taken back. Nobody may have it: give who does another role first."
	form.Submit, form.Cancel, form.Danger = "Delete the role", q.Href("/settings/roles/"+r.Key), true
	return page, nil
}

func (p *Pages) deleteRole(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/settings/roles"), Say: web.Flash{Text: "The role is deleted."}}, p.Roles.Delete(t, q.Principal, id)
}

// rolesCrumbs lead back from a role.
func rolesCrumbs(q *web.Request) []web.Link {
	return []web.Link{{Label: "Team & roles", Href: q.Href("/settings/team")}, {Label: "Roles", Href: q.Href("/settings/roles")}}
}
