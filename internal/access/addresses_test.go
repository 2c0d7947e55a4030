package access_test

import (
	"testing"

	"chancery/internal/access"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A change of the address is asked for with a proof, confirmed from the new one, told to
// both, and ends every link that lies in the old mailbox. Until then the old one counts.
func TestChangingOnesAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		_, password := p.User(t, "anna@werk.example", "")
		_, own, err := p.Authenticate(t.Context(), p.SignInAs(t, "anna@werk.example", password).Token)
		if err != nil {
			t.Fatal(err)
		}
		ctx, v := t.Context(), p.Vendor.ID
		if err := p.Links.Forgot(ctx, v, "anna@werk.example", storetest.Visit("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		old := p.Post.Letters[0].Secret
		for address, proof := range map[string]access.Proof{
			"anna@heim.example": {Password: "not hers"}, "anna": {Password: password}, "ANNA@Werk.example": {Password: password},
		} {
			if err := p.Addresses.Ask(ctx, v, own, address, proof); !fault.Is(err, "invalid_request") {
				t.Errorf("%s: %v", address, err)
			}
		}
		if len(p.Post.Notices) != 0 || len(p.Post.Letters) != 1 {
			t.Fatalf("refused requests were told: %v", p.Post.Notices)
		}
		if err := p.Addresses.Ask(ctx, v, own, "Anna@Heim.example", access.Proof{Password: password}); err != nil {
			t.Fatal(err)
		}
		confirm := p.Post.Letters[1]
		if n := p.Post.Notices; confirm.Address != "anna@heim.example" || len(n) != 1 || n[0].To != "anna@werk.example" || n[0].Changed {
			t.Fatalf("told %+v, mailed %+v", n, confirm)
		}
		p.SignInAs(t, "anna@werk.example", password)
		if pending, _, err := p.Addresses.Pending(ctx, v, own.Person); err != nil || pending != "anna@heim.example" {
			t.Errorf("pending is %q, %v", pending, err)
		}
		if _, err := p.SignIn.Password(ctx, v, "anna@heim.example", password, storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("the new address signs in before it is confirmed: %v", err)
		}
		if _, err := p.Links.Reset(ctx, v, confirm.Secret, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("the link to the new address sets a password: %v", err)
		}
		if person, err := p.Addresses.Confirm(ctx, v, confirm.Secret); err != nil || person.Email != "anna@heim.example" {
			t.Fatal(person.Email, err)
		}
		if n := p.Post.Notices; len(n) != 3 || n[1].To != "anna@werk.example" || n[2].To != "anna@heim.example" || !n[1].Changed || !n[2].Changed {
			t.Errorf("told %+v", n)
		}
		if len(p.Post.Moved) != 1 || p.Post.Moved[0] != "anna@werk.example → anna@heim.example" {
			t.Errorf("licences moved %q", p.Post.Moved)
		}
		if _, err := p.Links.Reset(ctx, v, old, fresh, storetest.Visit("192.0.2.1")); !fault.Is(err, "link_unknown") {
			t.Errorf("a link in the old mailbox still sets a password: %v", err)
		}
		if _, err := p.Addresses.Confirm(ctx, v, confirm.Secret); !fault.Is(err, "link_unknown") {
			t.Errorf("confirmed twice: %v", err)
		}
		p.SignInAs(t, "anna@heim.example", password)
		if err := p.Links.Forgot(ctx, v, "anna@werk.example", storetest.Visit("192.0.2.1")); err != nil || len(p.Post.Letters) != 2 {
			t.Errorf("the old address is sent a link: %v", err)
		}
	})
}

// What ends a request: a newer one, a new password, taking it back. An address that
// somebody has is not given, and only its reader is told.
func TestRequestsOfAnAddressEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		anna, password := p.User(t, "anna@werk.example", "")
		p.User(t, "otto@werk.example", "")
		_, own, err := p.Authenticate(t.Context(), p.SignInAs(t, "anna@werk.example", password).Token)
		if err != nil {
			t.Fatal(err)
		}
		ctx, v := t.Context(), p.Vendor.ID
		ask := func(address string) string {
			t.Helper()
			if err := p.Addresses.Ask(ctx, v, own, address, access.Proof{Password: password}); err != nil {
				t.Fatal(err)
			}
			return p.Post.Letters[len(p.Post.Letters)-1].Secret
		}
		over := func(why, token string) {
			t.Helper()
			if _, err := p.Addresses.Confirm(ctx, v, token); !fault.Is(err, "link_unknown") {
				t.Errorf("%s: %v", why, err)
			}
		}
		first := ask("a@heim.example")
		second := ask("b@heim.example")
		over("a newer request", first)
		if l, err := p.Addresses.Look(ctx, v, first); !fault.Is(err, "link_unknown") || !l.NewerSentAt.Equal(storetest.Start.Truncate(1e6)) {
			t.Errorf("the older link says that the newer was sent at %s, %v", l.NewerSentAt, err)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, p.Addresses.Cancel(x, v, own.Person) })
		over("taken back", second)
		told := len(p.Post.Notices)
		if err := p.Addresses.Ask(ctx, v, own, "otto@werk.example", access.Proof{Password: password}); err != nil {
			t.Errorf("an address that somebody has: %v", err)
		}
		if n := p.Post.Notices[told:]; len(n) != 2 || n[1].To != "otto@werk.example" || !n[1].Taken || len(p.Post.Letters) != 2 {
			t.Errorf("an address that somebody has: told %+v", n)
		}

		// Staff ask without a password; of who may do more than they, they can't.
		viewer := identity.Principal{Vendor: v, Kind: "user", Permissions: []identity.Permission{identity.ManageTeam}}
		owner, _ := p.User(t, "owner@werk.example", identity.Owner)
		p.Invitations.Addresses = p.Addresses
		storetest.Refuse(t, e, "permission_beyond", func(x tx.Tx) (identity.User, error) {
			return p.Invitations.AskAddress(x, viewer, owner.UUID, "mine@example.com")
		})
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
			return p.Invitations.AskAddress(x, viewer, anna.UUID, "anna@heim.example")
		})
		byStaff := p.Post.Letters[len(p.Post.Letters)-1].Secret
		if n := p.Post.Notices[len(p.Post.Notices)-1]; n.To != "anna@werk.example" || !n.ByStaff {
			t.Errorf("the person is told %+v", n)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, p.PersonRows.SetPassword(x, v, anna.ID, "x") })
		over("a new password", byStaff)

		// Of two who confirm one address at once, one gets it.
		bert, _ := p.User(t, "bert@werk.example", "")
		for _, one := range []ident.UUID{anna.UUID, bert.UUID} {
			storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, p.Addresses.AskFor(x, v, one, "shared@heim.example") })
		}
		letters := p.Post.Letters[len(p.Post.Letters)-2:]
		_, one := p.Addresses.Confirm(ctx, v, letters[0].Secret)
		_, other := p.Addresses.Confirm(ctx, v, letters[1].Secret)
		if one != nil || !fault.Is(other, "address_taken") {
			t.Errorf("two confirm one address: %v, %v", one, other)
		}
	})
}
