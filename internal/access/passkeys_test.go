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

func TestPasskeyRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		rows := accessstore.Passkeys{DB: e.DB}
		user, password := p.User(t, "anna@example.com", identity.Viewer)
		key := access.Passkey{UUID: e.IDs.V7(), User: user.ID, Credential: []byte("c"), Name: "Laptop", Record: []byte("{}"), CreatedAt: e.Clock.Now()}
		insert := func(k access.Passkey) bool {
			return storetest.Do(t, e, func(x tx.Tx) (bool, error) { return rows.InsertPasskey(x, p.Vendor.ID, k) })
		}
		if !insert(key) {
			t.Fatal("it is not stored")
		}
		twice := key
		if twice.UUID = e.IDs.V7(); insert(twice) {
			t.Error("one credential is stored twice")
		}
		if step := p.half(t, "anna@example.com", password); step == "" {
			t.Error("a passkey is no second factor")
		}
		bolt := storetest.Vendor(t, e, "Bolt").ID
		found := storetest.Do(t, e, func(x tx.Tx) (bool, error) {
			_, found, err := rows.Passkey(x, bolt, key.Credential)
			return found, err
		})
		if found {
			t.Error("another vendor finds it")
		}
		at := e.Clock.Now().UTC()
		key.UsedAt, key.SuspectAt, key.Record = &at, &at, []byte("{2}")
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, rows.SetPasskey(x, p.Vendor.ID, key) })
		all, err := rows.Passkeys(t.Context(), p.Vendor.ID, user.ID)
		if err != nil || len(all) != 1 || all[0].Name != "Laptop" || string(all[0].Record) != "{2}" || all[0].SuspectAt == nil || all[0].UsedAt == nil {
			t.Errorf("%+v, %v", all, err)
		}
		storetest.Do(t, e, func(x tx.Tx) (identity.User, error) { return p.Users.ClearSecondFactor(x, p.Operator(), user.UUID) })
		p.SignInAs(t, "anna@example.com", password)
	})
}

// A ceremony is ended once, by one of many at the same moment, at its own vendor.
func TestCeremoniesEndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		rows, bolt := accessstore.Passkeys{DB: e.DB}, storetest.Vendor(t, e, "Bolt").ID
		var hash [32]byte
		if _, err := rand.Read(hash[:]); err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, rows.PutCeremony(x, p.Vendor.ID, hash, access.Ceremony{
				Kind: access.UsePasskey, Sealed: []byte("s"), ExpiresAt: x.Now().Add(1),
			})
		})
		take := func(x tx.Tx) (bool, error) {
			_, found, err := rows.TakeCeremony(x, p.Vendor.ID, hash)
			return found, err
		}
		if storetest.Do(t, e, func(x tx.Tx) (bool, error) { _, found, err := rows.TakeCeremony(x, bolt, hash); return found, err }) {
			t.Error("another vendor ends it")
		}
		var got atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				found, err := storetest.Try(t, e, take)
				if err != nil {
					t.Error(err)
				}
				if found {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Errorf("%d have ended it", got.Load())
		}
	})
}

func TestProviderRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		p := newTeam(t, e)
		rows, bolt := accessstore.Providers{DB: e.DB}, storetest.Vendor(t, e, "Bolt").ID
		anna, _ := p.User(t, "anna@example.com", identity.Viewer)
		bob, _ := p.User(t, "bob@example.com", identity.Viewer)
		want := access.Provider{Issuer: "https://id.example.com", ClientID: "c", SealedSecret: []byte("s"), Label: "ID", Only: true, Enabled: true}
		for range 2 {
			storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, rows.SetProvider(x, p.Vendor.ID, want) })
		}
		got, found, err := rows.ProviderOf(t.Context(), p.Vendor.ID)
		if err != nil || !found || got.Label != "ID" || !got.Only || !got.Enabled || got.TriedAt != nil {
			t.Errorf("%+v, %v", got, err)
		}
		if _, found, err := rows.ProviderOf(t.Context(), bolt); found || err != nil {
			t.Errorf("another vendor has it: %v", err)
		}
		link := func(user identity.User, subject string) bool {
			return storetest.Do(t, e, func(x tx.Tx) (bool, error) {
				return rows.Link(x, p.Vendor.ID, user.ID, access.Identity{Issuer: want.Issuer, Subject: subject, Email: user.Email})
			})
		}
		if !link(anna, "1") || link(bob, "1") || link(anna, "2") {
			t.Error("a subject has two users, or a user two subjects")
		}
		who := storetest.Do(t, e, func(x tx.Tx) (bool, error) {
			id, found, err := rows.Identified(x, p.Vendor.ID, want.Issuer, "1")
			return found && id == anna.ID, err
		})
		if !who {
			t.Error("the subject does not lead to its user")
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, rows.Unlink(x, p.Vendor.ID, anna.ID, want.Issuer) })
		if _, found, err := rows.Linked(t.Context(), p.Vendor.ID, anna.ID, want.Issuer); found || err != nil {
			t.Errorf("it is linked still: %v", err)
		}
	})
}
