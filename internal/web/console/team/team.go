package team

import (
	"context"
	"errors"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// Users changes users.
type Users interface {
	Rename(t tx.Tx, by identity.Principal, id ident.UUID, name string) (identity.User, error)
	SetRole(t tx.Tx, by identity.Principal, id ident.UUID, role string) (identity.User, error)
	Disable(t tx.Tx, by identity.Principal, id ident.UUID) (identity.User, error)
	Enable(t tx.Tx, by identity.Principal, id ident.UUID) (identity.User, error)
	Remove(t tx.Tx, by identity.Principal, id ident.UUID) error
	ClearSecondFactor(t tx.Tx, by identity.Principal, id ident.UUID) (identity.User, error)
}

// UserRows reads users. What is missing is a NotFound fault.
type UserRows interface {
	Staff(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.User], error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (identity.User, error)
}

// Invitations invites users.
type Invitations interface {
	Invite(t tx.Tx, by identity.Principal, n identity.NewUser) (identity.User, access.Letter, error)
	InviteAgain(t tx.Tx, by identity.Principal, id ident.UUID) (identity.User, access.Letter, error)

	// AskAddress asks for another address of a user's, which that has to confirm.
	AskAddress(t tx.Tx, by identity.Principal, id ident.UUID, address string) (identity.User, error)
}

// Roles changes the vendor's own roles.
type Roles interface {
	Create(t tx.Tx, by identity.Principal, n identity.NewRole) (identity.Role, error)
	Update(t tx.Tx, by identity.Principal, id ident.UUID, c identity.ChangeRole) (identity.Role, error)
	Delete(t tx.Tx, by identity.Principal, id ident.UUID) error
}

// RoleRows reads the vendor's own roles. What is missing is a NotFound fault.
type RoleRows interface {
	All(ctx context.Context, vendor ident.VendorID) ([]identity.Role, error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (identity.Role, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face        *web.Face
	Users       Users
	UserRows    UserRows
	Invitations Invitations
	Roles       Roles
	RoleRows    RoleRows

	Mails bool // the server mails links: it has SMTP, and knows its address

	// Address is the vendor's console as browsers are sent back to it. It fails
	// while nobody knows.
	Address func(q *web.Request) (string, error)
}

// Pages are the pages of the team.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Users == nil || c.UserRows == nil || c.Invitations == nil || c.Roles == nil || c.RoleRows == nil || c.Address == nil {
		return nil, errors.New("team: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// who may see and change the team.
func who() web.Access { return web.Needs(identity.ManageTeam) }

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := []edge.Route{web.Lists(p.Face, "/settings/team", who(), p.table, p.chrome)}
	routes = append(routes, p.invitations()...)
	routes = append(routes, p.user()...)
	return append(routes, p.roles()...)
}

func home(q *web.Request) string { return q.Href("/settings/team") }

// title is that of the pages with tabs.
const title = "Team & roles"

func crumb(q *web.Request) web.Link { return web.Link{Label: title, Href: home(q)} }

func tabs(q *web.Request, active string) []web.Tab {
	return []web.Tab{
		{Label: "Users", Href: home(q), Active: active == "users"},
		{Label: "Roles", Href: q.Href("/settings/roles"), Active: active == "roles"},
	}
}

func (p *Pages) chrome(q *web.Request) (web.Page, error) {
	page := q.Page(title)
	page.Sub = "Who works with the console, and what they may do."
	page.Tabs = tabs(q, "users")
	page.Actions = []web.Action{{Label: "Invite somebody", Href: q.Href("/settings/team/invite"), Icon: "plus"}}
	return page, nil
}

func badgeOf(u identity.User) web.Badge {
	switch {
	case u.DisabledAt != nil:
		return web.BadgeOff
	case !u.HasPassword && u.SignedInAt == nil:
		return web.BadgeInvited
	}
	return web.BadgeActive
}

func (p *Pages) table(q *web.Request) (web.Table[identity.User], error) {
	return web.Table[identity.User]{
		Name: "team", Sorts: []string{"created_at"},
		Empty: web.Empty{Icon: "users", Title: "Nobody yet", Text: "Invite the people you work with."},
		ID:    func(u identity.User) string { return u.UUID.String() },
		Columns: []web.Column[identity.User]{
			{Name: "user", Label: "User", Cell: func(u identity.User) web.Cell {
				return web.Cell{Text: u.Name, Sub: u.Email, Href: q.Href("/settings/team/" + u.UUID.String())}
			}, Plain: func(u identity.User) string { return u.Email }},
			{Name: "role", Label: "Role", Cell: func(u identity.User) web.Cell { return web.Cell{Text: u.Role.Name} }},
			{Name: "state", Label: "State", Cell: func(u identity.User) web.Cell { b := badgeOf(u); return web.Cell{Badge: &b} }},
			{Name: "factor", Label: "Second factor", Cell: factorCell},
			{Name: "signed_in", Label: "Signed in", Cell: func(u identity.User) web.Cell {
				if u.SignedInAt == nil {
					return web.Cell{Text: "Never", Quiet: true}
				}
				return web.Cell{When: *u.SignedInAt}
			}},
			{Name: "created", Label: "Created", Extra: true, Cell: func(u identity.User) web.Cell { return web.Cell{When: u.CreatedAt} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[identity.User], error) {
			return p.UserRows.Staff(q.Context(), q.VendorID(), r)
		},
	}, nil
}

func factorCell(u identity.User) web.Cell {
	switch {
	case u.HasTOTP && u.HasPasskey:
		return web.Cell{Text: "App and passkey"}
	case u.HasPasskey:
		return web.Cell{Text: "Passkey"}
	case u.HasTOTP:
		return web.Cell{Text: "App"}
	}
	return web.Cell{Text: "None", Quiet: true}
}

// grantable lists the roles that who is signed in may give.
func (p *Pages) grantable(q *web.Request) ([]web.Option, error) {
	own, err := p.RoleRows.All(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	var options []web.Option
	for _, r := range append(identity.BuiltInRoles(), own...) {
		if q.Principal.MayAll(r.Permissions) {
			options = append(options, web.Option{Value: r.Key, Label: r.Name, Hint: r.Description})
		}
	}
	return options, nil
}
