package access_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

const fresh = "violet harbour nineteen"

// forgot asks for a recovery and gives the link that was sent; "" for none.
func (p *people) forgot(t *testing.T, email string) string {
	t.Helper()
	was := len(p.Post.Letters)
	if err := p.Links.Forgot(t.Context(), p.Vendor.ID, email, storetest.Visit("192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	if len(p.Post.Letters) == was {
		return ""
	}
	return p.Post.Letters[was].Secret
}

func TestRecovery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		gone, _ := p.User(t, "gone@example.com", identity.Viewer)
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.Disable(x, p.Operator(), gone.UUID) })
		session := p.SignInAs(t, "anna@example.com", password)

		// Attack: learning who has an account. Unknown and disabled ones get the
		// same answer, after the same time, and no letter.
		for _, email := range []string{"nobody@example.com", "gone@example.com"} {
			if p.forgot(t, email) != "" {
				t.Errorf("%s got a letter", email)
			}
		}
		token := p.forgot(t, " Anna@example.com ")
		if len(p.Post.Waited) != 3 || p.Post.Waited[0] != p.Post.Waited[2] || p.Post.Waited[0] <= 0 {
			t.Errorf("answers took %v", p.Post.Waited)
		}
		if l, err := p.Links.Look(t.Context(), p.Vendor.ID, token); err != nil || l.Person.UUID != user.UUID || l.Kind != access.Recovery {
			t.Fatalf("%+v, %v", l, err)
		}
		other := storetest.Vendor(t, e, "Bolt")
		if _, err := p.Links.Reset(t.Context(), other.ID, token, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("at another vendor: %v", err)
		}
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, token, "password123", storetest.Visit("192.0.2.1")); !fault.Is(err, "invalid_request") {
			t.Errorf("to a common password: %v", err)
		}

		// Attack: two who have read the mail use its link at the same moment.
		var won atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				switch _, err := p.Links.Reset(t.Context(), p.Vendor.ID, token, fresh, storetest.Visit("192.0.2.1")); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, "link_unknown"):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("one link was used %d times", won.Load())
		}
		p.SignedOut(t, session.Token, "after the reset")
		p.SignInAs(t, "anna@example.com", fresh)
		if _, err := p.Links.Look(t.Context(), p.Vendor.ID, token); !fault.Is(err, "link_unknown") {
			t.Errorf("a used link: %v", err)
		}

		// A newer one, a password change and an hour end it too.
		older := p.forgot(t, "anna@example.com")
		newer := p.forgot(t, "anna@example.com")
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, older, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("an older link: %v", err)
		}
		_, own, err := p.Authenticate(t.Context(), p.SignInAs(t, "anna@example.com", fresh).Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.SignIn.ChangePassword(t.Context(), p.Vendor.ID, own, fresh, fresh+"!"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, newer, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("after a password change: %v", err)
		}
		e.Clock.Advance(2 * time.Hour)
		late := p.forgot(t, "anna@example.com")
		e.Clock.Advance(time.Hour)
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, late, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("after an hour: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM user_links WHERE hash = $1`, []byte(late)); n != 0 {
			t.Error("a link is stored as it is")
		}
		if err := e.DB.Run(t.Context(), p.Links.Forget); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM user_links`); n != 0 {
			t.Errorf("%d links are left", n)
		}
	})
}

// Attack: filling somebody's mailbox.
func TestRecoveryIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		p.User(t, "anna@example.com", identity.Viewer)
		for range 10 {
			_ = p.Links.Forgot(t.Context(), p.Vendor.ID, "anna@example.com", storetest.Visit("192.0.2.1")) // refused from some time on
		}
		if n := len(p.Post.Letters); n != 4 {
			t.Errorf("%d letters", n)
		}
		if err := p.Links.Forgot(t.Context(), p.Vendor.ID, "anna@example.com", storetest.Visit("192.0.2.2")); !fault.Is(err, "locked_out") {
			t.Error(err)
		}
	})
}

func TestInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		type invited struct {
			identity.User
			access.Letter
		}
		invite := func(again bool, user identity.User) invited {
			return storetest.Do(t, e, func(x tx.Tx) (i invited, err error) {
				if again {
					i.User, i.Letter, err = p.Invitations.InviteAgain(x, p.Operator(), user.UUID)
				} else {
					i.User, i.Letter, err = p.Invitations.Invite(x, p.Operator(), identity.NewUser{Email: "new@example.com", Role: identity.Sales})
				}
				return i, err
			})
		}
		first := invite(false, identity.User{})
		if first.HasPassword || first.Kind != access.Invitation || len(p.Post.Letters) != 1 {
			t.Errorf("%+v", first)
		}
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "new@example.com", "", storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("without a password: %v", err)
		}
		e.Clock.Advance(6 * 24 * time.Hour)
		second := invite(true, first.User)
		if _, err := p.Links.Reset(t.Context(), p.Vendor.ID, first.Secret, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("the older invitation: %v", err)
		}
		e.Clock.Advance(6 * 24 * time.Hour)
		if person, err := p.Links.Reset(t.Context(), p.Vendor.ID, second.Secret, fresh, storetest.Visit("192.0.2.1")); err != nil || person.UUID != first.UUID {
			t.Fatalf("%+v, %v", person, err)
		}
		if !p.As(t, "new@example.com", fresh).May(identity.ManageLicenses) {
			t.Error("the role of the invitation is lost")
		}
		storetest.Refuse(t, e, "user_has_come", func(x tx.Tx) (int, error) {
			_, _, err := p.Invitations.InviteAgain(x, p.Operator(), first.UUID)
			return 0, err
		})
	})
}

// Two who ask at once for somebody whom only a licence names get the one answer, and
// make one user.
func TestRecoveriesAtOnceTellNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		for round := range 5 {
			email := "customer" + strconv.Itoa(round) + "@example.com"
			var all sync.WaitGroup
			for n := range 3 {
				all.Go(func() {
					if err := p.Links.Forgot(t.Context(), p.Vendor.ID, email, storetest.Visit("192.0.2."+strconv.Itoa(n))); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM users WHERE email = $1`, email); n != 1 {
				t.Errorf("%d users", n)
			}
		}
	})
}

// The audit log names who signs in, although nobody was signed in when the call came.
func TestTheAuditLogNamesWhoComes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		browser := tx.WithActor(t.Context(), tx.Actor{Kind: "client", Address: "192.0.2.1", RequestID: "r1"})
		if _, err := p.SignIn.Password(browser, p.Vendor.ID, "anna@example.com", password, storetest.Visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if err := p.Links.Forgot(browser, p.Vendor.ID, "anna@example.com", storetest.Visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Links.Reset(browser, p.Vendor.ID, p.Post.Letters[0].Secret, fresh, storetest.Visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		for action, kind := range map[string]string{"user.signed_in": "user", "user.password_recovered": "user", "user.recovery_requested": "client"} {
			name, id := "anna@example.com", user.UUID.String()
			if kind == "client" {
				name, id = "", "" // whoever asks has proved nothing
			}
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = $1 AND actor_kind = $2 AND actor_id = $3 AND actor_name = $4
				AND address = '192.0.2.1' AND request_id = 'r1'`, action, kind, id, name); n != 1 {
				t.Errorf("%s: %d records that name who it was", action, n)
			}
		}
	})
}
