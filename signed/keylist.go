package signed

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
)

// Documents about keys.
const (
	TypeNextKey = "chancery-next-key" // a key names the one that follows it
	TypeKeys    = "chancery-keys"     // the list of a vendor's signing keys, by the root key
)

// maxListed is how many keys a list may name.
const maxListed = 256

// A KeyList says which signing keys of a vendor are in use and which are revoked. A root
// key signs it, which need not be on any server: so who steals a signing key can't write
// one. Of two lists the one with the higher number counts.
type KeyList struct {
	VendorID string      `json:"vendor_id"` // lower-case UUID
	Number   int64       `json:"number"`    // from 1
	IssuedAt int64       `json:"iat"`       // in whole seconds
	Keys     []ListedKey `json:"keys"`      // each once
}

// The uses of a listed key. A client that knows a key by the list alone believes it for
// nothing else.
const (
	UseAnswers   = "answers"   // it signs answers to calls
	UseDocuments = "documents" // it signs files
)

// A ListedKey is one key of a list.
type ListedKey struct {
	Key     string `json:"key"`               // as FormatKey writes it
	Use     string `json:"use"`               // one of the Use constants
	From    int64  `json:"from"`              // since when it is in use, in whole seconds
	Revoked int64  `json:"revoked,omitempty"` // since when nothing that it signed is to be believed; 0: it is in use
}

// KeyID is the key's id; "" for a key that is none.
func (k ListedKey) KeyID() string {
	key, err := ParseKey(k.Key)
	if err != nil {
		return ""
	}
	return KeyID(key)
}

// Sign makes the signed list. ErrMalformed: a member is not of its form.
func (l KeyList) Sign(root *Signer) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("key list: %w", err)
	}
	return root.SignDocument(TypeKeys, payload)
}

// VerifyKeyList reads a list of this vendor that this root key has signed. It fails as
// VerifyDocument does, and with ErrMismatch for a list of another vendor.
func VerifyKeyList(root ed25519.PublicKey, vendorID string, document []byte) (l KeyList, err error) {
	keys, err := NewKeySet(root)
	if err != nil {
		return l, err
	}
	d, err := keys.VerifyDocument(document, TypeKeys)
	if err != nil {
		return l, err
	}
	if err := readObject(d.Payload, &l); err != nil {
		return KeyList{}, err
	}
	if err := l.check(); err != nil {
		return KeyList{}, err
	}
	if l.VendorID != vendorID {
		return KeyList{}, fmt.Errorf("key list of vendor %s: %w", l.VendorID, ErrMismatch)
	}
	return l, nil
}

func (l KeyList) check() error {
	if !isUUID(l.VendorID) || l.Number < 1 || l.IssuedAt < 0 || len(l.Keys) > maxListed {
		return fmt.Errorf("vendor, number or iat of a key list: %w", ErrMalformed)
	}
	seen := map[string]bool{}
	for _, k := range l.Keys {
		if _, err := ParseKey(k.Key); err != nil {
			return err
		}
		if seen[k.Key] || k.Use != UseAnswers && k.Use != UseDocuments || k.From < 0 || k.Revoked < 0 {
			return fmt.Errorf("key of a key list: %w", ErrMalformed)
		}
		seen[k.Key] = true
	}
	return nil
}

// InUse gives the keys that are not revoked.
func (l KeyList) InUse() (keys []ed25519.PublicKey) {
	for _, k := range l.Keys {
		if key, err := ParseKey(k.Key); err == nil && k.Revoked == 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// Revoked gives the ids of the keys that are.
func (l KeyList) Revoked() (kids []string) {
	for _, k := range l.Keys {
		if k.Revoked != 0 {
			kids = append(kids, k.KeyID())
		}
	}
	return kids
}

// Without returns a set that does not trust the keys with these ids.
func (k KeySet) Without(kids ...string) KeySet {
	smaller := maps.Clone(k.keys)
	for _, kid := range kids {
		delete(smaller, kid)
	}
	return KeySet{keys: smaller}
}

// nextKey is what an announcement says.
type nextKey struct {
	VendorID string `json:"vendor_id"`
	Key      string `json:"key"`
	IssuedAt int64  `json:"iat"`
}

// Announce makes the document with which the signer's key names the one that follows it.
func (s *Signer) Announce(vendorID string, next ed25519.PublicKey, at int64) ([]byte, error) {
	if err := CheckKey(next); err != nil {
		return nil, err
	}
	if !isUUID(vendorID) {
		return nil, fmt.Errorf("vendor is no lower-case UUID: %w", ErrMalformed)
	}
	payload, err := json.Marshal(nextKey{vendorID, FormatKey(next), at})
	if err != nil {
		return nil, fmt.Errorf("announcement: %w", err)
	}
	return s.SignDocument(TypeNextKey, payload)
}

// VerifyAnnouncement reads an announcement of this vendor by one of these keys: which
// announces, and what follows it. It fails as VerifyKeyList does.
func (k KeySet) VerifyAnnouncement(vendorID string, document []byte) (by string, next ed25519.PublicKey, err error) {
	d, err := k.VerifyDocument(document, TypeNextKey)
	if err != nil {
		return "", nil, err
	}
	var said nextKey
	if err := readObject(d.Payload, &said); err != nil {
		return "", nil, err
	}
	if said.VendorID != vendorID {
		return "", nil, fmt.Errorf("announcement of another vendor: %w", ErrMismatch)
	}
	if next, err = ParseKey(said.Key); err != nil {
		return "", nil, err
	}
	return d.KeyID, next, nil
}
