package storetest_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
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
	rows      identitystore.Users
}

func newPeople(t *testing.T, e storetest.Env) *people {
	t.Helper()
	p := &people{Env: e, rows: identitystore.Users{DB: e.DB}}
	var err, errs error
	p.passwords, err = identity.NewPasswords(rand.Reader, 2, 1000)
	errs = errors.Join(errs, err)
	p.sessions, err = identity.NewSessions(identitystore.Sessions{DB: e.DB}, e.DB, e.IDs)
	errs = errors.Join(errs, err)
	attempts, err := identity.NewAttempts(identitystore.Attempts{}, e.DB)
	errs = errors.Join(errs, err)
	p.roles, err = identity.NewRoles(identitystore.Roles{DB: e.DB}, e.IDs)
	errs = errors.Join(errs, err)
	p.users, err = identity.NewUsers(identity.UsersConfig{Store: p.rows, Sessions: p.sessions, Passwords: p.passwords, IDs: e.IDs})
	errs = errors.Join(errs, err)
	p.signIn, err = identity.NewSignIn(identity.SignInConfig{
		Users: p.rows, Credentials: p.rows, Sessions: p.sessions, Attempts: attempts, Passwords: p.passwords, Runner: e.DB,
	})
	if errs = errors.Join(errs, err); errs != nil {
		t.Fatal(errs)
	}
	return p
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
	return identity.Visit{Network: address, Address: address, UserAgent: "Firefox\r\nX: y"}
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
		if err := p.signIn.ChangePassword(t.Context(), by, session, "wrong", next, visit("192.0.2.1")); fault.As(err).Fields[0].Name != "present" {
			t.Errorf("with a wrong password: %v", err)
		}
		if err := p.signIn.ChangePassword(t.Context(), by, session, password, "password123!", visit("192.0.2.1")); fault.As(err).Fields[0].Name != "password" {
			t.Errorf("to a common password: %v", err)
		}
		if err := p.signIn.ChangePassword(t.Context(), by, session, password, next, visit("192.0.2.1")); err != nil {
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

// What changes of a user is there at the next request of every session.
func TestRolesTakeEffectAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.user(t, "anna@example.com", identity.Viewer)
		token := p.signInAs(t, "anna@example.com", password).Token
		may := func(what identity.Permission) bool {
			t.Helper()
			principal, _, err := p.sessions.Authenticate(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return principal.May(what)
		}
		if may(identity.ManageLicenses) {
			t.Error("a viewer manages licences")
		}
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
			return p.users.SetRole(x, p.operator(), user.UUID, identity.Sales)
		})
		if !may(identity.ManageLicenses) {
			t.Error("sales does not manage licences")
		}
		own := storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.roles.Create(x, p.operator(), identity.NewRole{Name: "Desk", Permissions: []identity.Permission{identity.ViewDevices, identity.ViewLicenses}})
		})
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.users.SetRole(x, p.operator(), user.UUID, own.Key) })
		if may(identity.ManageLicenses) || !may(identity.ViewDevices) {
			t.Error("the vendor's own role is not what the user has")
		}
		fewer := []identity.Permission{identity.ViewLicenses}
		storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.roles.Update(x, p.operator(), own.UUID, identity.ChangeRole{Permissions: &fewer})
		})
		if may(identity.ViewDevices) {
			t.Error("a permission outlives its taking")
		}
		storetest.Refuse(t, e, "role_in_use", func(x tx.Tx) (int, error) { return 0, p.roles.Delete(x, p.operator(), own.UUID) })
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.users.Disable(x, p.operator(), user.UUID) })
		p.signedOut(t, token, "disabled")
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "anna@example.com", password, visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("a disabled user signs in: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.users.Enable(x, p.operator(), user.UUID) })
		token = p.signInAs(t, "anna@example.com", password).Token
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.users.Remove(x, p.operator(), user.UUID) }); err != nil {
			t.Fatal(err)
		}
		p.signedOut(t, token, "removed")
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.roles.Delete(x, p.operator(), own.UUID) }); err != nil {
			t.Error(err)
		}
	})
}

// Attack: getting more than one holds, by giving it to oneself or another, by a
// role, or by reaching through a mightier user's account.
func TestNobodyGrantsWhatTheyDoNotHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		owner, _ := p.user(t, "owner@example.com", identity.Owner)
		admin, password := p.user(t, "admin@example.com", identity.AdminRole)
		viewer, _ := p.user(t, "viewer@example.com", identity.Viewer)
		by := p.as(t, "admin@example.com", password)
		for name, attack := range map[string]func(x tx.Tx) error{
			"an owner of oneself": func(x tx.Tx) error { _, err := p.users.SetRole(x, by, admin.UUID, identity.Owner); return err },
			"a new owner": func(x tx.Tx) error {
				_, err := p.users.Create(x, by, identity.NewUser{Email: "new@example.com", Role: identity.Owner})
				return err
			},
			"the owner down":   func(x tx.Tx) error { _, err := p.users.SetRole(x, by, owner.UUID, identity.Viewer); return err },
			"the owner off":    func(x tx.Tx) error { _, err := p.users.Disable(x, by, owner.UUID); return err },
			"the owner away":   func(x tx.Tx) error { return p.users.Remove(x, by, owner.UUID) },
			"the owner's name": func(x tx.Tx) error { _, err := p.users.Rename(x, by, owner.UUID, "x"); return err },
			"a role of owners": func(x tx.Tx) error {
				_, err := p.roles.Create(x, by, identity.NewRole{Name: "x", Permissions: []identity.Permission{identity.ManageOwners}})
				return err
			},
		} {
			if _, err := storetest.Try(t, e, func(x tx.Tx) (int, error) { return 0, attack(x) }); !fault.Is(err, "permission_beyond") {
				t.Errorf("%s: %v", name, err)
			}
		}
		secret, err := p.users.NewSecret(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Refuse(t, e, "permission_beyond", func(x tx.Tx) (identity.User, error) { return p.users.ResetPassword(x, by, owner.UUID, secret) })
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.users.SetRole(x, by, viewer.UUID, identity.Support) })

		// What a role can't have is refused, and another vendor's things are not there.
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.Role, error) {
			return p.roles.Create(x, p.operator(), identity.NewRole{Name: "x", Permissions: []identity.Permission{"fly"}})
		})
		stranger := identity.Operator(storetest.Vendor(t, e, "Bolt").ID)
		storetest.Refuse(t, e, "user_not_found", func(x tx.Tx) (identity.User, error) { return p.users.Disable(x, stranger, viewer.UUID) })
		role := storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.roles.Create(x, by, identity.NewRole{Name: "Desk", Permissions: []identity.Permission{identity.ViewDevices}})
		})
		storetest.Refuse(t, e, "role_not_found", func(x tx.Tx) (int, error) { return 0, p.roles.Delete(x, stranger, role.UUID) })
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.User, error) {
			return p.users.Create(x, stranger, identity.NewUser{Email: "new@example.com", Role: role.Key})
		})
	})
}

// Attack on oneself: two owners who demote each other at the same moment leave
// one owner.
func TestTheLastOwnerStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		owners := make([]identity.User, 4)
		for i := range owners {
			owners[i], _ = p.user(t, fmt.Sprintf("owner%d@example.com", i), identity.Owner)
		}
		ways := []func(x tx.Tx, u identity.User) error{
			func(x tx.Tx, u identity.User) error {
				_, err := p.users.SetRole(x, p.operator(), u.UUID, identity.Viewer)
				return err
			},
			func(x tx.Tx, u identity.User) error { _, err := p.users.Disable(x, p.operator(), u.UUID); return err },
			func(x tx.Tx, u identity.User) error { return p.users.Remove(x, p.operator(), u.UUID) },
			func(x tx.Tx, u identity.User) error {
				_, err := p.users.SetRole(x, p.operator(), u.UUID, "")
				return err
			},
		}
		errs := make([]error, len(owners))
		var all sync.WaitGroup
		for i, u := range owners {
			all.Go(func() { errs[i] = e.DB.Run(t.Context(), func(x tx.Tx) error { return ways[i](x, u) }) })
		}
		all.Wait()
		refused := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(refused) != 1 || !fault.Is(refused[0], "last_owner") {
			t.Errorf("refused: %v", refused)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM users WHERE role = 'owner' AND disabled_at IS NULL`); n != 1 {
			t.Errorf("%d owners are left", n)
		}
	})
}
