package pairs

import (
	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	"chancery/internal/owners"
	"chancery/internal/tx"
)

// CustomerPeople manages the people of customers: owners says who may and what for,
// identity makes the users, and access or mailing tells them.
type CustomerPeople struct {
	*owners.Service

	Users *identity.Users
	Links *access.Links
	Mails *mailing.Service
}

// Invite gives somebody a role at a customer, and tells them by mail. Who is no user yet
// is made one.
func (p CustomerPeople) Invite(t tx.Tx, by owners.By, customer ident.UUID, n owners.NewPerson) (identity.User, error) {
	if _, err := p.Manages(t, by, customer); err != nil {
		return identity.User{}, err // before anybody is made
	}
	user, err := p.Users.Ensure(t, by.Vendor(), n.Email, n.Name)
	if err != nil {
		return identity.User{}, err
	}
	c, err := p.Join(t, by, customer, user.UUID, user.ID, n.Role)
	if err != nil {
		return identity.User{}, err
	}
	return user, p.tell(t, by.Vendor(), user, access.About{Customer: c.Name, Role: string(n.Role)})
}

// InviteAgain tells one of a customer's people again.
func (p CustomerPeople) InviteAgain(t tx.Tx, by owners.By, customer, user ident.UUID) error {
	c, person, err := p.Person(t, by, customer, user)
	if err != nil {
		return err
	}
	found, err := p.Users.Ensure(t, by.Vendor(), person.Email, "")
	if err != nil {
		return err
	}
	return p.tell(t, by.Vendor(), found, access.About{Customer: c.Name, Role: string(person.Role)})
}

// tell sends an invitation to who has no way to sign in yet, and a mail that says so to
// all others.
func (p CustomerPeople) tell(t tx.Tx, vendor ident.VendorID, u identity.User, about access.About) error {
	if u.DisabledAt != nil {
		return fault.Refused("user_disabled", "The vendor has disabled the account of this address.", "Ask the vendor.")
	}
	if !u.HasPassword && u.SignedInAt == nil && !u.IsStaff() {
		return p.Links.InviteTo(t, vendor, u.UUID, about)
	}
	return p.Mails.Queue(t, vendor, mailing.Message{
		Kind: mailing.CustomerAdded, To: u.Email, Data: mailing.Data{Recipient: u.Name, Customer: about.Customer, Role: about.Role},
	})
}
