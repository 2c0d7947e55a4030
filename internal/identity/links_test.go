package identity_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

const fresh = "violet harbour nineteen"

// forgot asks for a recovery and gives the link that was sent; "" for none.
func (p *people) forgot(t *testing.T, email string) string {
	t.Helper()
	was := len(p.post.letters)
	if err := p.links.Forgot(t.Context(), p.vendor.ID, email, visit("192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	if len(p.post.letters) == was {
		return ""
	}
	return p.post.letters[was].Secret
}

func TestRecovery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		user, password := p.user(t, "anna@example.com", identity.Viewer)
		gone, _ := p.user(t, "gone@example.com", identity.Viewer)
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.users.Disable(x, p.operator(), gone.UUID) })
		session := p.signInAs(t, "anna@example.com", password)

		// Attack: learning who has an account. Unknown and disabled ones get the
		// same answer, after the same time, and no letter.
		for _, email := range []string{"nobody@example.com", "gone@example.com"} {
			if p.forgot(t, email) != "" {
				t.Errorf("%s got a letter", email)
			}
		}
		token := p.forgot(t, " Anna@example.com ")
		if len(p.post.waited) != 3 || p.post.waited[0] != p.post.waited[2] || p.post.waited[0] <= 0 {
			t.Errorf("answers took %v", p.post.waited)
		}
		if l, err := p.links.Look(t.Context(), p.vendor.ID, token); err != nil || l.User.UUID != user.UUID || l.Kind != identity.Recovery {
			t.Fatalf("%+v, %v", l, err)
		}
		other := storetest.Vendor(t, e, "Bolt")
		if _, err := p.links.Reset(t.Context(), other.ID, token, fresh, visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("at another vendor: %v", err)
		}
		if _, err := p.links.Reset(t.Context(), p.vendor.ID, token, "password123", visit("192.0.2.1")); !fault.Is(err, "invalid_request") {
			t.Errorf("to a common password: %v", err)
		}

		// Attack: two who have read the mail use its link at the same moment.
		var won atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				switch _, err := p.links.Reset(t.Context(), p.vendor.ID, token, fresh, visit("192.0.2.1")); {
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
		p.signedOut(t, session.Token, "after the reset")
		p.signInAs(t, "anna@example.com", fresh)
		if _, err := p.links.Look(t.Context(), p.vendor.ID, token); !fault.Is(err, "link_unknown") {
			t.Errorf("a used link: %v", err)
		}

		// A newer one, a password change and an hour end it too.
		older := p.forgot(t, "anna@example.com")
		newer := p.forgot(t, "anna@example.com")
		if _, err := p.links.Reset(t.Context(), p.vendor.ID, older, fresh, visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("an older link: %v", err)
		}
		by, own, err := p.sessions.Authenticate(t.Context(), p.signInAs(t, "anna@example.com", fresh).Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.signIn.ChangePassword(t.Context(), by, own, fresh, fresh+"!"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.links.Reset(t.Context(), p.vendor.ID, newer, fresh, visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("after a password change: %v", err)
		}
		e.Clock.Advance(2 * time.Hour)
		late := p.forgot(t, "anna@example.com")
		e.Clock.Advance(time.Hour)
		if _, err := p.links.Reset(t.Context(), p.vendor.ID, late, fresh, visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("after an hour: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM user_links WHERE hash = $1`, []byte(late)); n != 0 {
			t.Error("a link is stored as it is")
		}
		if err := e.DB.Run(t.Context(), p.links.Forget); err != nil {
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
		p.user(t, "anna@example.com", identity.Viewer)
		for range 10 {
			_ = p.links.Forgot(t.Context(), p.vendor.ID, "anna@example.com", visit("192.0.2.1")) // refused from some time on
		}
		if n := len(p.post.letters); n != 4 {
			t.Errorf("%d letters", n)
		}
		if err := p.links.Forgot(t.Context(), p.vendor.ID, "anna@example.com", visit("192.0.2.2")); !fault.Is(err, "locked_out") {
			t.Error(err)
		}
	})
}

func TestInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		type invited struct {
			identity.User
			identity.Letter
		}
		invite := func(again bool, user identity.User) invited {
			return storetest.Do(t, e, func(x tx.Tx) (i invited, err error) {
				if again {
					i.User, i.Letter, err = p.links.InviteAgain(x, p.operator(), user.UUID)
				} else {
					i.User, i.Letter, err = p.links.Invite(x, p.operator(), identity.NewUser{Email: "new@example.com", Role: identity.Sales})
				}
				return i, err
			})
		}
		first := invite(false, identity.User{})
		if first.HasPassword || first.Kind != identity.Invitation || len(p.post.letters) != 1 {
			t.Errorf("%+v", first)
		}
		if _, err := p.signIn.Password(t.Context(), p.vendor.ID, "new@example.com", "", visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("without a password: %v", err)
		}
		e.Clock.Advance(6 * 24 * time.Hour)
		second := invite(true, first.User)
		if _, err := p.links.Reset(t.Context(), p.vendor.ID, first.Secret, fresh, visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("the older invitation: %v", err)
		}
		e.Clock.Advance(6 * 24 * time.Hour)
		if user, err := p.links.Reset(t.Context(), p.vendor.ID, second.Secret, fresh, visit("192.0.2.1")); err != nil || user.Role.Key != identity.Sales {
			t.Fatalf("%+v, %v", user, err)
		}
		p.signInAs(t, "new@example.com", fresh)
		storetest.Refuse(t, e, "user_has_come", func(x tx.Tx) (int, error) {
			_, _, err := p.links.InviteAgain(x, p.operator(), first.UUID)
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
					if err := p.links.Forgot(t.Context(), p.vendor.ID, email, visit("192.0.2."+strconv.Itoa(n))); err != nil {
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
		user, password := p.user(t, "anna@example.com", identity.Viewer)
		browser := tx.WithActor(t.Context(), tx.Actor{Kind: "client", Address: "192.0.2.1", RequestID: "r1"})
		if _, err := p.signIn.Password(browser, p.vendor.ID, "anna@example.com", password, visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if err := p.links.Forgot(browser, p.vendor.ID, "anna@example.com", visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		if _, err := p.links.Reset(browser, p.vendor.ID, p.post.letters[0].Secret, fresh, visit("192.0.2.1")); err != nil {
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
