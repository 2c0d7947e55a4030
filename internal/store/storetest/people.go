package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/access"
	"chancery/internal/budget"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	accessstore "chancery/internal/store/access"
	identitystore "chancery/internal/store/identity"
	ownerstore "chancery/internal/store/owners"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring/pairs"
)

// People is a vendor without users, with the rooms that users are made and sign in in.
type People struct {
	Env

	Vendor      vendors.Vendor
	Users       *identity.Users
	Roles       *identity.Roles
	UserRows    identitystore.Users
	Passwords   *access.Passwords
	Sessions    *access.Sessions
	Attempts    *access.Attempts
	Steps       *access.Steps
	Factors     *access.Factors
	SignIn      *access.SignIn
	Links       *access.Links
	Addresses   *access.Addresses
	PersonRows  accessstore.People
	Invitations pairs.Invitations
	Post        *Letterbox
}

// NewPeople makes a vendor without users.
func NewPeople(t testing.TB, e Env) *People {
	t.Helper()
	return PeopleOf(t, e, Vendor(t, e, "Acme"))
}

// PeopleOf is NewPeople of a vendor that is there.
func PeopleOf(t testing.TB, e Env, v vendors.Vendor) *People {
	t.Helper()
	p := &People{
		Env: e, Vendor: v, UserRows: identitystore.Users{DB: e.DB}, PersonRows: accessstore.People{DB: e.DB}, Post: &Letterbox{},
	}
	sealer, errs := keyring.NewSealer(keyring.MasterKey{1})
	var err error
	p.Passwords, err = access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader, AtOnce: 2, Queue: 1000, Cost: CheapPasswords()})
	errs = errors.Join(errs, err)
	p.Sessions, err = access.NewSessions(accessstore.Sessions{DB: e.DB}, e.DB, e.IDs)
	errs = errors.Join(errs, err)
	p.Attempts, err = access.NewAttempts(accessstore.Attempts{}, e.DB)
	errs = errors.Join(errs, err)
	factors := accessstore.Factors{DB: e.DB}
	p.Steps = access.NewSteps(factors, e.IDs)
	p.Factors, err = access.NewFactors(access.FactorsConfig{
		Store: factors, Sessions: p.Sessions, Attempts: p.Attempts, Sealer: sealer, Runner: e.DB, IDs: e.IDs, Real: e.Clock,
	})
	errs = errors.Join(errs, err)
	p.Roles, err = identity.NewRoles(identitystore.Roles{DB: e.DB}, e.IDs)
	errs = errors.Join(errs, err)
	p.Users, err = identity.NewUsers(identity.UsersConfig{
		Store: p.UserRows, Proofs: pairs.UserProofs{Passwords: p.Passwords, People: p.PersonRows, Factors: p.Factors, Sessions: p.Sessions}, IDs: e.IDs,
	})
	errs = errors.Join(errs, err)
	p.Links, err = access.NewLinks(access.LinksConfig{
		Store: accessstore.Links{DB: e.DB}, People: p.PersonRows, Newcomers: p.Users, Sessions: p.Sessions, Attempts: p.Attempts,
		Passwords: p.Passwords, Post: p.Post, Named: p.Post, Runner: e.DB, IDs: e.IDs, After: p.Post.after,
	})
	errs = errors.Join(errs, err)
	p.Invitations = pairs.Invitations{Users: p.Users, Links: p.Links}
	p.SignIn, err = access.NewSignIn(access.SignInConfig{
		People: p.PersonRows, Sessions: p.Sessions, Attempts: p.Attempts, Steps: p.Steps, Factors: p.Factors, Passwords: p.Passwords,
		Providers: accessstore.Providers{DB: e.DB}, Runner: e.DB,
	})
	errs = errors.Join(errs, err)
	p.Addresses, err = access.NewAddresses(access.AddressesConfig{
		Store: accessstore.Links{DB: e.DB}, People: p.PersonRows, SignIn: p.SignIn, Attempts: p.Attempts, Post: p.Post, Moves: p.Post,
		Runner: e.DB, IDs: e.IDs,
	})
	if errs = errors.Join(errs, err); errs != nil {
		t.Fatal(errs)
	}
	return p
}

// CheapPasswords is the smallest cost: what one is asked for is tested in
// internal/access/password_test.go.
func CheapPasswords() access.Cost { return access.Cost{Memory: 8, Passes: 1} }

// Letterbox keeps letters and notices, and how long answers were made to take.
type Letterbox struct {
	Letters []access.Letter
	Notices []access.Notice
	Moved   []string // addresses that licences have followed
	Waited  []time.Duration

	mu sync.Mutex
}

// Queue implements access.Post.
func (p *Letterbox) Queue(_ tx.Tx, _ ident.VendorID, l access.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Letters = append(p.Letters, l)
	return nil
}

// Tell implements access.Post.
func (p *Letterbox) Tell(_ tx.Tx, _ ident.VendorID, n access.Notice) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Notices = append(p.Notices, n)
	return nil
}

// LicenseeMoved implements access.Moves.
func (p *Letterbox) LicenseeMoved(_ tx.Tx, _ ident.VendorID, former, address string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Moved = append(p.Moved, former+" → "+address)
	return nil
}

// HasLicense implements access.Named: addresses of customers are named by licences.
func (p *Letterbox) HasLicense(_ tx.Tx, _ ident.VendorID, email string) (bool, error) {
	return strings.HasPrefix(email, "customer"), nil
}

func (p *Letterbox) after(d time.Duration) <-chan time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Waited = append(p.Waited, d)
	now := make(chan time.Time)
	close(now)
	return now
}

// Operator may do everything at the vendor.
func (p *People) Operator() identity.Principal { return identity.Operator(p.Vendor.ID) }

// User makes a user and returns the password.
func (p *People) User(t *testing.T, email, role string) (identity.User, string) {
	t.Helper()
	secret, err := p.Users.NewSecret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return Do(t, p.Env, func(x tx.Tx) (identity.User, error) {
		return p.Users.Create(x, p.Operator(), identity.NewUser{Email: email, Role: role, Secret: &secret})
	}), secret.Password
}

// SignInAs signs a user in: staff at the console, others at the portal.
func (p *People) SignInAs(t *testing.T, email, password string) access.SignedIn {
	t.Helper()
	visit := Visit("192.0.2.1")
	if u, err := p.UserRows.ByEmail(t.Context(), p.Vendor.ID, email); err == nil && !u.IsStaff() {
		visit.Face = access.Portal
	}
	in, err := p.SignIn.Password(t.Context(), p.Vendor.ID, email, password, visit)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Authenticate returns whom a session's token belongs to, on whichever face.
func (p *People) Authenticate(ctx context.Context, token string) (identity.Principal, access.Session, error) {
	principal, _, session, err := pairs.SignedIn{Sessions: p.Sessions}.Authenticate(ctx, token)
	if fault.Is(err, "signed_out") {
		owner, err := pairs.OwnerSignedIn{Sessions: p.Sessions, Reaches: ownerstore.Store{DB: p.DB}}.Authenticate(ctx, token)
		return owner.Principal, owner.Session, err
	}
	return principal, session, err
}

// As returns the principal of a user who signs in.
func (p *People) As(t *testing.T, email, password string) identity.Principal {
	t.Helper()
	principal, _, err := p.Authenticate(t.Context(), p.SignInAs(t, email, password).Token)
	if err != nil {
		t.Fatal(err)
	}
	return principal
}

// SignedOut fails the test unless a token is worth nothing.
func (p *People) SignedOut(t *testing.T, token, why string) {
	t.Helper()
	if _, _, err := p.Authenticate(t.Context(), token); !fault.Is(err, "signed_out") {
		t.Errorf("%s: %v", why, err)
	}
}

// Visit is a browser at an address, which keeps no secret.
func Visit(address string) access.Visit {
	return access.Visit{Face: access.Console, Networks: budget.Networks(netip.MustParseAddr(address)), Address: address, UserAgent: "Firefox\r\nX: y"}
}
