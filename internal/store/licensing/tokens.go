package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const tokenColumns = `k.id, k.license_id, k.slot, k.role, k.token_key, COALESCE(k.activation_id, 0)` //nolint:gosec // names of columns, no credentials

func scanToken(scan store.Scan) (*licensing.Token, error) {
	k := &licensing.Token{}
	return k, scan(&k.ID, &k.License, &k.Slot, &k.Role, &k.Key, &k.Activation)
}

// TokenByKey implements licensing.Store.
func (s *Store) TokenByKey(t tx.Tx, v ident.VendorID, key ident.UUID) (*licensing.Token, error) {
	rows, err := writing(t)(selectTokenByKey, v, key)
	return first(rows, err, scanToken)
}

// selectTokenByKey finds a token unless its key is withdrawn.
const selectTokenByKey = `SELECT ` + tokenColumns + ` FROM tokens k JOIN licenses l ON l.vendor_id = k.vendor_id AND l.id = k.license_id
	WHERE k.vendor_id = $1 AND k.token_key = $2 AND NOT ` + withdrawn

// TokenState implements licensing.Reader.
func (s *Store) TokenState(ctx context.Context, v ident.VendorID, key ident.UUID) (*licensing.Token, error) {
	rows, err := s.db.Query(ctx, selectTokenByKey, v, key)
	return first(rows, err, scanToken)
}

// Token implements licensing.Store.
func (s *Store) Token(t tx.Tx, v ident.VendorID, id ident.TokenID) (*licensing.Token, error) {
	rows, err := writing(t)(`SELECT `+tokenColumns+` FROM tokens k WHERE k.vendor_id = $1 AND k.id = $2`, v, id)
	return first(rows, err, scanToken)
}

// FreeToken implements licensing.Store.
func (s *Store) FreeToken(t tx.Tx, v ident.VendorID, l ident.LicenseID, role licensing.Role) (*licensing.Token, error) {
	rows, err := writing(t)(`SELECT `+tokenColumns+` FROM tokens k WHERE vendor_id = $1 AND license_id = $2 AND role = $3
		AND activation_id IS NULL ORDER BY slot DESC LIMIT 1`, v, l, role)
	return first(rows, err, scanToken)
}

// TokensInRole implements licensing.Store.
func (s *Store) TokensInRole(t tx.Tx, v ident.VendorID, l ident.LicenseID, role licensing.Role, inUse bool, limit int64) ([]licensing.Token, error) {
	where := `activation_id IS NULL`
	if inUse {
		where = `activation_id IS NOT NULL`
	}
	if role == licensing.RoleBuffer {
		where += ` AND role = 'buffer'` // as its index has it
	}
	rows, err := writing(t)(`SELECT `+tokenColumns+` FROM tokens k WHERE vendor_id = $1 AND license_id = $2 AND role = $3
		AND `+where+` ORDER BY slot DESC LIMIT $4`, v, l, role, limit)
	return collect(rows, err, func(scan store.Scan) (licensing.Token, error) {
		k, err := scanToken(scan)
		return *k, err
	})
}

const insertToken = `INSERT INTO tokens (vendor_id, license_id, slot, role, token_key) VALUES`

// InsertTokens implements licensing.Store.
func (s *Store) InsertTokens(t tx.Tx, v ident.VendorID, tokens []licensing.Token) error {
	values := make([]any, 0, len(tokens)*5)
	for _, k := range tokens {
		values = append(values, v, k.License, k.Slot, k.Role, k.Key)
	}
	return store.On(t).InsertMany(insertToken, 5, values, "", nil)
}

// freeContract are the free contract tokens of a licence with the highest slots.
const freeContract = `(SELECT id FROM tokens WHERE vendor_id = $1 AND license_id = $2 AND role = 'contract' AND activation_id IS NULL
	ORDER BY slot DESC LIMIT $3)`

// DeleteFree implements licensing.Store.
func (s *Store) DeleteFree(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int64) (int64, error) {
	const named = `EXISTS (SELECT 1 FROM activations a WHERE a.vendor_id = $1 AND a.token_id = tokens.id)`
	kept, err := store.On(t).Exec(`UPDATE tokens SET role = 'goodwill' WHERE vendor_id = $1 AND id IN `+freeContract+` AND `+named, v, l, limit)
	if err != nil {
		return 0, err
	}
	// Those that are left have no name in the past.
	gone, err := store.On(t).Exec(`DELETE FROM tokens WHERE vendor_id = $1 AND id IN `+freeContract+` AND NOT `+named, v, l, limit-kept)
	return kept + gone, err
}

// SetRole implements licensing.Store.
func (s *Store) SetRole(t tx.Tx, v ident.VendorID, id ident.TokenID, role licensing.Role) error {
	return store.On(t).Later(`UPDATE tokens SET role = $1 WHERE vendor_id = $2 AND id = $3`, role, v, id)
}
