package store

import (
	"context"

	"chancery/internal/tx"
)

// ChangeCount reads the change counter (see package recheck).
func (db *DB) ChangeCount(ctx context.Context) (int64, error) {
	var n int64
	_, err := db.QueryRow(ctx, "SELECT n FROM change_counter WHERE id = 1", nil, &n)
	return n, err
}

// Bump raises the change counter. Whatever changes a vendor, an API key or a
// public key calls it in the same transaction, and so does a vendor's first prepaid device.
func Bump(t tx.Tx) error {
	_, err := On(t).Exec("UPDATE change_counter SET n = n + 1 WHERE id = 1")
	return err
}
