package access

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Passkeys implements access.PasskeyStore and access.CeremonyStore.
type Passkeys struct{ DB *store.DB }

var (
	_ access.PasskeyStore  = Passkeys{}
	_ access.CeremonyStore = Passkeys{}
)

//nolint:gosec // a query, and no credential
const selectPasskey = `SELECT uuid, user_id, credential_id, name, record, created_at, used_at, suspect_at
	FROM passkeys WHERE vendor_id = $1 AND `

func scanPasskey(row func(dest ...any) (bool, error)) (k access.Passkey, found bool, err error) {
	var created int64
	var used, suspect sql.Null[int64]
	found, err = row(&k.UUID, &k.User, &k.Credential, &k.Name, &k.Record, &created, &used, &suspect)
	k.CreatedAt, k.UsedAt, k.SuspectAt = store.Instant(created), store.OptionalInstant(used), store.OptionalInstant(suspect)
	return k, found, err
}

func passkeyOf(row store.Scan) (access.Passkey, error) {
	k, _, err := scanPasskey(func(dest ...any) (bool, error) { return true, row(dest...) })
	return k, err
}

// Passkeys implements access.PasskeyStore.
func (s Passkeys) Passkeys(ctx context.Context, vendor ident.VendorID, user ident.UserID) ([]access.Passkey, error) {
	return store.All[access.Passkey](s.DB.Query(ctx, selectPasskey+`user_id = $2 ORDER BY uuid`, vendor, user))(passkeyOf)
}

// PasskeysOf implements access.PasskeyStore.
func (Passkeys) PasskeysOf(t tx.Tx, vendor ident.VendorID, user ident.UserID) ([]access.Passkey, error) {
	return store.All[access.Passkey](store.On(t).Query(selectPasskey+`user_id = $2 ORDER BY uuid`, vendor, user))(passkeyOf)
}

// Passkey implements access.PasskeyStore.
func (Passkeys) Passkey(t tx.Tx, vendor ident.VendorID, credential []byte) (access.Passkey, bool, error) {
	return scanPasskey(func(dest ...any) (bool, error) {
		return store.On(t).QueryRow(selectPasskey+`credential_id = $2`, []any{vendor, credential}, dest...)
	})
}

// InsertPasskey implements access.PasskeyStore.
func (Passkeys) InsertPasskey(t tx.Tx, vendor ident.VendorID, k access.Passkey) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO passkeys (vendor_id, uuid, user_id, credential_id, name, record, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		vendor, k.UUID, k.User, k.Credential, k.Name, k.Record, k.CreatedAt.UnixMilli())
	return n == 1, err
}

// SetPasskey implements access.PasskeyStore.
func (Passkeys) SetPasskey(t tx.Tx, vendor ident.VendorID, k access.Passkey) error {
	_, err := store.On(t).Exec(`UPDATE passkeys SET record = $1, used_at = $2, suspect_at = $3 WHERE vendor_id = $4 AND uuid = $5`,
		k.Record, store.OptionalMillis(k.UsedAt), store.OptionalMillis(k.SuspectAt), vendor, k.UUID)
	return err
}

// DeletePasskey implements access.PasskeyStore.
func (Passkeys) DeletePasskey(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (bool, error) {
	n, err := store.On(t).Exec(`DELETE FROM passkeys WHERE vendor_id = $1 AND user_id = $2 AND uuid = $3`, vendor, user, uuid)
	return n == 1, err
}

// PutCeremony implements access.CeremonyStore.
func (Passkeys) PutCeremony(t tx.Tx, vendor ident.VendorID, hash [32]byte, c access.Ceremony) error {
	var user any
	if c.User != 0 {
		user = c.User
	}
	_, err := store.On(t).Exec(`INSERT INTO sign_in_ceremonies (vendor_id, hash, kind, user_id, sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		vendor, hash[:], string(c.Kind), user, c.Sealed, c.ExpiresAt.UnixMilli())
	return err
}

// Ceremony implements access.CeremonyStore.
func (Passkeys) Ceremony(t tx.Tx, vendor ident.VendorID, hash [32]byte) (access.Ceremony, bool, error) {
	return ceremony(t, `SELECT kind, user_id, sealed, expires_at FROM sign_in_ceremonies WHERE vendor_id = $1 AND hash = $2`, vendor, hash)
}

// TakeCeremony implements access.CeremonyStore.
func (Passkeys) TakeCeremony(t tx.Tx, vendor ident.VendorID, hash [32]byte) (access.Ceremony, bool, error) {
	return ceremony(t, `DELETE FROM sign_in_ceremonies WHERE vendor_id = $1 AND hash = $2 RETURNING kind, user_id, sealed, expires_at`, vendor, hash)
}

func ceremony(t tx.Tx, text string, vendor ident.VendorID, hash [32]byte) (c access.Ceremony, found bool, err error) {
	var user sql.Null[int64]
	var expires int64
	found, err = store.On(t).QueryRow(text, []any{vendor, hash[:]}, &c.Kind, &user, &c.Sealed, &expires)
	c.User, c.ExpiresAt = ident.UserID(user.V), store.Instant(expires)
	return c, found, err
}

// SpendCeremony implements access.CeremonyStore.
func (Passkeys) SpendCeremony(t tx.Tx, vendor ident.VendorID, hash [32]byte, expires time.Time) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO sign_in_ceremonies (vendor_id, hash, kind, sealed, expires_at) VALUES ($1, $2, 'spent', $3, $4)
		ON CONFLICT DO NOTHING`, vendor, hash[:], []byte{}, expires.UnixMilli())
	return n == 1, err
}

// ForgetCeremonies implements access.CeremonyStore.
func (Passkeys) ForgetCeremonies(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM sign_in_ceremonies WHERE expires_at <= (SELECT COALESCE(MAX(expires_at), -1) FROM
		(SELECT expires_at FROM sign_in_ceremonies WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) AS oldest)`, before.UnixMilli(), forgottenAtOnce)
	return err
}
