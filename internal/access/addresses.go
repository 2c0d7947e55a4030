package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Notice tells a person of a change of the address.
type Notice struct {
	To      string // one of the two addresses
	Person  Person
	Face    Face
	Former  string
	Address string // the new one
	ByStaff bool   // somebody of the vendor's staff has asked for it
	Changed bool   // it is done; else it was asked for
	Taken   bool   // it can't be done: the new address has an account of its own
}

// Moves gives what names an address the new one (the room of licences).
type Moves interface {
	// LicenseeMoved gives licences that name the former address the new one.
	LicenseeMoved(t tx.Tx, vendor ident.VendorID, former, address string) error
}

// AddressesConfig is what the service needs.
type AddressesConfig struct {
	Store    LinkStore
	People   People
	SignIn   *SignIn
	Attempts *Attempts
	Post     Post
	Moves    Moves
	Runner   tx.Runner
	IDs      ident.Source
}

// Addresses changes the address that somebody is known by. Until the new one confirms,
// the old one counts in all things; both are told, at the request and at the change.
type Addresses struct{ c AddressesConfig }

// NewAddresses makes the service.
func NewAddresses(c AddressesConfig) (*Addresses, error) {
	if c.Store == nil || c.People == nil || c.SignIn == nil || c.Attempts == nil || c.Post == nil || c.Moves == nil || c.Runner == nil || c.IDs.Rand == nil {
		return nil, errors.New("access: Addresses needs everything in its Config")
	}
	return &Addresses{c}, nil
}

// Proof is what somebody who is signed in proves anew who they are by.
type Proof struct {
	Password string
	Code     string // of who has no password: of the authenticator app, or a recovery code
}

// Ask asks for another address of one's own, which takes a proof, however short ago the
// sign-in was. Whether the new address has an account is told to nobody but its reader.
func (a *Addresses) Ask(ctx context.Context, vendor ident.VendorID, own Session, address string, proof Proof) error {
	email, err := readAddress(address, own.Person)
	if err != nil {
		return err
	}
	if err := a.c.SignIn.Prove(ctx, vendor, own, proof); err != nil {
		return err
	}
	for _, y := range []try{{kind: "address", email: own.Person.Email, limit: forgotLimit}, {kind: "forgot", email: email, limit: forgotLimit}} {
		if _, err := a.c.Attempts.begin(ctx, vendor, y); err != nil {
			return err
		}
	}
	return a.c.Runner.Run(ctx, func(t tx.Tx) error {
		return a.ask(t, vendor, own.Person.UUID, email, own.Face, false)
	})
}

// AskFor is Ask for somebody of the vendor's staff, who may change the person.
func (a *Addresses) AskFor(t tx.Tx, vendor ident.VendorID, person ident.UUID, address string) error {
	found, _, ok, err := a.c.People.Get(t, vendor, person)
	if err != nil || !ok {
		return errors.Join(err, missing(ok))
	}
	email, err := readAddress(address, found)
	if err != nil {
		return err
	}
	return a.ask(t, vendor, person, email, found.home(), true)
}

func readAddress(text string, p Person) (string, error) {
	email, ok := entry.Address(text)
	switch {
	case !ok:
		return "", fault.Wrong(fault.Field{Name: "email", Message: "must be one e-mail address such as anna@example.com"})
	case sameAddress(p.Email, email):
		return "", fault.Wrong(fault.Field{Name: "email", Message: "is the address already"})
	}
	return email, nil
}

func (a *Addresses) ask(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, email string, face Face, byStaff bool) error {
	person, _, found, err := a.c.People.Get(t, vendor, uuid)
	if err != nil {
		return err
	}
	if !found || person.DisabledAt != nil {
		return fault.Missing(asUser)
	}
	n := Notice{To: person.Email, Person: person, Face: face, Former: person.Email, Address: email, ByStaff: byStaff}
	if err := a.c.Post.Tell(t, vendor, n); err != nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "user.address_change_requested", Subject: asUser, ID: person.UUID,
		Before: addressRecord{person.Email}, After: addressRecord{email},
	})
	_, _, taken, err := a.c.People.GetByEmail(t, vendor, email)
	if err != nil {
		return err
	}
	if taken {
		n.To, n.Taken = email, true
		return errors.Join(a.c.Store.Drop(t, vendor, person.ID, NewAddress), a.c.Post.Tell(t, vendor, n))
	}
	letter := Letter{
		Kind: NewAddress, Person: person, Face: face, Secret: newLinkToken(a.c.IDs), ExpiresAt: t.Now().Add(NewAddress.life()), Address: email,
	}
	l := Link{Kind: NewAddress, Person: person, Hash: sha256.Sum256([]byte(letter.Secret)), ExpiresAt: letter.ExpiresAt, Address: email}
	if err := a.c.Store.Put(t, vendor, l); err != nil {
		return err
	}
	return a.c.Post.Queue(t, vendor, letter)
}

type addressRecord struct {
	Email string `json:"email"`
}

// Look tells what a link would change, without using it, as Links.Look does.
func (a *Addresses) Look(ctx context.Context, vendor ident.VendorID, token string) (Link, error) {
	return look(ctx, a.c.Store, vendor, token, a.c.IDs.Clock.Now(), NewAddress)
}

// Pending tells which address waits to be confirmed; empty for none.
func (a *Addresses) Pending(ctx context.Context, vendor ident.VendorID, own Person) (address string, until time.Time, err error) {
	l, found, err := a.c.Store.Of(ctx, vendor, own.ID, NewAddress)
	if err != nil || !found || !l.good(a.c.IDs.Clock.Now(), NewAddress) {
		return "", time.Time{}, err
	}
	return l.Address, l.ExpiresAt, nil
}

// Cancel takes a request of one's own back.
func (a *Addresses) Cancel(t tx.Tx, vendor ident.VendorID, own Person) error {
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.address_change_cancelled", Subject: asUser, ID: own.UUID})
	return a.c.Store.Drop(t, vendor, own.ID, NewAddress)
}

// Confirm uses a link up: the address of the person is the new one from now on, in all
// licences that name the former one, too, and every link that was sent to the old one ends.
func (a *Addresses) Confirm(ctx context.Context, vendor ident.VendorID, token string) (person Person, err error) {
	err = a.c.Runner.Run(ctx, func(t tx.Tx) error {
		if err := a.c.People.LockAddresses(t, vendor); err != nil {
			return err
		}
		l, found, err := a.c.Store.Take(t, vendor, sha256.Sum256([]byte(token)), NewAddress)
		if err != nil {
			return err
		}
		if !found || !l.good(t.Now(), NewAddress) {
			return errLink()
		}
		_, _, taken, err := a.c.People.GetByEmail(t, vendor, l.Address)
		if err != nil {
			return err
		}
		if taken {
			return fault.Refused("address_taken", "This address has got an account of its own meanwhile.", "Sign in with it, or ask the vendor.")
		}
		person = l.Person
		n := Notice{Person: person, Face: person.home(), Former: person.Email, Address: l.Address, Changed: true}
		if err := a.c.People.SetEmail(t, vendor, person.ID, l.Address); err != nil {
			return err
		}
		if err := a.c.Moves.LicenseeMoved(t, vendor, n.Former, n.Address); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: vendor, Action: "user.address_changed", Subject: asUser, ID: person.UUID, By: person.actor(),
			Before: addressRecord{n.Former}, After: addressRecord{n.Address},
		})
		person.Email = l.Address
		for _, n.To = range []string{n.Former, n.Address} {
			if err := a.c.Post.Tell(t, vendor, n); err != nil {
				return err
			}
		}
		return nil
	})
	return person, err
}
