package customers

import (
	"context"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps customers and their tree.
type Store interface { //nolint:interfacebloat // all that one room stores
	// LockTree keeps other changes of the vendor's tree out until the transaction
	// ends. Customers without a superior are made without it.
	LockTree(t tx.Tx, vendor ident.VendorID) error

	// Insert stores c, below c.SuperiorID if that is not 0, and gives free false
	// when its number is taken.
	Insert(t tx.Tx, vendor ident.VendorID, c Customer) (id ident.CustomerID, free bool, err error)

	// Update stores all but the place in the tree; free is false when the number is taken.
	Update(t tx.Tx, vendor ident.VendorID, c Customer) (free bool, err error)

	// Move puts c under superior, or under none when that is 0. RehangOne then makes its
	// own lines to those above it anew.
	Move(t tx.Tx, vendor ident.VendorID, c ident.CustomerID, superior ident.CustomerID) error
	RehangOne(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) error

	Moves

	// Uses tells how many licences a customer holds, how many customers are directly below
	// it, and in how many transfers of prepaid cards and devices it stands. Delete deletes
	// one that has none of them.
	Uses(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) (licenses, below, transfers int64, err error)
	Delete(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) error

	// Get locks the customer until the transaction ends.
	Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (c Customer, found bool, err error)

	// Within tells whether c is superior or below it.
	Within(t tx.Tx, vendor ident.VendorID, superior, c ident.CustomerID) (bool, error)

	// Levels tells how many levels there are above c and, where nothing is being moved, below it.
	Levels(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) (above, below int, err error)
}

// Moves keeps how far the moves of large branches have come.
type Moves interface {
	// Rehang makes the lines anew of those below c, in the order of their ids from the
	// one behind after on, at most limit. It gives the last of them; 0 at the end.
	Rehang(t tx.Tx, vendor ident.VendorID, c, after ident.CustomerID, limit int) (last ident.CustomerID, err error)

	// NoteMove remembers how far a move of c has come; a vendor has one at a time, which
	// NotedMove gives and EndMove forgets.
	NoteMove(t tx.Tx, vendor ident.VendorID, c, after ident.CustomerID) error
	NotedMove(t tx.Tx, vendor ident.VendorID) (c, after ident.CustomerID, noted bool, err error)
	EndMove(t tx.Tx, vendor ident.VendorID) error
}

// Reader reads committed data.
type Reader interface {
	// Moving gives the vendors of which a customer's move has yet to reach all below it.
	Moving(ctx context.Context) ([]ident.VendorID, error)
}

// Config is what the service needs; all of it but Followers is required.
type Config struct {
	Store  Store
	Reader Reader
	Runner tx.Runner // for moves that go in portions
	IDs    ident.Source

	Followers Followers // nil where nobody keeps customers' addresses
}

// Followers bring what they keep of customers up to date.
type Followers interface {
	// AddressChanged tells of a customer that has had a former address until now, in the
	// transaction of the change. Either may be empty.
	AddressChanged(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, former, address string) error
}

// Service changes customers.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Reader == nil || c.Runner == nil || c.IDs.Rand == nil {
		return nil, errors.New("customers: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// Create is a request for a new customer.
type Create struct {
	CompanyName string
	Number      string // made here when empty
	Email       string
	Language    string      // "" for the vendor's
	Superior    *ident.UUID // nil for none
}

// Check tells why Create would refuse r, as far as it can be told from r alone.
func (r Create) Check() error {
	number := r.Number
	if number == "" {
		number = newNumber(make([]byte, numberLetters)) // one is made
	}
	_, err := draft(r, number)
	return err
}

// draft is the customer that r asks for, as it is stored, with a number of its own.
func draft(r Create, number string) (Customer, error) {
	return Customer{CompanyName: r.CompanyName, Number: number, Email: r.Email, Language: r.Language}.read(Customer{})
}

// attempts at a number that nobody has; each fails once in a million million.
const attempts = 5

// Create makes a customer.
func (s *Service) Create(t tx.Tx, vendor ident.VendorID, r Create) (Customer, error) {
	number := r.Number
	if number == "" {
		number = newNumber(s.IDs.Secret(numberLetters))
	}
	c, err := draft(r, number)
	if err != nil {
		return Customer{}, err
	}
	c.UUID, c.CreatedAt, c.UpdatedAt = s.IDs.V7(), t.Now(), t.Now()
	if r.Superior != nil {
		superior, err := s.superior(t, vendor, *r.Superior, 0)
		if err != nil {
			return Customer{}, err
		}
		c.SuperiorID, c.SuperiorUUID, c.SuperiorName, c.SuperiorNumber = superior.ID, superior.UUID, superior.CompanyName, superior.Number
	}
	for attempt := 1; ; attempt++ {
		id, free, err := s.Store.Insert(t, vendor, c)
		if err != nil {
			return Customer{}, err
		}
		if free {
			c.ID = id
			break
		}
		if r.Number != "" || attempt == attempts {
			return Customer{}, numberTaken()
		}
		c.Number = newNumber(s.IDs.Secret(numberLetters))
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "customer.created", Subject: "customer", ID: c.UUID, After: recordOf(c)})
	t.Enqueue(tx.Event{Vendor: vendor, Type: "customer.created", Stream: c.UUID, Payload: event(c)})
	return c, nil
}

// Change is what to change of a customer; nil leaves a field as it is.
type Change struct {
	CompanyName *string
	Number      *string
	Email       *string
	Language    *string
	Superior    **ident.UUID // a pointer to nil takes the customer out from under its superior
}

// Update changes a customer, and moves it with all below it when a superior is given:
// a first portion of them at once (see FinishMoves).
func (s *Service) Update(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, r Change) (Customer, error) {
	if r.Superior != nil {
		// Before the customer's own lock, as everywhere.
		if err := s.Store.LockTree(t, vendor); err != nil {
			return Customer{}, err
		}
	}
	before, err := s.get(t, vendor, uuid)
	if err != nil {
		return Customer{}, err
	}
	after := before
	set(&after.CompanyName, r.CompanyName)
	set(&after.Number, r.Number)
	set(&after.Email, r.Email)
	set(&after.Language, r.Language)
	if after, err = after.read(before); err != nil {
		return Customer{}, err
	}
	if r.Superior != nil {
		if after, err = s.move(t, vendor, after, *r.Superior); err != nil {
			return Customer{}, err
		}
	}
	if after == before {
		return before, nil
	}
	after.UpdatedAt = t.Now()
	free, err := s.Store.Update(t, vendor, after)
	if err != nil {
		return Customer{}, err
	}
	if !free {
		return Customer{}, numberTaken()
	}
	if after.Email != before.Email && s.Followers != nil {
		if err := s.Followers.AddressChanged(t, vendor, after.ID, before.Email, after.Email); err != nil {
			return Customer{}, err
		}
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "customer.updated", Subject: "customer", ID: uuid, Before: recordOf(before), After: recordOf(after),
	})
	t.Enqueue(tx.Event{Vendor: vendor, Type: "customer.updated", Stream: uuid, Payload: event(after)})
	return after, nil
}

func (s *Service) get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Customer, error) {
	c, found, err := s.Store.Get(t, vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("customer")
	}
	return c, err
}

func numberTaken() *fault.Error {
	return fault.Refused("customer_number_taken", "Another customer has this number.",
		"Choose another number, or leave it out and one is made.")
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
