package keyring

import (
	"context"
	"slices"

	"chancery/internal/ident"
	"chancery/signed"
)

// FileKey signs files for one program.
type FileKey struct {
	NextKeys []string // the announcements that lead from it to the vendor's newest key of its kind
	KeyList  string   // the newest list of the vendor's root key; "" for none

	signer *signed.Signer
}

// Sign makes a signed document.
func (f FileKey) Sign(typ string, payload []byte) ([]byte, error) {
	return f.signer.SignDocument(typ, payload)
}

// maxNext is how many announcements go into a file: a program that is further behind
// needs an update.
const maxNext = 16

// ForFiles gives the key that signs files for a program which pins these kids: the newest
// of them that is in use and not revoked, of those for documents first. Where it names
// none of them, it is the oldest that programs pin, since they can't be asked.
func (k *Keyring) ForFiles(ctx context.Context, vendor ident.VendorID, trusted []string) (FileKey, error) {
	r, err := k.rings.Get(ctx, vendor)
	if err != nil {
		return FileKey{}, err
	}
	key, err := r.forFiles(trusted)
	if err != nil {
		return FileKey{}, err
	}
	f := FileKey{KeyList: r.list.Document}
	if f.signer, err = key.private.signer(); err != nil {
		return FileKey{}, err
	}
	for next := r.successor(key); next != nil && len(f.NextKeys) < maxNext; key, next = next, r.successor(next) {
		signer, err := key.private.signer()
		if err != nil {
			return FileKey{}, err
		}
		announced, err := signer.Announce(r.uuid.String(), next.public, next.since)
		if err != nil {
			return FileKey{}, err
		}
		f.NextKeys = append(f.NextKeys, string(announced))
	}
	return f, nil
}

// forFiles chooses the key for files of a program.
func (r *ring) forFiles(trusted []string) (*ringKey, error) {
	usable := &ring{}
	for _, key := range r.keys {
		if key.kind.signs() && !slices.Contains(r.revoked, key.kid) {
			usable.keys = append(usable.keys, key)
		}
	}
	for _, kind := range []Kind{Documents, Ed25519} {
		if found := usable.trusted(kind, trusted); found != nil {
			return found, nil
		}
	}
	return usable.find(Ed25519, 0)
}
