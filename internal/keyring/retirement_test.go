package keyring_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/keyring"
	"chancery/internal/recheck"
	"chancery/internal/store"
	keyringstore "chancery/internal/store/keyring"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/signed"
)

func TestKeyring(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		k, v, other := storetest.Keyring(t, e), storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		if err := k.Check(t.Context()); err != nil {
			t.Errorf("check without any key: %v", err)
		}
		first := storetest.AddKeys(t, e, k, v)
		if err := k.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := k.SignRSA(t.Context(), other.ID, first.RSAKey, []byte("body")); err == nil {
			t.Error("another vendor signs with this vendor's key")
		}
		second := storetest.AddKeys(t, e, k, v, keyring.Ed25519)
		if newest, err := k.Newest(t.Context(), v.ID); err != nil || newest.Ed25519Key != second.Ed25519Key || newest.RSAKey != first.RSAKey {
			t.Errorf("newest %+v, %v", newest, err)
		}
		if set, err := k.JWKS(t.Context(), v.ID); err != nil || len(set.Keys) != 6 {
			t.Errorf("set %+v, %v", set, err)
		}

		retire := func(x tx.Tx) (int, error) { return 0, k.Retire(x, v.ID, signed.KeyID(first.Ed25519)) }
		key := storetest.Do(t, e, func(x tx.Tx) (string, error) { return storetest.NameKeys(t, e, x, v.ID, first) })
		pinned := func() (n int) {
			t.Helper()
			_, keys, err := keyringstore.Store{DB: e.DB}.List(t.Context(), v.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range keys {
				if k.Pinned && k.ID != first.Ed25519Key && k.ID != first.RSAKey {
					t.Errorf("%s %d is pinned", k.Kind, k.ID)
				}
				if k.Pinned {
					n++
				}
			}
			return n
		}
		storetest.Refuse(t, e, "signing_key_in_use", retire)
		if n := pinned(); n != 2 {
			t.Errorf("%d keys are pinned", n)
		}
		storetest.RevokeKey(t, e, v.ID, key)
		if n := pinned(); n != 0 {
			t.Errorf("%d keys are pinned by a revoked key", n)
		}
		storetest.Do(t, e, retire)
		e.Clock.Advance(recheck.MaxAge)
		if _, err := k.SignDocument(t.Context(), v.ID, first.Ed25519Key, signed.TypeLicense, []byte("{}")); err == nil {
			t.Error("a retired key signs")
		}
		keys, err := k.Keys(t.Context(), v.ID)
		if err != nil || len(keys) != 6 || !keys[0].Retired() || keys[1].Retired() {
			t.Errorf("keys %+v, %v", keys, err)
		}
	})
}

// The private part of a retired key is destroyed when its time has come, and nothing
// else of it; a key in use is never touched.
func TestRetiredKeysAreDestroyed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		k, v := storetest.Keyring(t, e), storetest.Vendor(t, e, "Acme")
		first := storetest.AddKeys(t, e, k, v)
		storetest.AddKeys(t, e, k, v)
		kids := []string{signed.KeyID(first.Ed25519), signed.RSAJWK(first.RSA).KeyID, signed.KeyID(first.Documents), signed.SealingKeyID(first.X25519), first.Hybrid.KeyID()}
		for _, kid := range kids {
			storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, k.Retire(x, v.ID, kid) })
		}
		retired := e.Clock.Now()
		e.Clock.Advance(recheck.MaxAge)
		request, err := signed.SealHybrid(first.Hybrid, signed.SealActivation, v.UUID.String(), []byte("content"))
		if err != nil {
			t.Fatal(err)
		}
		opens := func() bool {
			content, err := k.OpenRequest(t.Context(), v.ID, request)
			return err == nil && string(content) == "content"
		}
		destroy := func(sealing bool, before time.Time, want int) {
			t.Helper()
			if n, err := k.Destroy(t.Context(), e.DB, sealing, before); err != nil || n != want {
				t.Errorf("%d destroyed, %v; want %d", n, err, want)
			}
		}
		destroy(false, retired.Add(-time.Millisecond), 0)
		destroy(false, retired, 3)
		destroy(false, e.Clock.Now(), 0)
		if !opens() {
			t.Error("a retired key does not open what is on its way to it")
		}
		destroy(true, retired, 2)
		e.Clock.Advance(recheck.MaxAge)
		if opens() {
			t.Error("a destroyed key opens")
		}
		if n := storetest.Count(t, e, "SELECT COUNT(*) FROM signing_keys WHERE length(sealed_private) > 0"); n != 5 {
			t.Errorf("%d private parts are left, want those of the 5 keys in use", n)
		}
		if n := storetest.Count(t, e, "SELECT COUNT(*) FROM audit_log WHERE action = 'signing_key.destroyed'"); n != 5 {
			t.Errorf("%d are in the audit log", n)
		}
		keys, err := k.Keys(t.Context(), v.ID)
		if err != nil || len(keys) != 10 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for _, key := range keys {
			old := slices.Contains(kids, key.KID)
			if key.Destroyed() != old || len(key.Public) == 0 || old && key.DestroyedAt.IsZero() {
				t.Errorf("%s: destroyed at %v", key.Kind, key.DestroyedAt)
			}
		}
		for _, c := range keyringstore.Sealed() {
			if err := c.Each(t.Context(), e.DB, nil, func(s store.SealedValue) {
				if len(s.Sealed) == 0 {
					t.Error("nothing is taken for a sealed value")
				}
			}); err != nil {
				t.Error(err)
			}
		}
	})
}
