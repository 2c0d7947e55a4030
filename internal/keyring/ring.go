package keyring

import (
	"context"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/signed"
)

// ring is a vendor's keys in use, oldest first, as the cache holds them.
type ring struct {
	uuid    ident.UUID
	keys    []*ringKey
	closing []*ringKey // retired ones that requests were sealed to, and may still come
	public  Public
	set     signed.JWKSet
	list    KeyList
	revoked []string // kids, by the list
}

type ringKey struct {
	id      ident.SigningKeyID
	kind    Kind
	kid     string
	public  []byte
	pinned  bool
	since   int64 // when it was made, in Unix seconds
	private *private
}

func (k *Keyring) load(ctx context.Context, vendor ident.VendorID) (*ring, error) {
	uuid, keys, err := k.store.List(ctx, vendor)
	if err != nil {
		return nil, err
	}
	if uuid.IsZero() {
		return nil, fault.Missing("vendor")
	}
	r := &ring{uuid: uuid, set: signed.JWKSet{Keys: []signed.JWK{}}}
	if r.list, err = k.store.KeyList(ctx, vendor); err != nil {
		return nil, err
	}
	if r.revoked, err = r.list.revoked(uuid); err != nil {
		return nil, err
	}
	var last []signed.JWK // behind those that older programs look for
	for _, key := range keys {
		if key.Retired() && key.Kind.Seals() && !key.Destroyed() {
			r.closing = append(r.closing, k.ringKey(uuid, key))
			continue
		}
		if key.Retired() {
			k.opened.forget(key.KID)
			continue
		}
		j, err := jwk(key)
		if err != nil {
			return nil, err
		}
		if err := add(&r.public, key.ID, key.Kind, key.Public); err != nil {
			return nil, err
		}
		if key.Kind == Documents || key.Kind == Hybrid {
			last = append(last, j)
		} else {
			r.set.Keys = append(r.set.Keys, j)
		}
		r.keys = append(r.keys, k.ringKey(uuid, key))
	}
	slices.Reverse(r.set.Keys)
	slices.Reverse(last)
	r.set.Keys = append(r.set.Keys, last...)
	return r, nil
}

func (k *Keyring) ringKey(uuid ident.UUID, key Key) *ringKey {
	return &ringKey{
		id: key.ID, kind: key.Kind, kid: key.KID, public: key.Public, pinned: key.Pinned, since: key.CreatedAt.Unix(),
		private: k.opened.get(key, func() *private { return k.unseal(uuid, key) }),
	}
}

// find gives the key with this id. For zero it is the oldest that programs pin, since
// they are out there and can't be asked, and where none does the newest.
func (r *ring) find(kind Kind, id ident.SigningKeyID) (*ringKey, error) {
	for _, key := range r.keys {
		if key.kind == kind && (key.id == id || id == 0 && key.pinned) {
			return key, nil
		}
	}
	if id == 0 {
		return r.newest(kind)
	}
	return nil, errNoKey()
}

// newest gives the newest key of the kind.
func (r *ring) newest(kind Kind) (*ringKey, error) {
	for _, key := range slices.Backward(r.keys) {
		if key.kind == kind {
			return key, nil
		}
	}
	return nil, errNoKey()
}

// trusted gives the newest key of the kind among these kids, which may be short; nil when
// none is in use.
func (r *ring) trusted(kind Kind, kids []string) *ringKey {
	for _, key := range slices.Backward(r.keys) {
		if key.kind == kind && slices.ContainsFunc(kids, func(named string) bool { return signed.NamesKey(named, key.kid) }) {
			return key
		}
	}
	return nil
}

// successor gives the key that followed this one, nil for the newest. It is the next and
// not the newest: clients keep the chain, and take one successor of a key. What is revoked
// is announced to nobody.
func (r *ring) successor(of *ringKey) *ringKey {
	for _, key := range r.keys[slices.Index(r.keys, of)+1:] {
		if key.kind == of.kind && !slices.Contains(r.revoked, key.kid) {
			return key
		}
	}
	return nil
}

// pick finds a key by kid, and tells whether it is the newest in use of its kind.
func pick(keys []Key, kid string) (found Key, newest bool, err error) {
	at := slices.IndexFunc(keys, func(k Key) bool { return k.KID == kid })
	if at < 0 {
		return Key{}, false, fault.Missing("signing_key")
	}
	later := slices.ContainsFunc(keys[at+1:], func(k Key) bool { return k.Kind == keys[at].Kind && !k.Retired() })
	return keys[at], !later, nil
}
