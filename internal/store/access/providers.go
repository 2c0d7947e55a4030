package access

import (
	"context"
	"database/sql"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Providers implements access.ProviderStore.
type Providers struct{ DB *store.DB }

var _ access.ProviderStore = Providers{}

const selectProvider = `SELECT issuer, client_id, sealed_secret, label, only_provider, enabled, tried_at FROM identity_providers WHERE vendor_id = $1`

func scanProvider(row func(dest ...any) (bool, error)) (p access.Provider, found bool, err error) {
	var only, enabled int
	var tried sql.Null[int64]
	found, err = row(&p.Issuer, &p.ClientID, &p.SealedSecret, &p.Label, &only, &enabled, &tried)
	p.Only, p.Enabled, p.TriedAt = only == 1, enabled == 1, store.OptionalInstant(tried)
	return p, found, err
}

// Provider implements access.ProviderSettings.
func (Providers) Provider(t tx.Tx, vendor ident.VendorID) (access.Provider, bool, error) {
	return scanProvider(func(dest ...any) (bool, error) { return store.On(t).QueryRow(selectProvider, []any{vendor}, dest...) })
}

// ProviderOf implements access.ProviderStore.
func (s Providers) ProviderOf(ctx context.Context, vendor ident.VendorID) (access.Provider, bool, error) {
	return scanProvider(func(dest ...any) (bool, error) { return s.DB.QueryRow(ctx, selectProvider, []any{vendor}, dest...) })
}

// SetProvider implements access.ProviderStore.
func (Providers) SetProvider(t tx.Tx, vendor ident.VendorID, p access.Provider) error {
	_, err := store.On(t).Exec(`INSERT INTO identity_providers (vendor_id, issuer, client_id, sealed_secret, label, only_provider, enabled, tried_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (vendor_id) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id,
		sealed_secret = excluded.sealed_secret, label = excluded.label, only_provider = excluded.only_provider, enabled = excluded.enabled,
		tried_at = excluded.tried_at`,
		vendor, p.Issuer, p.ClientID, p.SealedSecret, p.Label, store.Bit(p.Only), store.Bit(p.Enabled), store.OptionalMillis(p.TriedAt))
	return err
}

// DeleteProvider implements access.ProviderStore.
func (Providers) DeleteProvider(t tx.Tx, vendor ident.VendorID) error {
	_, err := store.On(t).Exec(`DELETE FROM identity_providers WHERE vendor_id = $1`, vendor)
	return err
}

// Identified implements access.ProviderStore.
func (Providers) Identified(t tx.Tx, vendor ident.VendorID, issuer, subject string) (user ident.UserID, found bool, err error) {
	found, err = store.On(t).QueryRow(`SELECT user_id FROM user_identities WHERE vendor_id = $1 AND issuer = $2 AND subject = $3`,
		[]any{vendor, issuer, subject}, &user)
	return user, found, err
}

// Link implements access.ProviderStore.
func (Providers) Link(t tx.Tx, vendor ident.VendorID, user ident.UserID, i access.Identity) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO user_identities (vendor_id, issuer, subject, user_id, email, linked_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, vendor, i.Issuer, i.Subject, user, i.Email, t.Now().UnixMilli())
	return n == 1, err
}

// Unlink implements access.ProviderStore.
func (Providers) Unlink(t tx.Tx, vendor ident.VendorID, user ident.UserID, issuer string) error {
	_, err := store.On(t).Exec(`DELETE FROM user_identities WHERE vendor_id = $1 AND user_id = $2 AND issuer = $3`, vendor, user, issuer)
	return err
}

// Linked implements access.ProviderStore.
func (s Providers) Linked(ctx context.Context, vendor ident.VendorID, user ident.UserID, issuer string) (email string, found bool, err error) {
	found, err = s.DB.QueryRow(ctx, `SELECT email FROM user_identities WHERE vendor_id = $1 AND user_id = $2 AND issuer = $3`,
		[]any{vendor, user, issuer}, &email)
	return email, found, err
}
