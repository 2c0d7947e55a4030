package access_test

import (
	"fmt"
	"testing"
	"time"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
)

// in is a visit with a browser that keeps a secret of its own.
func in(browser, address string) access.Visit {
	v := storetest.Visit(address)
	v.Browser = browser
	return v
}

// besiege tries wrong passwords from elsewhere until the account is locked there.
func (p *people) besiege(t *testing.T, email string) {
	t.Helper()
	for i := range 12 {
		_, err := p.SignIn.Password(t.Context(), p.Vendor.ID, email, "wrong", in("stranger", fmt.Sprintf("198.51.100.%d", i)))
		if fault.Is(err, "locked_out") != (i >= 10) || !fault.Is(err, "locked_out") && !fault.Is(err, "sign_in_failed") {
			t.Fatalf("try %d from elsewhere: %v", i, err)
		}
	}
}

// Attack: locking somebody out with wrong passwords, codes and requests for recovery.
// Who comes with a browser, or from an address, that has signed in before does so
// again; nobody guesses more for it.
func TestNobodyLocksAnotherOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		p.User(t, "bert@example.com", identity.Viewer)
		sign := func(email, password string, v access.Visit) error {
			_, err := p.SignIn.Password(t.Context(), p.Vendor.ID, email, password, v)
			return err
		}
		if err := sign("anna@example.com", password, in("laptop", "192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		p.besiege(t, "anna@example.com")
		for name, from := range map[string]access.Visit{
			"the browser, elsewhere":          in("laptop", "203.0.113.9"),
			"another browser at the address":  in("phone", "192.0.2.1"),
			"the browser, where it was":       in("laptop", "192.0.2.1"),
			"the browser, among the besieger": in("laptop", "198.51.100.1"),
		} {
			if err := sign("anna@example.com", password, from); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := sign("anna@example.com", password, in("new", "203.0.113.77")); !fault.Is(err, "locked_out") {
			t.Errorf("the right password from a place that nobody knows: %v", err)
		}
		// What is known of one account is worth nothing at another.
		p.besiege(t, "bert@example.com")
		if err := sign("bert@example.com", "wrong", in("laptop", "192.0.2.1")); !fault.Is(err, "locked_out") {
			t.Errorf("another's browser: %v", err)
		}
		// A place that is known is no place to guess: it has as many tries as an account.
		tries := 0
		for range 30 {
			if err := sign("anna@example.com", "wrong", in("laptop", "203.0.113.9")); fault.Is(err, "sign_in_failed") {
				tries++
			}
		}
		if tries != 10 {
			t.Errorf("%d guesses in a browser that is known", tries)
		}
	})
}

// The same for a mail that recovers a password, and for what a recovery then clears.
func TestNobodyKeepsAnotherFromRecovery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		home := in("laptop", "192.0.2.1")
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, home); err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			_ = p.Links.Forgot(t.Context(), p.Vendor.ID, "anna@example.com", in("stranger", fmt.Sprintf("198.51.100.%d", i))) // refused from some time on
		}
		if n := len(p.Post.Letters); n != 4 {
			t.Fatalf("%d letters for strangers", n)
		}
		if err := p.Links.Forgot(t.Context(), p.Vendor.ID, "anna@example.com", home); err != nil || len(p.Post.Letters) != 5 {
			t.Fatalf("%d letters, %v", len(p.Post.Letters), err)
		}
		for range 11 { // one's own wrong tries
			_, _ = p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", "wrong", home)
		}
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, p.Post.Letters[4].Secret, "four words of no sense", home); err != nil {
			t.Fatal(err)
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", "four words of no sense", home); err != nil {
			t.Errorf("after the recovery: %v", err)
		}
	})
}

// And for codes: who knows the password may try some, and holds up nobody but
// himself.
func TestNobodyLocksAnothersSecondFactor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		_, codes := p.withTOTP(t, "anna@example.com", password)
		half := func(v access.Visit) string {
			got, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, v)
			if err != nil || !got.Due() {
				t.Fatalf("%v %v", got, err)
			}
			return got.Step
		}
		home := in("laptop", "192.0.2.1")
		if _, err := p.SignIn.SecondFactor(t.Context(), p.Vendor.ID, half(home), codes[0], home); err != nil {
			t.Fatal(err)
		}
		thief := in("thief", "198.51.100.1")
		judged := 0
		for range 14 {
			if _, err := p.SignIn.SecondFactor(t.Context(), p.Vendor.ID, half(thief), "000000", thief); fault.Is(err, "code_wrong") {
				judged++
			}
		}
		if judged != 10 {
			t.Errorf("%d codes were judged", judged)
		}
		done, err := p.SignIn.SecondFactor(t.Context(), p.Vendor.ID, half(home), codes[1], home)
		if err != nil {
			t.Fatalf("the owner meanwhile: %v", err)
		}
		// Who is signed in is held up by nobody either.
		p.besiege(t, "anna@example.com")
		_, own, err := p.Authenticate(t.Context(), done.Token)
		if err != nil {
			t.Fatal(err)
		}
		e.Clock.Advance(time.Hour)
		if err := p.SignIn.Confirm(t.Context(), p.Vendor.ID, own, password); err != nil {
			t.Errorf("confirming: %v", err)
		}
		if err := p.Factors.RemoveTOTP(t.Context(), p.Vendor.ID, own, codes[2]); err != nil {
			t.Errorf("removing the app: %v", err)
		}
		tries := 0
		for range 30 {
			if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, own, "wrong", "four words of no sense"); !fault.Is(err, "locked_out") {
				tries++
			}
		}
		if tries != 10 {
			t.Errorf("%d guesses in a session", tries)
		}
	})
}

// Attack: sign-in tries from ever new addresses of the networks that one site has,
// each on another account.
func TestGuessingFromOneSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		for name, test := range map[string]struct {
			address func(i int) string
			most    int
		}{
			"a /64 each":       {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i<<8) }, 50},
			"a /56":            {func(i int) string { return fmt.Sprintf("2001:db8:2:%x::1", i) }, 35},
			"a /64":            {func(i int) string { return fmt.Sprintf("2001:db8:3::%x", i+1) }, 25},
			"an address":       {func(int) string { return "192.0.2.1" }, 50},
			"an address a try": {func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, 100},
		} {
			judged := 0
			for i := range 110 {
				_, err := p.SignIn.Password(t.Context(), p.Vendor.ID, fmt.Sprintf("%d@%x.example.com", i, name[2:]), "wrong", storetest.Visit(test.address(i)))
				if fault.Is(err, "sign_in_failed") {
					judged++
				}
			}
			if judged != test.most {
				t.Errorf("%s: %d of 110 were judged, want %d", name, judged, test.most)
			}
		}
		// Whoever is refused leaves nothing of the accounts and networks that he names:
		// 260 accounts were judged, from 187 hosts, 52 sites and 5 blocks.
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM failed_attempts`); n != 260+(50+35+1+1+100)+(50+1+1)+5 {
			t.Errorf("%d rows", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM known_places`); n != 0 {
			t.Errorf("%d places are remembered of who never signed in", n)
		}
	})
}

// Places are forgotten in time.
func TestPlacesAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		home := in("laptop", "192.0.2.1")
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, home); err != nil {
			t.Fatal(err)
		}
		count := func() int { return storetest.Count(t, e, `SELECT COUNT(*) FROM known_places`) }
		if n := count(); n != 2 {
			t.Fatalf("%d places", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM known_places WHERE place = $1`, []byte("laptop")); n != 0 {
			t.Error("a browser's secret is stored as it is")
		}
		e.Clock.Advance(181 * 24 * time.Hour)
		p.besiege(t, "anna@example.com")
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, home); !fault.Is(err, "locked_out") {
			t.Errorf("half a year later: %v", err)
		}
		if err := e.DB.Run(t.Context(), p.Attempts.Forget); err != nil {
			t.Fatal(err)
		}
		if n := count(); n != 0 {
			t.Errorf("%d places are left", n)
		}
	})
}
