package customers

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/people"
	"chancery/internal/web/show"
)

//go:embed all:templates
var templates embed.FS

// Rows reads customers.
type Rows interface {
	// ByUUID fails with a NotFound fault when there is none.
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (customers.Customer, error)
	List(ctx context.Context, v ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)

	// Ancestors gives the customers above c, the nearest first.
	Ancestors(ctx context.Context, v ident.VendorID, c ident.CustomerID) ([]customers.Customer, error)

	// CountBelow counts the customers directly below c, and stops at most.
	CountBelow(ctx context.Context, v ident.VendorID, c ident.CustomerID, most int) (int, error)
}

// Customers changes customers.
type Customers interface {
	Create(t tx.Tx, v ident.VendorID, r customers.Create) (customers.Customer, error)
	Update(t tx.Tx, v ident.VendorID, id ident.UUID, r customers.Change) (customers.Customer, error)

	// Delete deletes a customer that nothing refers to.
	Delete(t tx.Tx, v ident.VendorID, id ident.UUID) error
}

// Licenses reads licences.
type Licenses interface {
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)

	// CountSome counts the licences of an edition or a customer, and stops at most.
	CountSome(ctx context.Context, v ident.VendorID, f licensing.Filter, most int) (int, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face      *web.Face
	Rows      Rows
	Customers Customers
	Licenses  Licenses
	History   show.History

	// People and PeopleRows are those who look after a customer's licences; Mails says
	// whether they can be mailed links.
	People     people.People
	PeopleRows people.Rows
	Mails      bool
}

// Pages are the pages of customers.
type Pages struct {
	Config

	people *people.Pages
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Customers == nil || c.Licenses == nil || c.History == nil {
		return nil, errors.New("customers: the configuration is incomplete")
	}
	var err error
	if c.Face, err = c.Face.Area(templates); err != nil {
		return nil, err
	}
	p := &Pages{Config: c}
	p.people, err = people.New(people.Config{
		Face: c.Face, People: c.People, Rows: c.PeopleRows, Mails: c.Mails, Path: "/customers/{id}/people",
		See: web.Needs(identity.ViewCustomers), Change: web.Needs(identity.ManageCustomers),
		By: func(q *web.Request) owners.By { return owners.ByStaff(q.VendorID()) },
		Chrome: func(q *web.Request) (web.Page, error) {
			page, _, err := p.chrome(q, "people")
			return page, err
		},
		More:  account,
		Count: func(*web.Request, string) error { return nil }, // staff are trusted
	})
	return p, err
}

// account leads to a person's account, for who manages accounts.
func account(q *web.Request, one owners.Person) []web.Action {
	if !q.May(identity.ManageTeam) {
		return nil
	}
	return []web.Action{{Label: "Account", Href: q.Href("/settings/team/" + one.UUID.String()), Icon: "user", Plain: true}}
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	var all []edge.Route
	for _, routes := range [][]edge.Route{web.Compressed(p.list()...), p.customer(), p.forms(), p.move(), p.remove(), p.people.Routes()} {
		all = append(all, routes...)
	}
	return all
}
