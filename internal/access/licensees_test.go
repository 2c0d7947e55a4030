package access_test

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"

	"chancery/internal/access"
	"chancery/internal/identity"
	accessstore "chancery/internal/store/access"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (p *people) licensees(t *testing.T) *access.Licensees {
	t.Helper()
	passwords, err := access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader, AtOnce: 1, Queue: 100, Cost: storetest.CheapPasswords()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := access.NewLicensees(access.LicenseesConfig{
		People: p.PersonRows, Links: accessstore.Links{DB: p.DB}, Attempts: p.Attempts, Passwords: passwords, Runner: p.DB, Clock: p.Clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Attack: one code on two machines at the same moment.
func TestActivationCodeIsUsedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		s := p.licensees(t)
		// Who is named by a licence becomes a user when it matters.
		letter := storetest.Do(t, e, func(x tx.Tx) (access.Letter, error) {
			return p.Invitations.ActivationCode(x, p.Operator(), "customer@example.com")
		})
		storetest.Refuse(t, e, "user_not_found", func(x tx.Tx) (access.Letter, error) {
			return p.Invitations.ActivationCode(x, p.Operator(), "nobody@example.com")
		})
		claim := access.LicenseeClaim{Email: "customer@example.com", Code: letter.Secret, From: storetest.Visit("192.0.2.1")}
		var won atomic.Int32
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				proven, err := s.Prove(t.Context(), p.Vendor.ID, claim)
				if err != nil || proven == nil {
					if err != nil {
						t.Error(err)
					}
					return
				}
				var used bool
				if err := e.DB.Run(t.Context(), func(x tx.Tx) (err error) { used, err = s.Use(x, p.Vendor.ID, proven); return err }); err != nil {
					t.Error(err)
				}
				if used {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("one code was used %d times", won.Load())
		}
	})
}

// A password counts for a licensee without a second factor, and for nobody else.
func TestLicenseePasswords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		s := p.licensees(t)
		_, licensee := p.User(t, "customer@example.com", "")
		_, staff := p.User(t, "staff@example.com", identity.Viewer)
		_, factor := p.User(t, "customer2@example.com", "")
		p.withTOTP(t, "customer2@example.com", factor)
		for _, try := range []struct {
			email, password string
			want            bool
		}{
			{"customer@example.com", licensee, true},
			{"customer@example.com", staff, false},
			{"staff@example.com", staff, false},
			{"customer2@example.com", factor, false},
			{"nobody@example.com", licensee, false},
		} {
			proven, err := s.Prove(t.Context(), p.Vendor.ID, access.LicenseeClaim{Email: try.email, Password: try.password, From: storetest.Visit("192.0.2.1")})
			if err != nil || (proven != nil) != try.want {
				t.Errorf("%s: %v, %v", try.email, proven != nil, err)
			}
		}
		// A code is no link: it resets no password.
		letter := storetest.Do(t, e, func(x tx.Tx) (access.Letter, error) {
			return p.Invitations.ActivationCode(x, p.Operator(), "customer@example.com")
		})
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, letter.Secret, fresh, storetest.Visit("192.0.2.1")); err == nil {
			t.Error("an activation code resets a password")
		}
	})
}
