package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// SetClientKey implements licensing.Store.
func (s *Store) SetClientKey(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	return store.On(t).Later(`UPDATE activations SET client_public_key = $1 WHERE vendor_id = $2 AND id = $3`, a.Client.PublicKey, v, a.ID)
}

// ClientKey implements licensing.Store.
func (s *Store) ClientKey(t tx.Tx, v ident.VendorID, key []byte) (k licensing.ClientKey, err error) {
	var given store.OptionalInt
	_, err = store.On(t).QueryRow(`SELECT counter, given_up_at FROM client_keys WHERE vendor_id = $1 AND public_key = $2`,
		[]any{v, key}, &k.Counter, &given)
	k.GivenUpAt = given.Instant()
	return k, err
}

// CountCall implements licensing.Store. The comparison and the change are one
// statement, so that of two calls with one counter the second finds it taken.
func (s *Store) CountCall(t tx.Tx, v ident.VendorID, key []byte, counter int64, remember bool) (k licensing.ClientKey, higher bool, err error) {
	text := `UPDATE client_keys SET counter = $3 WHERE vendor_id = $1 AND public_key = $2 AND counter < $3 RETURNING given_up_at`
	if remember {
		text = `INSERT INTO client_keys (vendor_id, public_key, counter) VALUES ($1, $2, $3)
			ON CONFLICT (vendor_id, public_key) DO UPDATE SET counter = excluded.counter WHERE client_keys.counter < excluded.counter RETURNING given_up_at`
	}
	var given store.OptionalInt
	higher, err = store.On(t).QueryRow(text, []any{v, key, counter}, &given)
	if err != nil || higher {
		return licensing.ClientKey{Counter: counter, GivenUpAt: given.Instant()}, higher, err
	}
	k, err = s.ClientKey(t, v, key)
	return k, !remember && k == licensing.ClientKey{}, err
}

// keepKey remembers the key of an activation that ends: what its heartbeats have
// counted, which goes with the activation, and that its client gave it up.
func keepKey(t tx.Tx, v ident.VendorID, a *licensing.Activation, reason licensing.Reason) error {
	var given time.Time
	if reason == licensing.ByClient {
		given = t.Now()
	}
	if a.Client.PublicKey == nil || given.IsZero() && a.Pulse.Counter == 0 {
		return nil
	}
	q := store.On(t)
	return q.Later(`INSERT INTO client_keys (vendor_id, public_key, counter, given_up_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, public_key) DO UPDATE SET counter = `+q.Dialect.Greatest("client_keys.counter", "excluded.counter")+`,
			given_up_at = COALESCE(client_keys.given_up_at, excluded.given_up_at)`,
		v, a.Client.PublicKey, a.Pulse.Counter, store.Millis(given))
}
