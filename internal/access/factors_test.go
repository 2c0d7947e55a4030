package access_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// withTOTP sets up an authenticator app; show gives what it shows at the moment.
func (p *people) withTOTP(t *testing.T, email, password string) (show func() string, codes []string) {
	t.Helper()
	_, own, err := p.Authenticate(t.Context(), p.SignInAs(t, email, password).Token)
	if err != nil {
		t.Fatal(err)
	}
	setup := storetest.Do(t, p.Env, func(x tx.Tx) (access.Setup, error) {
		return p.Factors.BeginTOTP(x, p.Vendor.ID, own.Person, "Acme & Söhne")
	})
	show = func() string {
		code, err := totp.GenerateCode(setup.Secret, p.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	storetest.Refuse(t, p.Env, "invalid_request", func(x tx.Tx) ([]string, error) { return p.Factors.ConfirmTOTP(x, p.Vendor.ID, own, "000") })
	codes = storetest.Do(t, p.Env, func(x tx.Tx) ([]string, error) { return p.Factors.ConfirmTOTP(x, p.Vendor.ID, own, show()) })
	// Another window, which has not seen it, must not begin anew in its place.
	storetest.Refuse(t, p.Env, "totp_exists", func(x tx.Tx) (access.Setup, error) { return p.Factors.BeginTOTP(x, p.Vendor.ID, own.Person, "Acme") })
	return show, codes
}

// half signs in as far as the password goes.
func (p *people) half(t *testing.T, email, password string) string {
	t.Helper()
	in, err := p.SignIn.Password(t.Context(), p.Vendor.ID, email, password, storetest.Visit("192.0.2.1"))
	if err != nil || !in.Due() || in.Token != "" {
		t.Fatalf("a second factor is not due: %+v, %v", in, err)
	}
	return in.Step
}

func TestSecondFactor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		before := p.SignInAs(t, "anna@example.com", password)
		show, codes := p.withTOTP(t, "anna@example.com", password)
		p.SignedOut(t, before.Token, "a session from before the second factor")
		e.Clock.Advance(30 * time.Second)

		step := p.half(t, "anna@example.com", password)
		p.SignedOut(t, step, "the half-done sign-in's token as a session's")
		try := func(step, code string) (access.SignedIn, error) {
			return p.SignIn.SecondFactor(t.Context(), p.Vendor.ID, step, code, storetest.Visit("192.0.2.1"))
		}
		if _, err := try(step, "000000"); !fault.Is(err, "code_wrong") {
			t.Errorf("a wrong code: %v", err)
		}
		if _, err := p.SignIn.SecondFactor(t.Context(), storetest.Vendor(t, e, "Bolt").ID, step, show(), storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_stale") {
			t.Errorf("at another vendor: %v", err)
		}
		code := show()
		in, err := try(step, code[:3]+" "+code[3:])
		if err != nil || !in.Session.SecondFactor {
			t.Fatalf("%+v, %v", in, err)
		}
		if _, _, err := p.Authenticate(t.Context(), in.Token); err != nil {
			t.Error(err)
		}
		if _, err := try(step, show()); !fault.Is(err, "sign_in_stale") {
			t.Errorf("the same half-done sign-in again: %v", err)
		}

		// Attack: a code that was seen once is used again, within its 30 seconds
		// and beside the next one.
		step = p.half(t, "anna@example.com", password)
		if _, err := try(step, code); !fault.Is(err, "code_wrong") {
			t.Errorf("a code for the second time: %v", err)
		}
		e.Clock.Advance(30 * time.Second)
		if _, err := try(step, code); !fault.Is(err, "code_wrong") {
			t.Errorf("a code for the second time, half a minute later: %v", err)
		}

		// Attack: one recovery code by two at once.
		var won atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			step := p.half(t, "anna@example.com", password)
			all.Go(func() {
				switch _, err := try(step, codes[0]); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, "code_wrong"):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("one recovery code was used %d times", won.Load())
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM recovery_codes`); n != 9 || len(codes) != 10 {
			t.Errorf("%d of %d recovery codes are left", n, len(codes))
		}

		// A recovery link does not lead around it.
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, p.forgot(t, "anna@example.com"), fresh, storetest.Visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		step = p.half(t, "anna@example.com", fresh)
		e.Clock.Advance(11 * time.Minute)
		if _, err := try(step, show()); !fault.Is(err, "sign_in_stale") {
			t.Errorf("after a break: %v", err)
		}

		// Attack: who has the password tries codes, and signs in again in between.
		refused := 0
		for range 14 {
			in, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", fresh, storetest.Visit("198.51.100.7"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := try(in.Step, "000000"); fault.Is(err, "locked_out") {
				refused++
			}
		}
		if refused < 4 {
			t.Errorf("only %d of 14 tries were refused", refused)
		}

		// Somebody of the team lets in who has lost the phone.
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.ClearSecondFactor(x, p.Operator(), user.UUID) })
		p.SignInAs(t, "anna@example.com", fresh)
	})
}

func TestRemoveTOTP(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@example.com", identity.Viewer)
		_, codes := p.withTOTP(t, "anna@example.com", password)
		in, err := p.SignIn.SecondFactor(t.Context(), p.Vendor.ID, p.half(t, "anna@example.com", password), codes[0], storetest.Visit("192.0.2.1"))
		if err != nil {
			t.Fatal(err)
		}
		_, own, err := p.Authenticate(t.Context(), in.Token)
		if err != nil {
			t.Fatal(err)
		}
		if !own.Person.HasTOTP {
			t.Error("the user does not know of the second factor")
		}
		fewer := storetest.Do(t, e, func(x tx.Tx) ([]string, error) { return p.Factors.NewCodes(x, p.Vendor.ID, own.Person) })
		if n, err := p.Factors.CodesLeft(t.Context(), p.Vendor.ID, own.Person); n != 10 || err != nil {
			t.Errorf("%d codes, %v", n, err)
		}
		for code, want := range map[string]string{"000000": "invalid_request", codes[1]: "invalid_request"} {
			if err := p.Factors.RemoveTOTP(t.Context(), p.Vendor.ID, own, code); !fault.Is(err, want) {
				t.Errorf("%s: %v", code, err)
			}
		}
		if err := p.Factors.RemoveTOTP(t.Context(), p.Vendor.ID, own, fewer[0]); err != nil {
			t.Fatal(err)
		}
		p.SignInAs(t, "anna@example.com", password)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM recovery_codes`); n != 0 {
			t.Errorf("%d recovery codes are left", n)
		}
	})
}
