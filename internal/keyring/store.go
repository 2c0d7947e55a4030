package keyring

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps keys. Every change raises the change counter in its transaction.
type Store interface { //nolint:interfacebloat // one contract for one table and its list
	// Insert stores k, whose ID is zero, and gives its id.
	Insert(t tx.Tx, vendor ident.VendorID, k Key) (ident.SigningKeyID, error)

	// Keys reads all keys of the vendor, oldest first, locked until the transaction ends.
	Keys(t tx.Tx, vendor ident.VendorID) ([]Key, error)

	// NamedBy counts the unrevoked API keys that name this key.
	NamedBy(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID) (int, error)

	// Retire marks the key as out of use.
	Retire(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID, at time.Time) error

	// Undestroyed reads up to limit keys of these kinds, of all vendors, that were retired at
	// an instant or before and still have their private part, locked until the transaction ends.
	Undestroyed(t tx.Tx, kinds []Kind, retired time.Time, limit int) ([]Owned, error)

	// Lacking gives up to limit vendors that never had a key of a kind.
	Lacking(ctx context.Context, kind Kind, limit int) ([]Lacking, error)

	// KeyList gives a vendor's list, the zero value for none; LockKeyList locks it.
	KeyList(ctx context.Context, vendor ident.VendorID) (KeyList, error)
	LockKeyList(t tx.Tx, vendor ident.VendorID) (KeyList, error)
	SaveKeyList(t tx.Tx, vendor ident.VendorID, l KeyList) error

	// Destroy overwrites the private part with nothing.
	Destroy(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID, at time.Time) error

	// List reads the vendor's UUID and all its keys, oldest first, outside a
	// transaction, with Pinned. An unknown vendor has the nil UUID and no keys.
	List(ctx context.Context, vendor ident.VendorID) (ident.UUID, []Key, error)

	// Sample reads any one key of any vendor; found is false when there is none.
	Sample(ctx context.Context) (vendor ident.UUID, k Key, found bool, err error)
}

// Owned is a key and whose it is.
type Owned struct {
	Key

	Vendor ident.VendorID
}

// Lacking is a vendor without a key of some kind.
type Lacking struct {
	Vendor ident.VendorID
	UUID   ident.UUID
}
