package search

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
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Licenses finds licences and their clients.
type Licenses interface {
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)
	Seats(ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request) (listing.Page[licensing.Seat], error)
}

// Customers finds customers.
type Customers interface {
	List(ctx context.Context, v ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)
}

// Users finds the people of a vendor whose address begins with a text.
type Users interface {
	ByEmailPrefix(ctx context.Context, v ident.VendorID, prefix string, limit int) ([]identity.User, error)
}

// Config is what the page needs; all of it is required.
type Config struct {
	Face      *web.Face
	Licenses  Licenses
	Customers Customers
	Users     Users
}

// Pages are the search.
type Pages struct {
	Config
}

// New makes the page.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Licenses == nil || c.Customers == nil || c.Users == nil {
		return nil, errors.New("search: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the search.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/search", web.Needs(identity.OwnAccount), "search.html", p.search)}
}

// shown is how many of each kind are found.
const shown = 8

// fewest is how many characters make a search.
const fewest = 2

type searchPage struct {
	web.Page

	Kinds []kind
	Asked bool
}

// kind is what was found of one kind.
type kind struct {
	Label string
	Found []found
	More  string // address of the list with all of them; empty for none
}

type found struct{ Text, Sub, Href string }

func (p *Pages) search(q *web.Request) (*searchPage, error) {
	text := q.Text("q")
	page := &searchPage{Page: q.Page("Search"), Asked: len([]rune(text)) >= fewest}
	page.Sub = "Licences, customers, devices and users: by what you hold of them."
	if !page.Asked {
		return page, nil
	}
	for _, look := range []struct {
		needs identity.Permission
		find  func(q *web.Request, text string) (kind, error)
	}{
		{identity.ViewLicenses, p.licenses}, {identity.ViewCustomers, p.customers}, {identity.ViewDevices, p.devices}, {identity.ManageTeam, p.users},
	} {
		if !q.May(look.needs) {
			continue
		}
		k, err := look.find(q, text)
		if err != nil {
			return nil, err
		}
		if len(k.Found) > 0 {
			page.Kinds = append(page.Kinds, k)
		}
	}
	return page, nil
}

func (p *Pages) licenses(q *web.Request, text string) (kind, error) {
	k := kind{Label: "Licences"}
	prefix, ok := licensing.ParsePrefix(text)
	if !ok {
		return k, nil
	}
	all, err := p.Licenses.List(q.Context(), q.VendorID(), licensing.Filter{Search: &prefix}, listing.Request{Limit: shown, Sort: "created_at", Desc: true})
	for _, l := range all.Items {
		k.Found = append(k.Found, found{
			show.LicenseName(l), l.Customer.CompanyName + " · " + show.LicenseBadge(l, q.Now()).Word, show.LicenseHref(q, l.UUID),
		})
	}
	if all.Next != "" {
		k.More = more(q, "/licenses", text)
	}
	return k, err
}

func (p *Pages) customers(q *web.Request, text string) (kind, error) {
	k := kind{Label: "Customers"}
	all, err := show.MatchCustomers(q.Context(), p.Customers, q.VendorID(), text, shown)
	for _, c := range all {
		k.Found = append(k.Found, found{c.CompanyName, c.Number, show.CustomerHref(q, c.UUID)})
	}
	return k, err
}

func (p *Pages) devices(q *web.Request, text string) (kind, error) {
	k := kind{Label: "Devices"}
	all, err := p.Licenses.Seats(q.Context(), q.VendorID(), licensing.ClientFilter{Search: text, Now: q.Now()},
		listing.Request{Limit: shown, Sort: "created_at", Desc: true})
	for _, s := range all.Items {
		sub := show.Joined(show.Beside(s.Activation), s.Activation.Device.Number)
		if s.License != nil {
			sub += " · " + s.License.Customer.CompanyName
		}
		k.Found = append(k.Found, found{show.ClientName(s.Activation), sub, show.ActivationHref(q, s.Activation.UUID)})
	}
	if all.Next != "" {
		k.More = more(q, "/devices", text)
	}
	return k, err
}

func (p *Pages) users(q *web.Request, text string) (kind, error) {
	k := kind{Label: "Users"}
	all, err := p.Users.ByEmailPrefix(q.Context(), q.VendorID(), text, shown)
	for _, u := range all {
		role, href := u.Role.Name, q.Href("/settings/team")
		if !u.IsStaff() {
			role, href = "Licensee", q.Href("/licenses")+"?"+query("licensee", u.Email)
		}
		k.Found = append(k.Found, found{u.Name, u.Email + " · " + role, href})
	}
	return k, err
}
