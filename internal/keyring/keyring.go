package keyring

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/recheck"
	"chancery/internal/tx"
	"chancery/signed"
)

// Config is what a keyring needs.
type Config struct {
	Store  Store
	Sealer *Sealer
	Watch  *recheck.Watch

	// Workers is how many RSA signatures are made at once; 0 means one per processor.
	Workers int

	// Queue is how many more may wait; 0 means 128 for each worker. One more is refused.
	Queue int
}

// Keyring signs and opens in the vendors' names. It is safe for concurrent use.
type Keyring struct {
	store     Store
	sealer    *Sealer
	rings     *recheck.Cache[ident.VendorID, *ring]
	opened    opened
	pool      pool
	constants constants
}

// New makes a keyring.
func New(c Config) (*Keyring, error) {
	if c.Store == nil || c.Sealer == nil || c.Watch == nil {
		return nil, errors.New("keyring: Config needs Store, Sealer and Watch")
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Queue == 0 {
		c.Queue = 128 * c.Workers
	}
	k := &Keyring{store: c.Store, sealer: c.Sealer, pool: newPool(c.Workers, c.Queue)}
	k.rings = recheck.NewCache(c.Watch, k.load)
	return k, nil
}

// Create seals and stores new keys of a vendor: all kinds of a new vendor, or
// the pair of one kind that rotation adds. Older keys live on until retired.
func (k *Keyring) Create(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, m Material) (Public, error) {
	var public Public
	for _, p := range m.pairs {
		sealed, err := k.sealer.Seal(Purpose(uuid, p.kind, p.kid), p.private)
		if err != nil {
			return Public{}, err
		}
		id, err := k.store.Insert(t, vendor, Key{KID: p.kid, Kind: p.kind, Public: p.public, Sealed: sealed, CreatedAt: t.Now()})
		if err != nil {
			return Public{}, err
		}
		if err := add(&public, id, p.kind, p.public); err != nil {
			return Public{}, err
		}
		t.Journal(tx.Entry{
			Vendor: vendor, Action: "signing_key.created", Subject: "signing_key",
			After: map[string]string{"kid": p.kid, "kind": string(p.kind)},
		})
	}
	return public, nil
}

// Retire takes a key out of use, by its kid: not the newest of its kind, and
// none that an unrevoked API key names. Retiring twice changes nothing.
func (k *Keyring) Retire(t tx.Tx, vendor ident.VendorID, kid string) error {
	keys, err := k.store.Keys(t, vendor)
	if err != nil {
		return err
	}
	found, newest, err := pick(keys, kid)
	if err != nil || found.Retired() {
		return err
	}
	if newest {
		return errLast()
	}
	n, err := k.store.NamedBy(t, vendor, found.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return errNamed()
	}
	if err := k.store.Retire(t, vendor, found.ID, t.Now()); err != nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "signing_key.retired", Subject: "signing_key",
		Before: map[string]string{"kid": kid, "kind": string(found.Kind)},
	})
	return nil
}

// destroyPortion is how many keys one transaction destroys.
const destroyPortion = 50

// SealingKept is for how many days a retired key opens what was sealed to it: requests
// are answered for 30 days by the clocks of devices, which may be wrong, and it takes time
// until a file is brought.
const SealingKept = 60

// Destroy destroys the private parts of keys that were retired at an instant or before,
// those that sign or those that are sealed to, and tells how many: periodic work. One that
// an unrevoked API key names stays: it can't have been retired.
func (k *Keyring) Destroy(ctx context.Context, run tx.Runner, sealing bool, retired time.Time) (n int, err error) {
	kinds := slices.DeleteFunc(Kinds(), func(k Kind) bool { return k.Seals() != sealing })
	for {
		found, destroyed := 0, 0
		if err := run.Run(ctx, func(t tx.Tx) error {
			keys, err := k.store.Undestroyed(t, kinds, retired, destroyPortion)
			if err != nil {
				return err
			}
			found, destroyed = len(keys), 0
			for _, key := range keys {
				named, err := k.store.NamedBy(t, key.Vendor, key.ID)
				if err != nil {
					return err
				}
				if named > 0 {
					continue
				}
				if err := k.store.Destroy(t, key.Vendor, key.ID, t.Now()); err != nil {
					return err
				}
				destroyed++
				t.Journal(tx.Entry{
					Vendor: key.Vendor, Action: "signing_key.destroyed", Subject: "signing_key",
					Before: map[string]string{"kid": key.KID, "kind": string(key.Kind)},
				})
			}
			return nil
		}); err != nil {
			return n, err
		}
		n += destroyed
		if found < destroyPortion || destroyed == 0 {
			return n, nil
		}
	}
}

// Complete gives vendors that are older than a kind of key one of it, and tells how many:
// periodic work. One that fails keeps no other waiting.
func (k *Keyring) Complete(ctx context.Context, run tx.Runner) (n int, err error) {
	var failed []error
	for _, kind := range Kinds() {
		lacking, err := k.store.Lacking(ctx, kind, destroyPortion)
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		for _, l := range lacking {
			m, err := Generate(kind)
			if err != nil {
				return n, errors.Join(append(failed, err)...)
			}
			if err := run.Run(ctx, func(t tx.Tx) error {
				keys, err := k.store.Keys(t, l.Vendor) // another server may have been faster
				if err != nil || slices.ContainsFunc(keys, func(k Key) bool { return k.Kind == kind }) {
					return err
				}
				_, err = k.Create(t, l.Vendor, l.UUID, m)
				return err
			}); err != nil {
				failed = append(failed, err)
				continue
			}
			n++
		}
	}
	return n, errors.Join(failed...)
}

// Check opens one stored key, so that a wrong master key shows at the start of
// the server and not at the first call. Without any key it is content.
func (k *Keyring) Check(ctx context.Context) error {
	vendor, key, found, err := k.store.Sample(ctx)
	if err != nil || !found {
		return err
	}
	_, err = k.sealer.Open(Purpose(vendor, key.Kind, key.KID), key.Sealed)
	return err
}

// Keys lists all keys of a vendor, retired ones too, oldest first, without their private parts.
func (k *Keyring) Keys(ctx context.Context, vendor ident.VendorID) ([]Key, error) {
	_, keys, err := k.store.List(ctx, vendor)
	for i := range keys {
		keys[i].Sealed = nil
	}
	return keys, err
}

// Newest gives the public half of the vendor's newest key of each kind.
func (k *Keyring) Newest(ctx context.Context, vendor ident.VendorID) (Public, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return Public{}, err
	}
	return r.public, nil
}

// JWKS lists the vendor's keys in use, newest first.
func (k *Keyring) JWKS(ctx context.Context, vendor ident.VendorID) (signed.JWKSet, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return signed.JWKSet{}, err
	}
	return r.set, nil
}
