package pairs

import (
	"context"
	"fmt"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
)

// UserOf returns the user that a person is.
func UserOf(p access.Person) (identity.User, error) {
	u, ok := p.Handle.(identity.User)
	if !ok {
		return identity.User{}, fmt.Errorf("pairs: a person from elsewhere: %T", p.Handle) // a wiring defect
	}
	return u, nil
}

// SignedIn tells as whom the holder of a session's token acts on the console.
type SignedIn struct{ Sessions *access.Sessions }

// Authenticate returns whom a token belongs to, the principal with the permissions that
// the user's role has at this moment. The faults are those of access.Sessions.
func (s SignedIn) Authenticate(ctx context.Context, token string) (identity.Principal, identity.User, access.Session, error) {
	in, err := signedIn(ctx, s.Sessions, access.Console, token)
	if err != nil {
		return identity.Principal{}, identity.User{}, access.Session{}, err
	}
	return in.user.Principal(in.vendor, in.vendorUUID), in.user, in.session, nil
}

// came is a user who is signed in.
type came struct {
	user       identity.User
	session    access.Session
	vendor     ident.VendorID
	vendorUUID ident.UUID
}

func signedIn(ctx context.Context, s *access.Sessions, face access.Face, token string) (in came, err error) {
	if in.session, in.vendor, in.vendorUUID, err = s.Authenticate(ctx, face, token); err != nil {
		return came{}, err
	}
	in.user, err = UserOf(in.session.Person)
	return in, err
}

// UserProofs tells identity how users prove who they are.
type UserProofs struct {
	Passwords *access.Passwords
	People    access.People
	Factors   *access.Factors
	Sessions  *access.Sessions
}

var _ identity.Proofs = UserProofs{}

// Hash implements identity.Proofs.
func (p UserProofs) Hash(ctx context.Context, password string) (string, error) {
	return p.Passwords.Hash(ctx, password)
}

// SetPassword implements identity.Proofs.
func (p UserProofs) SetPassword(t tx.Tx, vendor ident.VendorID, user ident.UserID, hash string) error {
	return p.People.SetPassword(t, vendor, user, hash)
}

// ClearFactors implements identity.Proofs.
func (p UserProofs) ClearFactors(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	return p.Factors.Clear(t, vendor, user)
}

// EndSessions implements identity.Proofs.
func (p UserProofs) EndSessions(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	return p.Sessions.EndAll(t, vendor, user)
}

var _ access.Newcomers = (*identity.Users)(nil)

// Invitations invites users: identity says whom one may make or change, and access
// makes the link that proves who comes.
type Invitations struct {
	Users *identity.Users
	Links *access.Links

	Addresses *access.Addresses
}

// Invite makes a user who has no password yet, and sends an invitation.
func (i Invitations) Invite(t tx.Tx, by identity.Principal, n identity.NewUser) (identity.User, access.Letter, error) {
	n.Secret = nil
	user, err := i.Users.Create(t, by, n)
	if err != nil {
		return identity.User{}, access.Letter{}, err
	}
	letter, err := i.Links.Invite(t, by.Vendor, user.UUID)
	return user, letter, err
}

// InviteAgain sends a new invitation to a user who has not come yet.
func (i Invitations) InviteAgain(t tx.Tx, by identity.Principal, id ident.UUID) (identity.User, access.Letter, error) {
	user, err := i.Users.Reach(t, by, id)
	if err != nil {
		return identity.User{}, access.Letter{}, err
	}
	letter, err := i.Links.InviteAgain(t, by.Vendor, id)
	return user, letter, err
}

// AskAddress asks for another address of a user's, which that has to confirm.
func (i Invitations) AskAddress(t tx.Tx, by identity.Principal, id ident.UUID, address string) (identity.User, error) {
	user, err := i.Users.Reach(t, by, id)
	if err != nil {
		return identity.User{}, err
	}
	return user, i.Addresses.AskFor(t, by.Vendor, id, address)
}

// ActivationCode makes a single-use code for a licensee, to be told by whoever makes it.
func (i Invitations) ActivationCode(t tx.Tx, by identity.Principal, email string) (access.Letter, error) {
	letter, err := i.Links.ActivationCodeFor(t, by.Vendor, email)
	if err != nil {
		return access.Letter{}, err
	}
	user, err := UserOf(letter.Person)
	if err == nil {
		err = by.Reach(user) // a refusal takes the code back
	}
	return letter, err
}
