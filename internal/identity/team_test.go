package identity_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What changes of a user is there at the next request of every session.
func TestRolesTakeEffectAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := storetest.NewPeople(t, e)
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		token := p.SignInAs(t, "anna@example.com", password).Token
		may := func(what identity.Permission) bool {
			t.Helper()
			principal, _, err := p.Authenticate(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return principal.May(what)
		}
		if may(identity.ManageLicenses) {
			t.Error("a viewer manages licences")
		}
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) {
			return p.Users.SetRole(x, p.Operator(), user.UUID, identity.Sales)
		})
		if !may(identity.ManageLicenses) {
			t.Error("sales does not manage licences")
		}
		own := storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.Roles.Create(x, p.Operator(), identity.NewRole{Name: "Desk", Permissions: []identity.Permission{identity.ViewDevices, identity.ViewLicenses}})
		})
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.SetRole(x, p.Operator(), user.UUID, own.Key) })
		if may(identity.ManageLicenses) || !may(identity.ViewDevices) {
			t.Error("the vendor's own role is not what the user has")
		}
		fewer := []identity.Permission{identity.ViewLicenses}
		storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.Roles.Update(x, p.Operator(), own.UUID, identity.ChangeRole{Permissions: &fewer})
		})
		if may(identity.ViewDevices) {
			t.Error("a permission outlives its taking")
		}
		storetest.Refuse(t, e, "role_in_use", func(x tx.Tx) (int, error) { return 0, p.Roles.Delete(x, p.Operator(), own.UUID) })
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.Disable(x, p.Operator(), user.UUID) })
		p.SignedOut(t, token, "disabled")
		if _, err := p.SignIn.Password(t.Context(), p.Vendor.ID, "anna@example.com", password, storetest.Visit("192.0.2.1")); !fault.Is(err, "sign_in_failed") {
			t.Errorf("a disabled user signs in: %v", err)
		}
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.Enable(x, p.Operator(), user.UUID) })
		token = p.SignInAs(t, "anna@example.com", password).Token
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.Users.Remove(x, p.Operator(), user.UUID) }); err != nil {
			t.Fatal(err)
		}
		p.SignedOut(t, token, "removed")
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error { return p.Roles.Delete(x, p.Operator(), own.UUID) }); err != nil {
			t.Error(err)
		}
	})
}

// Attack: getting more than one holds, by giving it to oneself or another, by a
// role, or by reaching through a mightier user's account.
func TestNobodyGrantsWhatTheyDoNotHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := storetest.NewPeople(t, e)
		owner, _ := p.User(t, "owner@example.com", identity.Owner)
		admin, password := p.User(t, "admin@example.com", identity.AdminRole)
		viewer, _ := p.User(t, "viewer@example.com", identity.Viewer)
		by := p.As(t, "admin@example.com", password)
		for name, attack := range map[string]func(x tx.Tx) error{
			"an owner of oneself": func(x tx.Tx) error { _, err := p.Users.SetRole(x, by, admin.UUID, identity.Owner); return err },
			"a new owner": func(x tx.Tx) error {
				_, err := p.Users.Create(x, by, identity.NewUser{Email: "new@example.com", Role: identity.Owner})
				return err
			},
			"the owner down":            func(x tx.Tx) error { _, err := p.Users.SetRole(x, by, owner.UUID, identity.Viewer); return err },
			"the owner off":             func(x tx.Tx) error { _, err := p.Users.Disable(x, by, owner.UUID); return err },
			"the owner away":            func(x tx.Tx) error { return p.Users.Remove(x, by, owner.UUID) },
			"the owner's name":          func(x tx.Tx) error { _, err := p.Users.Rename(x, by, owner.UUID, "x"); return err },
			"the owner's second factor": func(x tx.Tx) error { _, err := p.Users.ClearSecondFactor(x, by, owner.UUID); return err },
			"the owner's invitation":    func(x tx.Tx) error { _, _, err := p.Invitations.InviteAgain(x, by, owner.UUID); return err },
			"the owner's client":        func(x tx.Tx) error { _, err := p.Invitations.ActivationCode(x, by, owner.Email); return err },
			"a role of owners": func(x tx.Tx) error {
				_, err := p.Roles.Create(x, by, identity.NewRole{Name: "x", Permissions: []identity.Permission{identity.ManageOwners}})
				return err
			},
		} {
			if _, err := storetest.Try(t, e, func(x tx.Tx) (int, error) { return 0, attack(x) }); !fault.Is(err, "permission_beyond") {
				t.Errorf("%s: %v", name, err)
			}
		}
		secret, err := p.Users.NewSecret(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Refuse(t, e, "permission_beyond", func(x tx.Tx) (identity.User, error) { return p.Users.ResetPassword(x, by, owner.UUID, secret) })
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.SetRole(x, by, viewer.UUID, identity.Support) })

		// What a role can't have is refused, and another vendor's things are not there.
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.Role, error) {
			return p.Roles.Create(x, p.Operator(), identity.NewRole{Name: "x", Permissions: []identity.Permission{"fly"}})
		})
		// The audit log would tell it from the built-in one by nothing.
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.Role, error) {
			return p.Roles.Create(x, p.Operator(), identity.NewRole{Name: "owner", Permissions: []identity.Permission{identity.ViewDevices}})
		})
		stranger := identity.Operator(storetest.Vendor(t, e, "Bolt").ID)
		storetest.Refuse(t, e, "user_not_found", func(x tx.Tx) (identity.User, error) { return p.Users.Disable(x, stranger, viewer.UUID) })
		role := storetest.Do(t, e, func(x tx.Tx) (identity.Role, error) {
			return p.Roles.Create(x, by, identity.NewRole{Name: "Desk", Permissions: []identity.Permission{identity.ViewDevices}})
		})
		storetest.Refuse(t, e, "role_not_found", func(x tx.Tx) (int, error) { return 0, p.Roles.Delete(x, stranger, role.UUID) })
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.User, error) {
			return p.Users.Create(x, stranger, identity.NewUser{Email: "new@example.com", Role: role.Key})
		})
	})
}

// Attack on oneself: two owners who demote each other at the same moment leave
// one owner.
func TestTheLastOwnerStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := storetest.NewPeople(t, e)
		owners := make([]identity.User, 4)
		for i := range owners {
			owners[i], _ = p.User(t, fmt.Sprintf("owner%d@example.com", i), identity.Owner)
		}
		ways := []func(x tx.Tx, u identity.User) error{
			func(x tx.Tx, u identity.User) error {
				_, err := p.Users.SetRole(x, p.Operator(), u.UUID, identity.Viewer)
				return err
			},
			func(x tx.Tx, u identity.User) error { _, err := p.Users.Disable(x, p.Operator(), u.UUID); return err },
			func(x tx.Tx, u identity.User) error { return p.Users.Remove(x, p.Operator(), u.UUID) },
			func(x tx.Tx, u identity.User) error {
				_, err := p.Users.SetRole(x, p.Operator(), u.UUID, "")
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
