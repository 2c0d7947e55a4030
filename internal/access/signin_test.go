package access_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/identity"
	accessstore "chancery/internal/store/access"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// people is a vendor whose users sign in.
type people struct{ *storetest.People }

func newTeam(t *testing.T, e storetest.Env) *people {
	t.Helper()
	return &people{storetest.NewPeople(t, e)}
}

func TestSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.User(t, "Anna@Example.com", identity.Support)
		in, err := p.SignIn.Password(t.Context(), p.Vendor.ID, " ANNA@example.com ", password, storetest.Visit("192.0.2.1"))
		if err != nil {
			t.Fatal(err)
		}
		principal, session, err := p.Authenticate(t.Context(), in.Token)
		if err != nil || principal.Kind != "user" || principal.ID != user.UUID || principal.User != user.ID ||
			principal.Vendor != p.Vendor.ID || principal.VendorUUID != p.Vendor.UUID {
			t.Fatalf("%+v, %v", principal, err)
		}
		if !principal.May(identity.ManageActivations) || !principal.May(identity.OwnAccount) || principal.May(identity.ManageTeam) {
			t.Errorf("permissions %v", principal.Permissions)
		}
		if session.Person.Email != "anna@example.com" || session.Address != "192.0.2.1" || session.UserAgent != "FirefoxX: y" || session.Method != access.ByPassword {
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
			{p.Vendor, "anna@example.com", "wrong"},
			{p.Vendor, "anna@example.com", ""},
			{p.Vendor, "anna@example.com", strings.Repeat("x", 5000)},
			{p.Vendor, "nobody@example.com", password},
			{p.Vendor, "", password},
			{p.Vendor, "not an address", password},
			{other, "anna@example.com", password},
		} {
			_, err := p.SignIn.Password(t.Context(), try.vendor.ID, try.email, try.password, storetest.Visit("192.0.2.1"))
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
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		first := p.SignInAs(t, "anna@example.com", password)
		v := storetest.Visit("192.0.2.1")
		v.Token = first.Token
		second, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, v)
		if err != nil || second.Token == first.Token {
			t.Fatalf("%v, %v", second.Token == first.Token, err)
		}
		p.SignedOut(t, first.Token, "the token from before")
		v.Token = "chs_" + strings.Repeat("A", 43) // planted: it never names a session
		third, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, v)
		if err != nil || third.Token == v.Token {
			t.Fatalf("%v", err)
		}
		p.SignedOut(t, v.Token, "a planted token")

		// A token of another vendor ends nothing there.
		other := storetest.Vendor(t, e, "Bolt")
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.Sessions.End(x, other.ID, third.Token) }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Authenticate(t.Context(), third.Token); err != nil {
			t.Errorf("ended from another vendor: %v", err)
		}
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.Sessions.End(x, p.Vendor.ID, third.Token) }); err != nil {
			t.Fatal(err)
		}
		p.SignedOut(t, third.Token, "after signing out")
	})
}

func TestSessionsRunOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		idle := p.SignInAs(t, "anna@example.com", password)
		used := p.SignInAs(t, "anna@example.com", password)
		for range 3 {
			e.Clock.Advance(access.MaxIdle - time.Hour)
			if _, _, err := p.Authenticate(t.Context(), used.Token); err != nil {
				t.Fatal(err)
			}
		}
		p.SignedOut(t, idle.Token, "not used for long")
		if alive, err := (accessstore.Sessions{DB: e.DB}).Of(t.Context(), p.Vendor.ID, user.ID, e.Clock.Now()); err != nil || len(alive) != 1 || alive[0].UUID != used.Session.UUID {
			t.Errorf("alive %+v, %v", alive, err)
		}
		for range 40 {
			e.Clock.Advance(access.MaxIdle - time.Hour)
			_, _, _ = p.Authenticate(t.Context(), used.Token) // until it has run out
		}
		p.SignedOut(t, used.Token, "older than a session can be")
		if err := e.DB.Run(t.Context(), p.Sessions.Forget); err != nil {
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
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		var mu sync.Mutex
		judged, locked := 0, 0
		var tries sync.WaitGroup
		for i := range 30 {
			tries.Go(func() {
				_, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", "wrong", storetest.Visit(fmt.Sprintf("198.51.100.%d", i)))
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
		_, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, storetest.Visit("203.0.113.1"))
		if f := fault.As(err); f == nil || f.Code != "locked_out" || f.RetryAfter != time.Minute {
			t.Fatalf("the right password meanwhile: %v", err)
		}
		// Waiting gives one try each time, and the wait doubles.
		e.Clock.Advance(time.Minute)
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", "wrong", storetest.Visit("203.0.113.1")); !fault.Is(err, "sign_in_failed") {
			t.Fatal(err)
		}
		_, err = p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", "wrong", storetest.Visit("203.0.113.1"))
		if f := fault.As(err); f == nil || f.RetryAfter != 2*time.Minute {
			t.Errorf("after another failure: %+v", err)
		}
		e.Clock.Advance(2 * time.Minute)
		p.SignInAs(t, "anna@example.com", password)
		p.SignInAs(t, "anna@example.com", password) // nothing is held against the account any more
	})
}

// Attack: one password on many accounts from one address; unknown accounts are
// locked out as known ones are, so that nobody learns which exist.
func TestGuessingLocksTheAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		for i := range 50 {
			if i%10 == 5 { // an account of one's own does not clear the address
				p.SignInAs(t, "anna@example.com", password)
			}
			if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, fmt.Sprintf("u%d@example.com", i), "wrong", storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "u50@example.com", "wrong", storetest.Visit("192.0.2.1")); !fault.Is(err, "locked_out") {
			t.Errorf("the address goes on: %v", err)
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "u51@example.com", "wrong", storetest.Visit("192.0.2.2")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("another address: %v", err)
		}
		for range 9 {
			if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "u51@example.com", "wrong", storetest.Visit("192.0.2.2")); !fault.Is(err, "sign_in_failed") {
				t.Error(err)
			}
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "u51@example.com", "wrong", storetest.Visit("192.0.2.3")); !fault.Is(err, "locked_out") {
			t.Errorf("an account that does not exist is never locked: %v", err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		other, own := p.SignInAs(t, "anna@example.com", password), p.SignInAs(t, "anna@example.com", password)
		_, session, err := p.Authenticate(t.Context(), own.Token)
		if err != nil {
			t.Fatal(err)
		}
		const next = "violet harbour nineteen"
		if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, session, "wrong", next); fault.As(err).Fields[0].Name != "present" {
			t.Errorf("with a wrong password: %v", err)
		}
		if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, session, password, "password123!"); fault.As(err).Fields[0].Name != "password" {
			t.Errorf("to a common password: %v", err)
		}
		if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, session, password, next); err != nil {
			t.Fatal(err)
		}
		p.SignedOut(t, other.Token, "another session after the change")
		if _, _, err := p.Authenticate(t.Context(), own.Token); err != nil {
			t.Errorf("the session that changed it: %v", err)
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("the old password: %v", err)
		}
		p.SignInAs(t, "anna@example.com", next)
	})
}
