package identity_test

import (
	"slices"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/recheck"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestAPIKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		service, rows := storetest.APIKeys(t, e), identitystore.APIKeys{DB: e.DB}
		v, other := storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		public := storetest.AddKeys(t, e, storetest.Keyring(t, e), v)
		auth, err := identity.NewAuthenticator(recheck.NewWatch(e.Clock, e.DB.ChangeCount), rows)
		if err != nil {
			t.Fatal(err)
		}
		type made struct {
			identity.APIKey

			secret string
		}
		create := func(c identity.CreateAPIKey) made {
			return storetest.Do(t, e, func(x tx.Tx) (made, error) {
				k, secret, err := service.Create(x, identity.Operator(v.ID), c)
				return made{k, secret}, err
			})
		}
		app := create(identity.CreateAPIKey{Kind: identity.Provisioning, Name: "App", Ed25519Key: public.Ed25519Key, RSAKey: public.RSAKey})
		admin := create(identity.CreateAPIKey{Kind: identity.Admin, Name: "Back office"})
		if !strings.HasPrefix(app.secret, "chp_") || !strings.HasPrefix(admin.secret, "cha_") {
			t.Errorf("secrets %q, %q", app.secret, admin.secret)
		}
		p, err := auth.Authenticate(t.Context(), app.secret)
		if err != nil || p.Vendor != v.ID || p.VendorUUID != v.UUID || p.ID != app.UUID || p.KeyKind != identity.Provisioning ||
			p.Ed25519Key != public.Ed25519Key || p.RSAKey != public.RSAKey || !slices.Equal(p.Permissions, []identity.Permission{identity.ProvisionClients}) {
			t.Errorf("principal %+v, %v", p, err)
		}
		if p, err := auth.Authenticate(t.Context(), admin.secret); err != nil || !p.May(identity.ManageVendor) || p.RSAKey != 0 {
			t.Errorf("admin %+v, %v", p, err)
		}

		// Nothing of a secret is stored but its hash and its beginning.
		for _, column := range []string{"hint", "name", "permissions"} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM api_keys WHERE `+column+` = $1`, app.secret); n != 0 {
				t.Errorf("%s holds the secret", column)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE after_value LIKE $1`, "%"+app.secret[12:]+"%"); n != 0 {
			t.Error("the audit log holds the secret")
		}

		// A right that is added is there within a second, and one that can't be is refused.
		more := []identity.Permission{identity.ProvisionClients, identity.SwitchLicenses}
		storetest.Do(t, e, func(x tx.Tx) (identity.APIKey, error) {
			return service.Update(x, identity.Operator(v.ID), app.UUID, identity.ChangeAPIKey{Permissions: &more})
		})
		e.Clock.Advance(recheck.MaxAge)
		if p, err := auth.Authenticate(t.Context(), app.secret); err != nil || !p.May(identity.SwitchLicenses) {
			t.Errorf("after adding a right: %+v, %v", p, err)
		}
		much := []identity.Permission{identity.ManageLicenses}
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.APIKey, error) {
			return service.Update(x, identity.Operator(v.ID), app.UUID, identity.ChangeAPIKey{Permissions: &much})
		})

		// Another vendor can't reach it.
		storetest.Refuse(t, e, "api_key_not_found", func(x tx.Tx) (identity.APIKey, error) {
			return service.Revoke(x, identity.Operator(other.ID), app.UUID)
		})
		if _, err := rows.ByUUID(t.Context(), other.ID, app.UUID); err == nil {
			t.Error("another vendor reads the key")
		}

		// Revoked, unknown and malformed ones are answered alike.
		for range 2 {
			storetest.RevokeKey(t, e, v.ID, app.UUID.String())
		}
		e.Clock.Advance(recheck.MaxAge)
		_, revoked := auth.Authenticate(t.Context(), app.secret)
		_, unknown := auth.Authenticate(t.Context(), app.secret[:len(app.secret)-1]+"A")
		_, malformed := auth.Authenticate(t.Context(), "x")
		if revoked == nil || unknown == nil || malformed == nil || revoked.Error() != unknown.Error() || unknown.Error() != malformed.Error() {
			t.Errorf("revoked %v, unknown %v, malformed %v", revoked, unknown, malformed)
		}
		if got, err := rows.ByUUID(t.Context(), v.ID, app.UUID); err != nil || got.RevokedAt == nil || got.Name != "App" {
			t.Errorf("revoked key reads as %+v, %v", got, err)
		}

		request, err := listing.Parse(1, "", "", identitystore.APIKeySorts()...)
		if err != nil {
			t.Fatal(err)
		}
		page, err := rows.List(t.Context(), v.ID, request)
		if err != nil || len(page.Items) != 1 || page.Items[0].UUID != app.UUID || page.Next == "" {
			t.Fatalf("first page %+v, %v", page, err)
		}
		request, err = listing.Parse(1, "", page.Next, identitystore.APIKeySorts()...)
		if err != nil {
			t.Fatal(err)
		}
		if page, err = rows.List(t.Context(), v.ID, request); err != nil || len(page.Items) != 1 || page.Items[0].UUID != admin.UUID || page.Next != "" {
			t.Errorf("second page %+v, %v", page, err)
		}
	})
}

func TestCreateOwner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := storetest.NewPeople(t, e)
		users, passwords, v := p.Users, p.Passwords, p.Vendor
		owner, err := users.PrepareOwner(t.Context(), " Anna@Example.com ")
		if err != nil {
			t.Fatal(err)
		}
		u := storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return users.CreateOwner(x, v.ID, owner) })
		if u.Email != "anna@example.com" || u.Role.Key != identity.Owner || u.ID == 0 {
			t.Errorf("user %+v", u)
		}
		var hash string
		if _, err := e.DB.QueryRow(t.Context(), `SELECT password_hash FROM users WHERE vendor_id = $1`, []any{v.ID}, &hash); err != nil {
			t.Fatal(err)
		}
		if ok, _, err := passwords.Verify(t.Context(), hash, owner.Password); !ok || err != nil {
			t.Errorf("the owner's password: %v, %v", ok, err)
		}
		storetest.Refuse(t, e, "user_exists", func(x tx.Tx) (identity.User, error) { return users.CreateOwner(x, v.ID, owner) })
		for _, email := range []string{"", "anna", "Anna <anna@example.com>", "a@b\nBcc: c@d"} {
			if _, err := users.PrepareOwner(t.Context(), email); err == nil {
				t.Errorf("%q was taken", email)
			}
		}
	})
}
