package keyring_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/recheck"
	"chancery/internal/tx"
)

// memory is a keyring.Store and a tx.Tx for one vendor.
type memory struct {
	uuid    ident.UUID
	keys    []keyring.Key
	named   map[ident.SigningKeyID]int
	changes int64
	journal []string
	list    keyring.KeyList
	broken  bool // another vendor lacks keys, and can have none
}

func (m *memory) Insert(_ tx.Tx, _ ident.VendorID, k keyring.Key) (ident.SigningKeyID, error) {
	k.ID = ident.SigningKeyID(len(m.keys) + 1)
	m.keys = append(m.keys, k)
	m.changes++
	return k.ID, nil
}

func (m *memory) Keys(_ tx.Tx, v ident.VendorID) ([]keyring.Key, error) {
	if v != ident.VendorOf(1) {
		return nil, errors.New("no keys of this vendor")
	}
	return m.keys, nil
}

func (m *memory) NamedBy(_ tx.Tx, _ ident.VendorID, id ident.SigningKeyID) (int, error) {
	return m.named[id], nil
}

func (m *memory) Retire(_ tx.Tx, _ ident.VendorID, id ident.SigningKeyID, at time.Time) error {
	m.keys[id-1].RetiredAt = at
	m.changes++
	return nil
}

func (m *memory) Lacking(_ context.Context, kind keyring.Kind, _ int) ([]keyring.Lacking, error) {
	if slices.ContainsFunc(m.keys, func(k keyring.Key) bool { return k.Kind == kind }) {
		return nil, nil
	}
	lacking := []keyring.Lacking{{Vendor: ident.VendorOf(1), UUID: m.uuid}}
	if m.broken {
		lacking = slices.Insert(lacking, 0, keyring.Lacking{Vendor: ident.VendorOf(2), UUID: m.uuid})
	}
	return lacking, nil
}

func (m *memory) KeyList(context.Context, ident.VendorID) (keyring.KeyList, error) {
	return m.list, nil
}
func (m *memory) LockKeyList(tx.Tx, ident.VendorID) (keyring.KeyList, error) { return m.list, nil }

func (m *memory) SaveKeyList(_ tx.Tx, _ ident.VendorID, l keyring.KeyList) error {
	m.list = l
	m.changes++
	return nil
}

func (m *memory) Undestroyed(_ tx.Tx, kinds []keyring.Kind, retired time.Time, limit int) (found []keyring.Owned, _ error) {
	for _, k := range m.keys {
		if slices.Contains(kinds, k.Kind) && k.Retired() && !k.Destroyed() && !k.RetiredAt.After(retired) && len(found) < limit {
			found = append(found, keyring.Owned{Key: k, Vendor: ident.VendorOf(1)})
		}
	}
	return found, nil
}

func (m *memory) Destroy(_ tx.Tx, _ ident.VendorID, id ident.SigningKeyID, at time.Time) error {
	m.keys[id-1].Sealed, m.keys[id-1].DestroyedAt = nil, at
	m.changes++
	return nil
}

func (m *memory) List(context.Context, ident.VendorID) (ident.UUID, []keyring.Key, error) {
	keys := append([]keyring.Key(nil), m.keys...)
	for i := range keys {
		keys[i].Pinned = m.named[keys[i].ID] > 0
	}
	return m.uuid, keys, nil
}

func (m *memory) Sample(context.Context) (ident.UUID, keyring.Key, bool, error) {
	if len(m.keys) == 0 {
		return ident.UUID{}, keyring.Key{}, false, nil
	}
	return m.uuid, m.keys[0], true, nil
}

func (m *memory) Run(_ context.Context, f func(tx.Tx) error) error { return f(m) }

func (m *memory) Context() context.Context { return context.Background() }
func (m *memory) Now() time.Time           { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) }
func (m *memory) Spent() bool              { return false }
func (m *memory) Journal(e tx.Entry)       { m.journal = append(m.journal, e.Action) }
func (m *memory) Enqueue(tx.Event)         {}

type bundle struct {
	*keyring.Keyring

	db     *memory
	vendor ident.VendorID
	clock  *ident.ManualClock
}

// setup makes a keyring with one vendor that has one key of each kind.
func setup(tb testing.TB, change ...func(*keyring.Config)) bundle {
	tb.Helper()
	clock := ident.NewManualClock(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	db := &memory{uuid: ident.Source{Clock: clock, Rand: rand.Reader}.V7(), named: map[ident.SigningKeyID]int{}}
	c := keyring.Config{
		Store: db, Sealer: sealer(tb, 1),
		Watch: recheck.NewWatch(clock, func(context.Context) (int64, error) { return db.changes, nil }),
	}
	for _, f := range change {
		f(&c)
	}
	k, err := keyring.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	b := bundle{Keyring: k, db: db, vendor: ident.VendorOf(1), clock: clock}
	b.create(tb)
	return b
}

// create adds pairs, all kinds without arguments, and lets the caches see them.
func (b bundle) create(tb testing.TB, kinds ...keyring.Kind) keyring.Public {
	tb.Helper()
	m, err := keyring.Generate(kinds...)
	if err != nil {
		tb.Fatal(err)
	}
	public, err := b.Create(b.db, b.vendor, b.db.uuid, m)
	if err != nil {
		tb.Fatal(err)
	}
	b.clock.Advance(recheck.MaxAge)
	return public
}

func sealer(tb testing.TB, first byte) *keyring.Sealer {
	tb.Helper()
	s, err := keyring.NewSealer(keyring.MasterKey{first})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
