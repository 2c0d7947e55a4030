package keyring

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
	"chancery/signed"
)

// KeyList is the newest list of a vendor's signing keys; the zero value is none. The root
// key that signs it is not here.
type KeyList struct {
	Root     ed25519.PublicKey
	Number   int64
	Document string
}

// revoked are the kids that the list says nothing is to be believed of.
func (l KeyList) revoked(vendor ident.UUID) ([]string, error) {
	if l.Document == "" {
		return nil, nil
	}
	read, err := signed.VerifyKeyList(l.Root, vendor.String(), []byte(l.Document))
	if err != nil {
		return nil, fmt.Errorf("the stored key list: %w", err)
	}
	return read.Revoked(), nil
}

// Draft gives the list that a root key is to sign next: the vendor's keys, with those of
// these kids, and all that were revoked before, as revoked now.
func (k *Keyring) Draft(ctx context.Context, vendor ident.VendorID, revoke []string, now time.Time) (signed.KeyList, error) {
	uuid, keys, err := k.store.List(ctx, vendor)
	if err != nil {
		return signed.KeyList{}, err
	}
	before, err := k.store.KeyList(ctx, vendor)
	if err != nil {
		return signed.KeyList{}, err
	}
	draft := signed.KeyList{VendorID: uuid.String(), Number: before.Number + 1, IssuedAt: now.Unix(), Keys: []signed.ListedKey{}}
	since := map[string]int64{}
	if before.Document != "" {
		read, err := signed.VerifyKeyList(before.Root, uuid.String(), []byte(before.Document))
		if err != nil {
			return draft, fmt.Errorf("the stored key list: %w", err)
		}
		for _, listed := range read.Keys {
			since[listed.KeyID()] = listed.Revoked
		}
	}
	for _, kid := range revoke {
		if !slices.ContainsFunc(keys, func(k Key) bool { return k.KID == kid && k.Kind.signs() }) {
			return draft, fault.Missing("signing_key")
		}
		if since[kid] == 0 {
			since[kid] = now.Unix()
		}
	}
	for _, key := range keys {
		if !key.Kind.signs() || key.Retired() && since[key.KID] == 0 {
			continue
		}
		use := signed.UseAnswers
		if key.Kind == Documents {
			use = signed.UseDocuments
		}
		draft.Keys = append(draft.Keys, signed.ListedKey{Key: signed.FormatKey(key.Public), Use: use, From: key.CreatedAt.Unix(), Revoked: since[key.KID]})
	}
	return draft, nil
}

// Publish makes a signed list the vendor's: files bring it from now on, and revoked keys
// sign none. The first list fixes the root key; later ones must be by the same one, and newer.
func (k *Keyring) Publish(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, root ed25519.PublicKey, document string) (signed.KeyList, error) {
	before, err := k.store.LockKeyList(t, vendor)
	if err != nil {
		return signed.KeyList{}, err
	}
	if before.Root != nil && root != nil && !before.Root.Equal(root) {
		return signed.KeyList{}, errOtherRoot()
	}
	if before.Root != nil {
		root = before.Root
	}
	if root == nil {
		return signed.KeyList{}, errNoRoot()
	}
	l, err := signed.VerifyKeyList(root, uuid.String(), []byte(document))
	if err != nil {
		return l, errList().WithCause(err)
	}
	if l.Number <= before.Number {
		return l, errOlderList(l.Number, before.Number)
	}
	if err := k.usable(t, vendor, l); err != nil {
		return l, err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "key_list.published", Subject: "key_list",
		After: map[string]any{"number": l.Number, "root": signed.KeyID(root), "revoked": l.Revoked()},
	})
	return l, k.store.SaveKeyList(t, vendor, KeyList{Root: root, Number: l.Number, Document: document})
}

// usable refuses a list that leaves nothing to sign answers and files with.
func (k *Keyring) usable(t tx.Tx, vendor ident.VendorID, l signed.KeyList) error {
	keys, err := k.store.Keys(t, vendor)
	if err != nil {
		return err
	}
	revoked := l.Revoked()
	if !slices.ContainsFunc(keys, func(k Key) bool { return k.Kind == Ed25519 && !k.Retired() && !slices.Contains(revoked, k.KID) }) {
		return errAllRevoked()
	}
	return nil
}
