package identity_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/budget"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// people is the room identity on one database, with a vendor.
type people struct {
	storetest.Env

	vendor    vendors.Vendor
	passwords *identity.Passwords
	users     *identity.Users
	roles     *identity.Roles
	sessions  *identity.Sessions
	signIn    *identity.SignIn
	links     *identity.Links
	steps     *identity.Steps
	factors   *identity.Factors
	post      *letterbox
	rows      identitystore.Users
}

func newPeople(t *testing.T, e storetest.Env) *people {
	t.Helper()
	p := &people{Env: e, rows: identitystore.Users{DB: e.DB}}
	var err, errs error
	p.passwords, err = identity.NewPasswords(identity.PasswordsConfig{Rand: rand.Reader, AtOnce: 2, Queue: 1000, Cost: cheap()})
	errs = errors.Join(errs, err)
	p.sessions, err = identity.NewSessions(identitystore.Sessions{DB: e.DB}, e.DB, e.IDs)
	errs = errors.Join(errs, err)
	attempts, err := identity.NewAttempts(identitystore.Attempts{}, e.DB)
	errs = errors.Join(errs, err)
	p.roles, err = identity.NewRoles(identitystore.Roles{DB: e.DB}, e.IDs)
	errs = errors.Join(errs, err)
	p.users, err = identity.NewUsers(identity.UsersConfig{Store: p.rows, Sessions: p.sessions, Passwords: p.passwords, IDs: e.IDs})
	errs = errors.Join(errs, err)
	sealer, err := keyring.NewSealer(keyring.MasterKey{1})
	errs = errors.Join(errs, err)
	factors := identitystore.Factors{DB: e.DB}
	p.steps, p.post = identity.NewSteps(factors, e.IDs), &letterbox{}
	p.factors, err = identity.NewFactors(identity.FactorsConfig{
		Store: factors, Users: p.users, Sessions: p.sessions, Attempts: attempts, Sealer: sealer, Runner: e.DB, IDs: e.IDs,
	})
	errs = errors.Join(errs, err)
	p.links, err = identity.NewLinks(identity.LinksConfig{
		Store: identitystore.Links{DB: e.DB}, Users: p.users, UserStore: p.rows, Credentials: p.rows, Sessions: p.sessions,
		Attempts: attempts, Passwords: p.passwords, Post: p.post, Named: p.post, Runner: e.DB, IDs: e.IDs, After: p.post.after,
	})
	errs = errors.Join(errs, err)
	p.signIn, err = identity.NewSignIn(identity.SignInConfig{
		Users: p.rows, Credentials: p.rows, Sessions: p.sessions, Attempts: attempts, Steps: p.steps, Factors: p.factors,
		Passwords: p.passwords, Providers: identitystore.Providers{DB: e.DB}, Runner: e.DB,
	})
	if errs = errors.Join(errs, err); errs != nil {
		t.Fatal(errs)
	}
	return p
}

// cheap is the smallest cost: what one is asked for is tested in password_test.go.
func cheap() identity.Cost { return identity.Cost{Memory: 8, Passes: 1} }

// letterbox keeps letters, and how long answers were made to take.
type letterbox struct {
	mu      sync.Mutex
	letters []identity.Letter
	waited  []time.Duration
}

func (p *letterbox) Queue(_ tx.Tx, _ ident.VendorID, l identity.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return nil
}

// HasLicense: addresses of customers are named by licences.
func (p *letterbox) HasLicense(_ tx.Tx, _ ident.VendorID, email string) (bool, error) {
	return strings.HasPrefix(email, "customer"), nil
}

func (p *letterbox) after(d time.Duration) <-chan time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waited = append(p.waited, d)
	now := make(chan time.Time)
	close(now)
	return now
}

func newTeam(t *testing.T, e storetest.Env) *people {
	t.Helper()
	p := newPeople(t, e)
	p.vendor = storetest.Vendor(t, e, "Acme")
	return p
}

func (p *people) operator() identity.Principal { return identity.Operator(p.vendor.ID) }

// user makes a user and gives the password.
func (p *people) user(t *testing.T, email, role string) (identity.User, string) {
	t.Helper()
	secret, err := p.users.NewSecret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return storetest.Do(t, p.Env, func(x tx.Tx) (identity.User, error) {
		return p.users.Create(x, p.operator(), identity.NewUser{Email: email, Role: role, Secret: &secret})
	}), secret.Password
}

func (p *people) signInAs(t *testing.T, email, password string) identity.SignedIn {
	t.Helper()
	in, err := p.signIn.Password(t.Context(), p.vendor.ID, email, password, visit("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// as gives the principal of a user who signs in.
func (p *people) as(t *testing.T, email, password string) identity.Principal {
	t.Helper()
	principal, _, err := p.sessions.Authenticate(t.Context(), p.signInAs(t, email, password).Token)
	if err != nil {
		t.Fatal(err)
	}
	return principal
}

func visit(address string) identity.Visit {
	return identity.Visit{Networks: budget.Networks(netip.MustParseAddr(address)), Address: address, UserAgent: "Firefox\r\nX: y"}
}

func (p *people) signedOut(t *testing.T, token, why string) {
	t.Helper()
	if _, _, err := p.sessions.Authenticate(t.Context(), token); !fault.Is(err, "signed_out") {
		t.Errorf("%s: %v", why, err)
	}
}

func TestSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.user(t, "Anna@Example.com", identity.Support)
		in, err := p.signIn.Password(t.Context(), p.vendor.ID, " ANNA@example.com ", password, visit("192.0.2.1"))
		if err != nil {
			t.Fatal(err)
		}
		principal, session, err := p.sessions.Authenticate(t.Context(), in.Token)
		if err != nil || principal.Kind != "user" || principal.ID != user.UUID || principal.User != user.ID ||
			principal.Vendor != p.vendor.ID || principal.VendorUUID != p.vendor.UUID {
			t.Fatalf("%+v, %v", principal, err)
		}
		if !principal.May(identity.ManageActivations) || !principal.May(identity.OwnAccount) || principal.May(identity.ManageTeam) {
			t.Errorf("permissions %v", principal.Permissions)
		}
		if session.User.Email != "anna@example.com" || session.Address != "192.0.2.1" || session.UserAgent != "FirefoxX: y" || session.Method != identity.ByPassword {
			t.Errorf("session %+v", session)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM user_sessions WHERE token_hash = $1`, []byte(in.Token)); n != 0 {
			t.Error("the token is stored as it is")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'user.signed_in'`); n != 1 {
			t.Errorf("%d audit records of the sign-in", n)
		}

		// Attack: learning who has an account. Whatever is wrong has one answer.
		other := storetest.Vendor(t, e, "Bolt")
		answers := map[string]bool{}
		for _, try := range []struct {
			vendor          vendors.Vendor
			email, password string
		}{
			{p.vendor, "anna@example.com", "wrong"},
			{p.vendor, "anna@example.com", ""},
			{p.vendor, "anna@example.com", strings.Repeat("x", 5000)},
			{p.vendor, "nobody@example.com", password},
			{p.vendor, "", password},
			{p.vendor, "not an address", password},
			{other, "anna@example.com", password},
		} {
			_, err := p.signIn.Password(t.Context(), try.vendor.ID, try.email, try.password, visit("192.0.2.1"))
			if err == nil {
				t.Fatalf("%q, %.20q signed in", try.email, try.password)
			}
			answers[err.Error()] = true
		}
		if len(answers) != 1 {
			t.Errorf("answers differ: %v", answers)
		}
	})
}

// Attack: a token that was planted before the sign-in, or was seen before it,
// is worth nothing after it.
func TestSignInReplacesTheSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.user(t, "anna@example.com", identity.Viewer)
		first := p.signInAs(t, "anna@example.com", password)
		v := visit("192.0.2.1")
		v.Token = first.Token
		second, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", password, v)
		if err != nil || second.Token == first.Token {
			t.Fatalf("%v, %v", second.Token == first.Token, err)
		}
		p.signedOut(t, first.Token, "the token from before")
		v.Token = "chs_" + strings.Repeat("A", 43) // planted: it never names a session
		third, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", password, v)
		if err != nil || third.Token == v.Token {
			t.Fatalf("%v", err)
		}
		p.signedOut(t, v.Token, "a planted token")

		// A token of another vendor ends nothing there.
		other := storetest.Vendor(t, e, "Bolt")
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.sessions.End(x, other.ID, third.Token) }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.sessions.Authenticate(t.Context(), third.Token); err != nil {
			t.Errorf("ended from another vendor: %v", err)
		}
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.sessions.End(x, p.vendor.ID, third.Token) }); err != nil {
			t.Fatal(err)
		}
		p.signedOut(t, third.Token, "after signing out")
	})
}

func TestSessionsRunOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.user(t, "anna@example.com", identity.Viewer)
		idle := p.signInAs(t, "anna@example.com", password)
		used := p.signInAs(t, "anna@example.com", password)
		for range 3 {
			e.Clock.Advance(identity.MaxIdle - time.Hour)
			if _, _, err := p.sessions.Authenticate(t.Context(), used.Token); err != nil {
				t.Fatal(err)
			}
		}
		p.signedOut(t, idle.Token, "not used for long")
		if alive, err := (identitystore.Sessions{DB: e.DB}).Of(t.Context(), p.vendor.ID, user.ID, e.Clock.Now()); err != nil || len(alive) != 1 || alive[0].UUID != used.Session.UUID {
			t.Errorf("alive %+v, %v", alive, err)
		}
		for range 40 {
			e.Clock.Advance(identity.MaxIdle - time.Hour)
			_, _, _ = p.sessions.Authenticate(t.Context(), used.Token) // until it has run out
		}
		p.signedOut(t, used.Token, "older than a session can be")
		if err := e.DB.Run(t.Context(), p.sessions.Forget); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM user_sessions`); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

// Attack: guessing one account's password from many addresses, also at once.
func TestGuessingLocksTheAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.user(t, "anna@example.com", identity.Viewer)
		var mu sync.Mutex
		judged, locked := 0, 0
		var tries sync.WaitGroup
		for i := range 30 {
			tries.Go(func() {
				_, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", "wrong", visit(fmt.Sprintf("198.51.100.%d", i)))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case fault.Is(err, "sign_in_failed"):
					judged++
				case fault.Is(err, "locked_out"):
					locked++
				default:
					t.Error(err)
				}
			})
		}
		tries.Wait()
		if judged != 10 || locked != 20 {
			t.Errorf("%d were judged and %d locked out, want 10 and 20", judged, locked)
		}
		_, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", password, visit("203.0.113.1"))
		if f := fault.As(err); f == nil || f.Code != "locked_out" || f.RetryAfter != time.Minute {
			t.Fatalf("the right password meanwhile: %v", err)
		}
		// Waiting gives one try each time, and the wait doubles.
		e.Clock.Advance(time.Minute)
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", "wrong", visit("203.0.113.1")); !fault.Is(err, "sign_in_failed") {
			t.Fatal(err)
		}
		_, err = p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", "wrong", visit("203.0.113.1"))
		if f := fault.As(err); f == nil || f.RetryAfter != 2*time.Minute {
			t.Errorf("after another failure: %+v", err)
		}
		e.Clock.Advance(2 * time.Minute)
		p.signInAs(t, "anna@example.com", password)
		p.signInAs(t, "anna@example.com", password) // nothing is held against the account any more
	})
}

// Attack: one password on many accounts from one address; unknown accounts are
// locked out as known ones are, so that nobody learns which exist.
func TestGuessingLocksTheAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.user(t, "anna@example.com", identity.Viewer)
		for i := range 50 {
			if i%10 == 5 { // an account of one's own does not clear the address
				p.signInAs(t, "anna@example.com", password)
			}
			if _, err := p.signIn.Password(t.Context(), p.vendor.ID, fmt.Sprintf("u%d@example.com", i), "wrong", visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "u50@example.com", "wrong", visit("192.0.2.1")); !fault.Is(err, "locked_out") {
			t.Errorf("the address goes on: %v", err)
		}
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "u51@example.com", "wrong", visit("192.0.2.2")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("another address: %v", err)
		}
		for range 9 {
			if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "u51@example.com", "wrong", visit("192.0.2.2")); !fault.Is(err, "sign_in_failed") {
				t.Error(err)
			}
		}
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "u51@example.com", "wrong", visit("192.0.2.3")); !fault.Is(err, "locked_out") {
			t.Errorf("an account that does not exist is never locked: %v", err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.user(t, "anna@example.com", identity.Viewer)
		other, own := p.signInAs(t, "anna@example.com", password), p.signInAs(t, "anna@example.com", password)
		by, session, err := p.sessions.Authenticate(t.Context(), own.Token)
		if err != nil {
			t.Fatal(err)
		}
		const next = "violet harbour nineteen"
		if err := p.signIn.ChangePassword(t.Context(), by, session, "wrong", next); fault.As(err).Fields[0].Name != "present" {
			t.Errorf("with a wrong password: %v", err)
		}
		if err := p.signIn.ChangePassword(t.Context(), by, session, password, "password123!"); fault.As(err).Fields[0].Name != "password" {
			t.Errorf("to a common password: %v", err)
		}
		if err := p.signIn.ChangePassword(t.Context(), by, session, password, next); err != nil {
			t.Fatal(err)
		}
		p.signedOut(t, other.Token, "another session after the change")
		if _, _, err := p.sessions.Authenticate(t.Context(), own.Token); err != nil {
			t.Errorf("the session that changed it: %v", err)
		}
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", password, visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("the old password: %v", err)
		}
		p.signInAs(t, "anna@example.com", next)
	})
}
