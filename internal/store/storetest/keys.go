package storetest

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/recheck"
	identitystore "chancery/internal/store/identity"
	keyringstore "chancery/internal/store/keyring"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// APIKeys makes the service of API keys.
func APIKeys(t *testing.T, e Env) *identity.APIKeys {
	t.Helper()
	s, err := identity.NewAPIKeys(identitystore.APIKeys{DB: e.DB}, e.IDs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// NameKeys makes a provisioning key that names these signing keys, and returns its UUID.
func NameKeys(t *testing.T, e Env, x tx.Tx, vendor ident.VendorID, p keyring.Public) (string, error) {
	t.Helper()
	k, _, err := APIKeys(t, e).Create(x, identity.Operator(vendor), identity.CreateAPIKey{
		Kind: identity.Provisioning, Name: "App", Ed25519Key: p.Ed25519Key, RSAKey: p.RSAKey,
	})
	return k.UUID.String(), err
}

// RevokeKey revokes an API key.
func RevokeKey(t *testing.T, e Env, vendor ident.VendorID, uuid string) {
	t.Helper()
	id, err := ident.ParseUUID(uuid)
	if err != nil {
		t.Fatal(err)
	}
	Do(t, e, func(x tx.Tx) (identity.APIKey, error) { return APIKeys(t, e).Revoke(x, identity.Operator(vendor), id) })
}

// Keyring makes the keyring.
func Keyring(t *testing.T, e Env) *keyring.Keyring {
	t.Helper()
	sealer, err := keyring.NewSealer(keyring.MasterKey{1})
	if err != nil {
		t.Fatal(err)
	}
	k, err := keyring.New(keyring.Config{
		Store: keyringstore.Store{DB: e.DB}, Sealer: sealer, Watch: recheck.NewWatch(e.Clock, e.DB.ChangeCount),
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// AddKeys gives a vendor new signing keys, and lets caches see them.
func AddKeys(t *testing.T, e Env, k *keyring.Keyring, v vendors.Vendor, kinds ...keyring.Kind) keyring.Public {
	t.Helper()
	m, err := keyring.Generate(kinds...)
	if err != nil {
		t.Fatal(err)
	}
	public := Do(t, e, func(x tx.Tx) (keyring.Public, error) { return k.Create(x, v.ID, v.UUID, m) })
	e.Clock.Advance(recheck.MaxAge)
	return public
}
