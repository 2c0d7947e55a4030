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

// Factors implements access.FactorStore and access.StepStore.
type Factors struct{ DB *store.DB }

var (
	_ access.FactorStore = Factors{}
	_ access.StepStore   = Factors{}
)

// TOTP implements access.FactorStore.
func (Factors) TOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID) (f access.TOTP, found bool, err error) {
	s := store.On(t)
	var confirmed sql.Null[int64]
	found, err = s.QueryRow(`SELECT sealed, confirmed_at, last_step FROM totp_secrets WHERE vendor_id = $1 AND user_id = $2`+s.Dialect.ForUpdate(),
		[]any{vendor, user}, &f.Sealed, &confirmed, &f.LastStep)
	f.ConfirmedAt = store.OptionalInstant(confirmed)
	return f, found, err
}

// SetTOTP implements access.FactorStore.
func (Factors) SetTOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID, f access.TOTP) error {
	_, err := store.On(t).Exec(`INSERT INTO totp_secrets (vendor_id, user_id, sealed, created_at, confirmed_at, last_step) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, user_id) DO UPDATE SET sealed = excluded.sealed, confirmed_at = excluded.confirmed_at, last_step = excluded.last_step`,
		vendor, user, f.Sealed, t.Now().UnixMilli(), store.OptionalMillis(f.ConfirmedAt), f.LastStep)
	return err
}

// SetCodes implements access.FactorStore.
func (Factors) SetCodes(t tx.Tx, vendor ident.VendorID, user ident.UserID, hashes [][32]byte) error {
	s := store.On(t)
	if _, err := s.Exec(`DELETE FROM recovery_codes WHERE vendor_id = $1 AND user_id = $2`, vendor, user); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := s.Exec(`INSERT INTO recovery_codes (vendor_id, user_id, hash) VALUES ($1, $2, $3)`, vendor, user, h[:]); err != nil {
			return err
		}
	}
	return nil
}

// UseCode implements access.FactorStore.
func (Factors) UseCode(t tx.Tx, vendor ident.VendorID, user ident.UserID, hash [32]byte) (used bool, err error) {
	n, err := store.On(t).Exec(`DELETE FROM recovery_codes WHERE vendor_id = $1 AND user_id = $2 AND hash = $3`, vendor, user, hash[:])
	return n == 1, err
}

// ClearTOTP implements access.FactorStore.
func (Factors) ClearTOTP(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	s := store.On(t)
	if _, err := s.Exec(`DELETE FROM recovery_codes WHERE vendor_id = $1 AND user_id = $2
		AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.vendor_id = $1 AND k.user_id = $2)`, vendor, user); err != nil {
		return err
	}
	_, err := s.Exec(`DELETE FROM totp_secrets WHERE vendor_id = $1 AND user_id = $2`, vendor, user)
	return err
}

// ClearAll implements access.FactorStore.
func (f Factors) ClearAll(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	if _, err := store.On(t).Exec(`DELETE FROM passkeys WHERE vendor_id = $1 AND user_id = $2`, vendor, user); err != nil {
		return err
	}
	return f.ClearTOTP(t, vendor, user)
}

// CodesLeft implements access.FactorStore.
func (f Factors) CodesLeft(ctx context.Context, vendor ident.VendorID, user ident.UserID) (n int, err error) {
	_, err = f.DB.QueryRow(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE vendor_id = $1 AND user_id = $2`, []any{vendor, user}, &n)
	return n, err
}

// PutStep implements access.StepStore.
func (Factors) PutStep(t tx.Tx, vendor ident.VendorID, hash [32]byte, s access.Step) error {
	_, err := store.On(t).Exec(`INSERT INTO sign_in_steps (vendor_id, hash, kind, user_id, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		vendor, hash[:], string(s.Kind), s.User, s.ExpiresAt.UnixMilli())
	return err
}

// Step implements access.StepStore.
func (Factors) Step(t tx.Tx, vendor ident.VendorID, hash [32]byte) (step access.Step, found bool, err error) {
	s := store.On(t)
	var expires int64
	found, err = s.QueryRow(`SELECT kind, user_id, expires_at FROM sign_in_steps WHERE vendor_id = $1 AND hash = $2`+s.Dialect.ForUpdate(),
		[]any{vendor, hash[:]}, &step.Kind, &step.User, &expires)
	step.ExpiresAt = store.Instant(expires)
	return step, found, err
}

// EndStep implements access.StepStore.
func (Factors) EndStep(t tx.Tx, vendor ident.VendorID, hash [32]byte) error {
	_, err := store.On(t).Exec(`DELETE FROM sign_in_steps WHERE vendor_id = $1 AND hash = $2`, vendor, hash[:])
	return err
}

// ForgetSteps implements access.StepStore.
func (Factors) ForgetSteps(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM sign_in_steps WHERE expires_at <= (SELECT COALESCE(MAX(expires_at), -1) FROM
		(SELECT expires_at FROM sign_in_steps WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) AS oldest)`, before.UnixMilli(), forgottenAtOnce)
	return err
}
