package people

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// People changes the people of customers.
type People interface {
	Invite(t tx.Tx, by owners.By, customer ident.UUID, n owners.NewPerson) (identity.User, error)
	InviteAgain(t tx.Tx, by owners.By, customer, user ident.UUID) error
	SetRole(t tx.Tx, by owners.By, customer, user ident.UUID, role owners.Role) (owners.Person, error)
	Leave(t tx.Tx, by owners.By, customer, user ident.UUID) (owners.Person, error)
}

// Rows reads the people of customers. What is missing, or not to be shown, is a NotFound
// fault.
type Rows interface {
	People(ctx context.Context, by owners.By, customer ident.UUID, r listing.Request) (owners.Customer, listing.Page[owners.Person], error)
	PersonOf(ctx context.Context, by owners.By, customer, user ident.UUID) (owners.Customer, owners.Person, error)
}

// Config is what the pages need; all of it but More is required.
type Config struct {
	Face   *web.Face
	People People
	Rows   Rows
	Mails  bool // the server mails links: it has SMTP, and knows its address

	Path   string                         // of a customer's people, below the face, with {id}
	See    web.Access                     // who sees them
	Change web.Access                     // who changes them
	By     func(q *web.Request) owners.By // as whom

	// Chrome is the frame of the list, of the customer that the address names.
	Chrome func(q *web.Request) (web.Page, error)

	// More is what else can be done with a person; nil for nothing.
	More func(q *web.Request, p owners.Person) []web.Action

	// Count counts that an invitation to an address is to be mailed, and may refuse.
	Count func(q *web.Request, email string) error
}

// Pages are the pages of a customer's people.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.People == nil || c.Rows == nil || c.Path == "" || c.By == nil || c.Chrome == nil || c.Count == nil {
		return nil, errors.New("people: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := []edge.Route{
		web.Lists(p.Face, p.Path, p.See, p.table, p.chrome),
		web.ActWith(p.Face, p.Path+"/{user}/again", p.Change, p.home, p.countAgain, p.again),
	}
	routes = append(routes, web.AskWith(p.Face, p.Path+"/invite", p.Change, "form.html", p.askInvite, p.countInvite, p.invite)...)
	routes = append(routes, web.Edit(p.Face, p.Path+"/{user}", p.Change, "form.html", web.OfID("customer"), p.askRole, p.setRole)...)
	return append(routes, web.Ask(p.Face, p.Path+"/{user}/remove", p.Change, "form.html", p.askRemove, p.remove)...)
}

// home is the address of the list.
func (p *Pages) home(q *web.Request) string {
	id, _ := q.ID("id") // an address that holds none leads to a page that says so
	return q.At(p.Path, id)
}

func (p *Pages) mayChange(q *web.Request) bool { return q.May(p.Change.Permission) }

func (p *Pages) chrome(q *web.Request) (web.Page, error) {
	page, err := p.Chrome(q)
	if err == nil && p.mayChange(q) {
		page.Actions = []web.Action{{Label: q.T("Invite somebody"), Href: p.home(q) + "/invite", Icon: "plus"}}
	}
	return page, err
}

func (p *Pages) table(q *web.Request) (web.Table[owners.Person], error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Table[owners.Person]{}, err
	}
	by, home := p.By(q), p.home(q)
	return web.Table[owners.Person]{
		Name: "people", Sorts: []string{"created_at"},
		Empty: web.Empty{Icon: "users", Title: q.T("Nobody yet"), Text: q.T("Licences are looked after by their licensees alone. Invite who else is to see them.")},
		ID:    func(p owners.Person) string { return p.UUID.String() },
		Columns: []web.Column[owners.Person]{
			{Name: "person", Label: q.T("Person"), Cell: func(one owners.Person) web.Cell {
				cell := web.Cell{Text: one.Name}
				if one.Name != one.Email {
					cell.Sub = one.Email
				}
				if p.mayChange(q) && !by.IsSelf(one) {
					cell.Href = home + "/" + one.UUID.String()
				}
				return cell
			}, Plain: func(one owners.Person) string { return one.Email }},
			{Name: "role", Label: q.T("Role"), Cell: func(one owners.Person) web.Cell { return web.Cell{Text: q.Language().Word(show.RoleName(one.Role))} }},
			{Name: "signed_in", Label: q.T("Signed in"), Cell: func(one owners.Person) web.Cell {
				if one.SignedInAt == nil {
					badge := web.BadgeInvited
					return web.Cell{Badge: &badge}
				}
				return web.Cell{When: *one.SignedInAt}
			}},
			{Name: "since", Label: q.T("Since"), Sort: "created_at", Cell: func(one owners.Person) web.Cell { return web.Cell{When: one.Since} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[owners.Person], error) {
			_, page, err := p.Rows.People(q.Context(), by, id, r)
			return page, err
		},
	}, nil
}
