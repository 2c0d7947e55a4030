package people

import (
	"context"
	"errors"
	"net/http"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/web"
	shared "chancery/internal/web/people"
	"chancery/internal/web/portal"
)

// Config is what the pages need; all of it is required.
type Config struct {
	Face   *web.Face
	People shared.People
	Rows   shared.Rows
	Mails  bool // the server mails links

	// Count counts that somebody has an invitation mailed to an address, and may refuse.
	Count func(ctx context.Context, vendor ident.VendorID, own access.Person, to string) error
}

// path is the address of a customer's people.
const path = "/people/{id}"

// Pages are the pages of people.
type Pages struct {
	face *web.Face
	one  *shared.Pages // of one customer
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Count == nil {
		return nil, errors.New("people: the configuration is incomplete")
	}
	one, err := shared.New(shared.Config{
		Face: c.Face, People: c.People, Rows: c.Rows, Mails: c.Mails, Path: path, See: portal.People(), Change: portal.People(),
		By:     func(q *web.Request) owners.By { return owners.ByOwner(q.Reach()) },
		Chrome: chrome,
		Count: func(q *web.Request, email string) error {
			return c.Count(q.Context(), q.VendorID(), q.Person.Session.Person, email)
		},
	})
	return &Pages{c.Face, one}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return append(p.one.Routes(), web.Serve(p.face, http.MethodGet, "/people", portal.People(), first))
}

// managed are the customers whose people somebody manages.
func managed(q *web.Request) (all []owners.Membership) {
	for _, m := range q.Reach().Customers {
		if m.Manages() {
			all = append(all, m)
		}
	}
	return all
}

// first leads to the people of the first customer; the tabs there lead to the others.
func first(w http.ResponseWriter, q *web.Request) error {
	all := managed(q)
	if len(all) == 0 {
		return fault.Missing("customer")
	}
	http.Redirect(w, q.R, q.At(path, all[0].UUID), http.StatusSeeOther)
	return nil
}

func chrome(q *web.Request) (web.Page, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Page{}, err
	}
	m, found := q.Reach().At(id)
	if !found || !m.Manages() {
		return web.Page{}, fault.Missing("customer")
	}
	page := q.Page("People")
	page.Sub = "Who may look after the licences of " + m.Name + "."
	if all := managed(q); len(all) > 1 {
		for _, one := range all {
			page.Tabs = append(page.Tabs, web.Tab{Label: one.Name, Href: q.At(path, one.UUID), Active: one.UUID == id})
		}
	}
	return page, nil
}
