package outbox

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/outbox"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var (
	_ outbox.IncomingStore  = Store{}
	_ outbox.IncomingReader = Store{}
)

const incomingColumns = `vendor_id, uuid, provider, secret, old_secret, old_until, heard_at, created_at`

// IncomingIn implements outbox.IncomingStore. The vendor is locked: its webhooks are few.
func (Store) IncomingIn(t tx.Tx, vendor ident.VendorID) ([]outbox.Incoming, error) {
	s := store.On(t)
	var id int64
	if _, err := s.QueryRow(`SELECT id FROM vendors WHERE id = $1`+s.Dialect.ForUpdate(), []any{vendor}, &id); err != nil {
		return nil, err
	}
	return store.All[outbox.Incoming](s.Query(`SELECT `+incomingColumns+` FROM incoming_webhooks
		WHERE vendor_id = $1 ORDER BY created_at, uuid`, vendor))(scanIncoming)
}

// SaveIncoming implements outbox.IncomingStore.
func (Store) SaveIncoming(t tx.Tx, w outbox.Incoming) error {
	_, err := store.On(t).Exec(`INSERT INTO incoming_webhooks (`+incomingColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (vendor_id, uuid) DO UPDATE SET secret = excluded.secret, old_secret = excluded.old_secret, old_until = excluded.old_until`,
		w.Vendor, w.UUID, w.Provider, w.Secrets.Sealed, w.Secrets.Old, oldUntil(w.Secrets), store.Millis(w.HeardAt), w.CreatedAt.UnixMilli())
	return err
}

// RemoveIncoming implements outbox.IncomingStore.
func (Store) RemoveIncoming(t tx.Tx, vendor ident.VendorID, id ident.UUID) error {
	_, err := store.On(t).Exec(`DELETE FROM incoming_webhooks WHERE vendor_id = $1 AND uuid = $2`, vendor, id)
	return err
}

// NoteHeard implements outbox.IncomingStore.
func (Store) NoteHeard(t tx.Tx, vendor ident.VendorID, id ident.UUID) error {
	return store.On(t).Later(`UPDATE incoming_webhooks SET heard_at = $1 WHERE vendor_id = $2 AND uuid = $3`, t.Now().UnixMilli(), vendor, id)
}

// IncomingOf implements outbox.IncomingReader.
func (o Store) IncomingOf(ctx context.Context, vendor ident.VendorID, id ident.UUID) (w outbox.Incoming, found bool, err error) {
	w, err = scanIncoming(func(dest ...any) (err error) {
		found, err = o.DB.QueryRow(ctx, `SELECT `+incomingColumns+` FROM incoming_webhooks WHERE vendor_id = $1 AND uuid = $2`, []any{vendor, id}, dest...)
		return err
	})
	return w, found, err
}

// Incoming gives a vendor's incoming webhooks, oldest first.
func (o Store) Incoming(ctx context.Context, vendor ident.VendorID) ([]outbox.Incoming, error) {
	return store.All[outbox.Incoming](o.DB.Query(ctx, `SELECT `+incomingColumns+` FROM incoming_webhooks WHERE vendor_id = $1 ORDER BY created_at, uuid`,
		vendor))(scanIncoming)
}

func scanIncoming(scan store.Scan) (outbox.Incoming, error) {
	var w outbox.Incoming
	var vendor, created int64
	var until, heard store.OptionalInt
	err := scan(&vendor, &w.UUID, &w.Provider, &w.Secrets.Sealed, &w.Secrets.Old, &until, &heard, &created)
	w.Vendor, w.Secrets.OldUntil, w.HeardAt, w.CreatedAt = ident.VendorOf(vendor), until.Instant(), heard.Instant(), store.Instant(created)
	return w, err
}
