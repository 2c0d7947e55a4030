package identity

import (
	"errors"
	"slices"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// APIKeyStore keeps API keys. Every change raises the change counter in its transaction.
type APIKeyStore interface {
	// Insert stores k with the hash of its secret.
	Insert(t tx.Tx, vendor ident.VendorID, k APIKey, hash [32]byte) (ident.KeyID, error)

	// Get locks the key until the transaction ends.
	Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (k APIKey, found bool, err error)

	// Update stores name, permissions and revocation.
	Update(t tx.Tx, vendor ident.VendorID, k APIKey) error
}

// APIKeys creates, changes and revokes API keys.
type APIKeys struct {
	store APIKeyStore
	ids   ident.Source
}

// NewAPIKeys makes the service.
func NewAPIKeys(s APIKeyStore, ids ident.Source) (*APIKeys, error) {
	if s == nil || ids.Rand == nil {
		return nil, errors.New("identity: APIKeys needs a store and ids")
	}
	return &APIKeys{store: s, ids: ids}, nil
}

// CreateAPIKey is a request for a new key.
type CreateAPIKey struct {
	Kind KeyKind
	Name string

	// Permissions is what it may do; nil means the kind's default. A
	// provisioning key may have look_up_licenses and switch_licenses beside it.
	Permissions []Permission

	// The signing keys that answer it; a provisioning key must name both.
	Ed25519Key ident.SigningKeyID
	RSAKey     ident.SigningKeyID
}

// Create makes a key and gives its secret, which nobody can show again. It may do
// nothing that its maker may not.
func (s *APIKeys) Create(t tx.Tx, by Principal, c CreateAPIKey) (k APIKey, secret string, err error) {
	var wrong fault.Fields
	wrong.Check(slices.Contains(KeyKinds(), c.Kind), "kind", "must be provisioning, admin, ingest or read")
	c.Name = entry.Name(&wrong, "name", c.Name, "", 1, 100)
	if c.Permissions == nil {
		c.Permissions = c.Kind.Default()
	}
	checkPermissions(&wrong, by, c.Kind, c.Permissions)
	if err := wrong.Err(); err != nil {
		return APIKey{}, "", err
	}
	if c.Kind == Provisioning && (c.Ed25519Key == 0 || c.RSAKey == 0) {
		return APIKey{}, "", errors.New("identity: a provisioning key without the signing keys that its clients pin")
	}
	secret, hash, hint := c.Kind.secret(s.ids.Secret(secretBytes))
	k = APIKey{
		UUID: s.ids.V7(), Kind: c.Kind, Name: c.Name, Hint: hint, Permissions: c.Permissions,
		Ed25519Key: c.Ed25519Key, RSAKey: c.RSAKey, CreatedAt: t.Now(),
	}
	if k.ID, err = s.store.Insert(t, by.Vendor, k, hash); err != nil {
		return APIKey{}, "", err
	}
	journalKey(t, by.Vendor, "api_key.created", nil, k)
	return k, secret, nil
}

// ChangeAPIKey is what to change of a key; nil leaves a field as it is.
type ChangeAPIKey struct {
	Name        *string
	Permissions *[]Permission
}

// Update changes a key. One that is out of reach, as in Revoke, is not changed
// either, and none is given what by may not do.
func (s *APIKeys) Update(t tx.Tx, by Principal, uuid ident.UUID, c ChangeAPIKey) (APIKey, error) {
	before, err := s.get(t, by.Vendor, uuid)
	if err != nil {
		return APIKey{}, err
	}
	if !by.MayAll(before.Permissions) {
		return APIKey{}, errBeyond("api_key")
	}
	after := before
	if c.Name != nil {
		after.Name = *c.Name
	}
	if c.Permissions != nil {
		after.Permissions = *c.Permissions
	}
	var wrong fault.Fields
	after.Name = entry.Name(&wrong, "name", after.Name, before.Name, 1, 100)
	if c.Permissions != nil {
		checkPermissions(&wrong, by, after.Kind, after.Permissions)
	}
	if err := wrong.Err(); err != nil {
		return APIKey{}, err
	}
	if after.Name == before.Name && slices.Equal(after.Permissions, before.Permissions) {
		return before, nil
	}
	if err := s.store.Update(t, by.Vendor, after); err != nil {
		return APIKey{}, err
	}
	journalKey(t, by.Vendor, "api_key.updated", &before, after)
	return after, nil
}

// Revoke ends a key; everywhere within a second. Revoking twice changes nothing. A key
// that may do what by may not is out of reach: who holds less must not stop the back
// office of who holds more.
func (s *APIKeys) Revoke(t tx.Tx, by Principal, uuid ident.UUID) (APIKey, error) {
	before, err := s.get(t, by.Vendor, uuid)
	if err != nil || before.RevokedAt != nil {
		return before, err
	}
	if !by.MayAll(before.Permissions) {
		return APIKey{}, errBeyond("api_key")
	}
	after, now := before, t.Now()
	after.RevokedAt = &now
	if err := s.store.Update(t, by.Vendor, after); err != nil {
		return APIKey{}, err
	}
	journalKey(t, by.Vendor, "api_key.revoked", &before, after)
	return after, nil
}

func (s *APIKeys) get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (APIKey, error) {
	k, found, err := s.store.Get(t, vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("api_key")
	}
	return k, err
}

type keyRecord struct {
	Name        string       `json:"name"`
	Kind        KeyKind      `json:"kind"`
	Hint        string       `json:"hint"`
	Permissions []Permission `json:"permissions"`
	Revoked     bool         `json:"revoked"`
}

func journalKey(t tx.Tx, vendor ident.VendorID, action string, before *APIKey, after APIKey) {
	record := func(k APIKey) keyRecord {
		return keyRecord{k.Name, k.Kind, k.Hint, k.Permissions, k.RevokedAt != nil}
	}
	e := tx.Entry{Vendor: vendor, Action: action, Subject: "api_key", ID: after.UUID, After: record(after)}
	if before != nil {
		e.Before = record(*before)
	}
	t.Journal(e)
}
