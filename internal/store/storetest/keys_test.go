package storetest_test

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	keyringstore "chancery/internal/store/keyring"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestSigningKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		rows := keyringstore.Store{DB: e.DB}
		if _, _, found, err := rows.Sample(t.Context()); err != nil || found {
			t.Errorf("a sample of nothing: %t, %v", found, err)
		}
		vendor, other := storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		changes, _ := e.DB.ChangeCount(t.Context())
		made := keyring.Key{KID: "k1", Kind: "ed25519", Public: []byte{1}, Sealed: []byte{2}, CreatedAt: storetest.Start}
		made.ID = storetest.Do(t, e, func(x tx.Tx) (ident.SigningKeyID, error) { return rows.Insert(x, vendor.ID, made) })
		uuid, keys, err := rows.List(t.Context(), vendor.ID)
		if err != nil || uuid != vendor.UUID || len(keys) != 1 || !same(keys[0], made) {
			t.Errorf("listed %v %+v, %v", uuid, keys, err)
		}
		if _, keys, err := rows.List(t.Context(), other.ID); err != nil || len(keys) != 0 {
			t.Errorf("another vendor has %+v, %v", keys, err)
		}
		if n := storetest.Do(t, e, func(x tx.Tx) (int, error) { return rows.NamedBy(x, vendor.ID, made.ID) }); n != 0 {
			t.Errorf("%d API keys name it", n)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, rows.Retire(x, other.ID, made.ID, storetest.Start) })
		if inside := storetest.Do(t, e, func(x tx.Tx) ([]keyring.Key, error) { return rows.Keys(x, vendor.ID) }); len(inside) != 1 || !inside[0].RetiredAt.IsZero() {
			t.Errorf("after another vendor retired it: %+v", inside)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, rows.Retire(x, vendor.ID, made.ID, storetest.Start) })
		uuid, got, found, err := rows.Sample(t.Context())
		if err != nil || !found || uuid != vendor.UUID || !got.RetiredAt.Equal(storetest.Start) {
			t.Errorf("the sample: %v %+v %t, %v", uuid, got, found, err)
		}
		if now, err := e.DB.ChangeCount(t.Context()); err != nil || now < changes+2 {
			t.Errorf("the change counter went from %d to %d, %v", changes, now, err)
		}
	})
}

func same(x, y keyring.Key) bool {
	return x.ID == y.ID && x.KID == y.KID && x.Kind == y.Kind && string(x.Public) == string(y.Public) &&
		string(x.Sealed) == string(y.Sealed) && x.CreatedAt.Equal(y.CreatedAt) && x.RetiredAt.Equal(y.RetiredAt)
}
