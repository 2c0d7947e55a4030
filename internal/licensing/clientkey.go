package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Proof tells whether a call was signed with the private key of this Ed25519
// public key, and which counter the signature carries, 0 for none. Its nil value
// is a call without a signature, and proves nothing.
type Proof func(publicKey []byte) (counter int64, ok bool)

// Proves reports whether the call was signed with the private key of key.
func (p Proof) Proves(key []byte) bool { return p.of(key) != nil }

func (p Proof) of(key []byte) []byte {
	if _, ok := p.counter(key); !ok {
		return nil
	}
	return key
}

func (p Proof) counter(key []byte) (counter int64, ok bool) {
	if p == nil || key == nil {
		return 0, false
	}
	return p(key)
}

// explain says of the refusal of a client with a key pair what its call lacks.
func (p Proof) explain(r *refusal.Refusal) *refusal.Refusal {
	if r != nil && r.ID == refusal.ClientAssigned && p == nil {
		return refusal.Unsigned()
	}
	return r
}

// ClientKey is what is remembered of a client's public key.
type ClientKey struct {
	Counter   int64     // the highest of its calls that change something; 0 for none
	GivenUpAt time.Time // when a client gave its activation up; zero: it has not
}

// stale judges a counter by the highest that its key has shown so far: a lower or
// equal one is a call that was sent before, and so is one without a counter by a
// key that has shown one. It says nothing against calls of programs that never count.
func stale(counter, highest int64) *refusal.Refusal {
	if counter > highest || counter == 0 && highest == 0 {
		return nil
	}
	r := refusal.Refuse(refusal.CallRepeated)
	r.Counter = highest
	return r
}

// count judges the counter of a signed call, and makes it the highest of its key:
// of two calls with one counter, one is refused. The key's row is locked from then
// on; it comes before device, licences and all other locks. atLeast is what
// heartbeats have shown. A key that was never seen is remembered only with remember.
func (s *Service) count(t tx.Tx, v ident.VendorID, key []byte, counter, atLeast int64, remember bool) (k ClientKey, r *refusal.Refusal, err error) {
	if counter == 0 {
		k, err = s.store.ClientKey(t, v, key)
		return k, stale(0, max(k.Counter, atLeast)), err
	}
	k, higher, err := s.store.CountCall(t, v, key, counter, remember)
	if err != nil {
		return k, nil, err
	}
	if !higher {
		return k, stale(counter, max(k.Counter, atLeast, counter)), nil
	}
	return k, stale(counter, atLeast), nil
}

// countOf is count for the call of a client that holds an activation. Whoever
// does not prove to be that client is left to the other rules.
func (s *Service) countOf(t tx.Tx, v ident.VendorID, a *Activation, p Proof) (*refusal.Refusal, error) {
	counter, ok := p.counter(a.Client.PublicKey)
	if !ok {
		return nil, nil
	}
	_, r, err := s.count(t, v, a.Client.PublicKey, counter, a.Pulse.Counter, true)
	return r, err
}
