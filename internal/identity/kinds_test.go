package identity_test

import (
	"slices"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/recheck"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A key for events sends and reads nothing, one for reading reads what was observed, and
// neither takes any other permission.
func TestKeysForEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		service, rows := storetest.APIKeys(t, e), identitystore.APIKeys{DB: e.DB}
		v := storetest.Vendor(t, e, "Acme")
		auth, err := identity.NewAuthenticator(recheck.NewWatch(e.Clock, e.DB.ChangeCount), rows)
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[identity.KeyKind]struct {
			prefix      string
			permissions []identity.Permission
		}{
			identity.Ingest: {"chi_", []identity.Permission{identity.SendEvents}},
			identity.Read:   {"chr_", []identity.Permission{identity.ViewUsage, identity.ViewAccounts}},
		} {
			secret := storetest.Do(t, e, func(x tx.Tx) (string, error) {
				_, secret, err := service.Create(x, identity.Operator(v.ID), identity.CreateAPIKey{Kind: kind, Name: "K"})
				return secret, err
			})
			p, err := auth.Authenticate(t.Context(), secret)
			if err != nil || !strings.HasPrefix(secret, want.prefix) || p.KeyKind != kind || !slices.Equal(p.Permissions, want.permissions) {
				t.Errorf("%s: %q, %+v, %v", kind, secret[:4], p, err)
			}
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM api_keys WHERE kind = $1 AND hint LIKE $2`, string(kind), want.prefix+"%"); n != 1 {
				t.Errorf("%s: %d rows", kind, n)
			}
			storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (identity.APIKey, error) {
				k, _, err := service.Create(x, identity.Operator(v.ID), identity.CreateAPIKey{
					Kind: kind, Name: "K", Permissions: []identity.Permission{identity.ViewLicenses},
				})
				return k, err
			})
		}
	})
}
