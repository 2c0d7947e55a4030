package customers

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// People changes who looks after the licences of customers.
type People interface {
	Invite(t tx.Tx, by owners.By, customer ident.UUID, n owners.NewPerson) (identity.User, error)
	SetRole(t tx.Tx, by owners.By, customer, user ident.UUID, role owners.Role) (owners.Person, error)
	Leave(t tx.Tx, by owners.By, customer, user ident.UUID) (owners.Person, error)
	Person(t tx.Tx, by owners.By, customer, user ident.UUID) (owners.Customer, owners.Person, error)
}

// PeopleRows reads them. What is missing is a NotFound fault.
type PeopleRows interface {
	People(ctx context.Context, by owners.By, customer ident.UUID, r listing.Request) (owners.Customer, listing.Page[owners.Person], error)
}

type customerUser struct {
	UserID       ident.UUID `json:"user_id" format:"uuid"`
	Email        string     `json:"email"`
	Name         string     `json:"name"`
	Role         string     `json:"role" enum:"viewer,operator,administrator" doc:"viewer sees the customer's licences; operator also names and deletes devices; administrator also manages people and switches"`
	Since        time.Time  `json:"since"`
	LastSignInAt *time.Time `json:"last_sign_in_at" nullable:"true" doc:"null: not since they got the role"`
}

type customerUserInvite struct {
	Email string `json:"email" minLength:"1" maxLength:"254"`
	Name  string `json:"name,omitempty" maxLength:"254" doc:"of somebody who is no user yet; the address if left out"`
	Role  string `json:"role" enum:"viewer,operator,administrator"`
}

type customerUserChange struct {
	UserID ident.UUID `json:"user_id" format:"uuid"`
	Role   string     `json:"role" enum:"viewer,operator,administrator"`
}

func showPerson(p owners.Person) customerUser {
	return customerUser{UserID: p.UUID, Email: p.Email, Name: p.Name, Role: string(p.Role), Since: p.Since, LastSignInAt: p.SignedInAt}
}

func (a *Area) people(m *operation.Maker) []operation.Operation {
	const group = "Customers"
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/customers/{id}/users", ID: "list-customer-users", Group: group, Summary: "List who looks after a customer's licences on the dashboard",
			About: "Licensees of single licences are not among them.", Permission: identity.ViewCustomers,
		}, []string{"created_at"}, func(q *operation.Request, r listing.Request) (listing.Page[owners.Person], error) {
			_, page, err := a.PeopleRows.People(q.Context, owners.ByStaff(q.Vendor), q.ID, r)
			return page, err
		}, showPerson),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/customers/{id}/users", ID: "invite-customer-user", Group: group,
			Summary: "Let somebody look after a customer's licences",
			About:   "They are told by mail how to sign in. Who is no user yet is made one, and is mailed an invitation.", Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, in customerUserInvite) (customerUser, error) {
			by := owners.ByStaff(q.Vendor)
			u, err := a.People.Invite(t, by, q.ID, owners.NewPerson{Email: in.Email, Name: in.Name, Role: owners.Role(in.Role)})
			if err != nil {
				return customerUser{}, err
			}
			_, p, err := a.People.Person(t, by, q.ID, u.UUID)
			return showPerson(p), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/customers/{id}/users", ID: "update-customer-user", Group: group,
			Summary: "Give one of a customer's users another role",
			About:   "It counts at once, in every session.", Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, in customerUserChange) (customerUser, error) {
			p, err := a.People.SetRole(t, owners.ByStaff(q.Vendor), q.ID, in.UserID, owners.Role(in.Role))
			return showPerson(p), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/customers/{id}/users", ID: "remove-customer-user", Group: group,
			Summary:    "Take a user's role at a customer away",
			About:      "The user stays, with the licences that name them as their licensee.",
			Queries:    []operation.Query{{Name: "user_id", Kind: operation.UUID, Doc: "the user to remove; required"}},
			Permission: identity.ManageCustomers,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			id := q.UUID("user_id")
			_, err := a.People.Leave(t, owners.ByStaff(q.Vendor), q.ID, id)
			if id.IsZero() && fault.Is(err, "user_not_found") {
				err = fault.Wrong(fault.Field{Name: "user_id", Message: "is required"})
			}
			return operation.Nothing{}, err
		}),
	}
}
