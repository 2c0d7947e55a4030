package owners

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Customer is a customer whose people are managed.
type Customer struct {
	ID   ident.CustomerID
	UUID ident.UUID
	Name string
}

// Person is one of a customer's people: a user with a role there.
type Person struct {
	User       ident.UserID
	UUID       ident.UUID // of the user
	Email      string
	Name       string
	Role       Role
	Since      time.Time
	SignedInAt *time.Time // the last time since they got the role; nil for never
}

// NewPerson is somebody who is to look after a customer's licences.
type NewPerson struct {
	Email string
	Name  string // the address when empty; of no use for who is a user already
	Role  Role
}

// By is who changes the people of a customer.
type By struct {
	vendor ident.VendorID
	reach  *Reach // nil for the vendor's staff
}

// ByStaff is somebody of the vendor's staff, who may manage its customers.
func ByStaff(vendor ident.VendorID) By { return By{vendor: vendor} }

// ByOwner is a user on the portal.
func ByOwner(r Reach) By { return By{r.Vendor, &r} }

// Vendor is whose customers these are.
func (b By) Vendor() ident.VendorID { return b.vendor }

// MaySee reports whether the people of a customer may be shown.
func (b By) MaySee(customer ident.UUID) bool {
	if b.reach == nil {
		return !b.vendor.IsZero()
	}
	m, found := b.reach.At(customer)
	return found && m.Manages()
}

// IsSelf reports whether a person is who changes the people.
func (b By) IsSelf(p Person) bool { return b.reach != nil && b.reach.User == p.User }

// PeopleStore keeps who has which role at which customer.
type PeopleStore interface {
	// Customer locks a customer, so that changes of its people wait for each other.
	Customer(t tx.Tx, vendor ident.VendorID, customer ident.UUID) (c Customer, found bool, err error)

	// Person reads one of a customer's people; found is false for a user without a role there.
	Person(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UUID) (p Person, found bool, err error)

	// PutRole gives a user a role at a customer, in the place of one that the user has.
	PutRole(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UserID, role Role) error

	// RemoveRole takes a user's role at a customer away.
	RemoveRole(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UserID) error
}

// Manages returns a customer whose people somebody may manage at this moment. One at
// which a user has no role is like one that does not exist: customer_not_found.
func (s *Service) Manages(t tx.Tx, by By, customer ident.UUID) (Customer, error) {
	c, found, err := s.store.Customer(t, by.vendor, customer)
	if err != nil {
		return Customer{}, err
	}
	if !found {
		return Customer{}, fault.Missing("customer")
	}
	if by.reach == nil {
		return c, nil
	}
	now, found, err := s.store.Reach(t, by.vendor, by.reach.User)
	if err != nil {
		return Customer{}, err
	}
	m, member := now.At(customer)
	switch {
	case !found || !member:
		return Customer{}, fault.Missing("customer")
	case !m.Manages():
		return Customer{}, RoleMissing()
	}
	return c, nil
}

// Join gives a user a role at a customer, at which the user has none yet.
func (s *Service) Join(t tx.Tx, by By, customer, user ident.UUID, id ident.UserID, role Role) (Customer, error) {
	if err := known(role); err != nil {
		return Customer{}, err
	}
	c, err := s.Manages(t, by, customer)
	if err != nil {
		return Customer{}, err
	}
	_, found, err := s.store.Person(t, by.vendor, c.ID, user)
	if err != nil {
		return Customer{}, err
	}
	if found {
		return Customer{}, fault.Refused("customer_user_exists", "This person has a role at the customer.", "Change the role instead.")
	}
	if err := s.store.PutRole(t, by.vendor, c.ID, id, role); err != nil {
		return Customer{}, err
	}
	p, _, err := s.store.Person(t, by.vendor, c.ID, user)
	if err != nil {
		return Customer{}, err
	}
	journal(t, by, "customer.user_added", c, nil, &p)
	return c, nil
}

// Person returns one of a customer's people whom somebody may manage at this moment.
func (s *Service) Person(t tx.Tx, by By, customer, user ident.UUID) (Customer, Person, error) {
	c, err := s.Manages(t, by, customer)
	if err != nil {
		return Customer{}, Person{}, err
	}
	p, found, err := s.store.Person(t, by.vendor, c.ID, user)
	if err == nil && !found {
		err = fault.Missing("user")
	}
	return c, p, err
}

// SetRole gives one of a customer's people another role, at once in every session.
func (s *Service) SetRole(t tx.Tx, by By, customer, user ident.UUID, role Role) (Person, error) {
	if err := known(role); err != nil {
		return Person{}, err
	}
	c, before, err := s.other(t, by, customer, user)
	if err != nil || before.Role == role {
		return before, err
	}
	after := before
	after.Role = role
	journal(t, by, "customer.user_role_changed", c, &before, &after)
	return after, s.store.PutRole(t, by.vendor, c.ID, before.User, role)
}

// Leave takes the role of one of a customer's people away. The user stays, with what
// else is theirs.
func (s *Service) Leave(t tx.Tx, by By, customer, user ident.UUID) (Person, error) {
	c, before, err := s.other(t, by, customer, user)
	if err != nil {
		return Person{}, err
	}
	journal(t, by, "customer.user_removed", c, &before, nil)
	return before, s.store.RemoveRole(t, by.vendor, c.ID, before.User)
}

// other finds one of a customer's people whom somebody may change: nobody changes their
// own role, so that a customer keeps an administrator who has not left by mistake.
func (s *Service) other(t tx.Tx, by By, customer, user ident.UUID) (Customer, Person, error) {
	c, p, err := s.Person(t, by, customer, user)
	if err == nil && by.IsSelf(p) {
		err = fault.Refused("own_role", "Nobody changes their own role.", "Ask another administrator, or the vendor.")
	}
	return c, p, err
}

func known(role Role) error {
	if role.Known() {
		return nil
	}
	return fault.Wrong(fault.Field{Name: "role", Message: "must be viewer, operator or administrator"})
}

type personRecord struct {
	Email string `json:"email"`
	Role  Role   `json:"role"`
}

// journal records a change; before or after is nil for somebody who comes or leaves.
func journal(t tx.Tx, by By, action string, c Customer, before, after *Person) {
	e := tx.Entry{Vendor: by.vendor, Action: action, Subject: "customer", ID: c.UUID}
	if before != nil {
		e.Before = personRecord{before.Email, before.Role}
	}
	if after != nil {
		e.After = personRecord{after.Email, after.Role}
	}
	t.Journal(e)
}
