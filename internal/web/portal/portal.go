package portal

import (
	"chancery/internal/access"
	"chancery/internal/identity"
	"chancery/internal/language"
	"chancery/internal/web"
)

// Name is the first part of the portal's addresses.
const Name = string(access.Portal)

// HandOverPath is where the links lead, below the face, by which people take a licence over.
const HandOverPath = "/take-over"

// Places are the portal's pages that shared pages lead to.
func Places() web.Places {
	return web.Places{License: "/licenses/{id}", Activation: "/activations/{id}"}
}

// Own is access for every owner of licences who is signed in.
func Own() web.Access { return web.Needs(identity.OwnLicenses) }

// People is access for who is an administrator of a customer.
func People() web.Access { return web.Needs(identity.OwnPeople) }

// entry is one entry of the navigation and what one needs to see it.
type entry struct {
	label, path, icon string
	needs             identity.Permission
}

// entries are the navigation. Those without a page do not show.
func entries() []entry {
	return []entry{
		{language.Mark("Overview"), "/", "home", identity.OwnLicenses},
		{language.Mark("People"), "/people", "users", identity.OwnPeople},
		{language.Mark("History"), "/history", "history", identity.OwnPeople},
		{language.Mark("Help"), "/help", "help-circle", identity.OwnLicenses},
		{language.Mark("Account"), "/account", "user", identity.OwnAccount},
	}
}

// Nav is the portal's navigation.
func Nav(p identity.Principal, base string, active func(path string) bool) []web.NavGroup {
	var g web.NavGroup
	for _, e := range entries() {
		if p.May(e.needs) {
			g.Items = append(g.Items, web.NavItem{Label: e.label, Href: base + e.path, Icon: e.icon, Active: active(e.path)})
		}
	}
	return []web.NavGroup{g}
}
