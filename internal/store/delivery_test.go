package store

import (
	"testing"

	"chancery/internal/tx"
)

// Admin keys that could set up webhooks and mail while that was the vendor's
// permission keep the right; no other key gets it.
func TestKeysKeepWebhooksAndMail(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		if err := MigrateTo(t.Context(), c, 11); err != nil {
			t.Fatal(err)
		}
		keys := map[string][3]string{ // kind, before, after
			"narrow":  {"admin", "view_catalog manage_vendor", "view_catalog manage_vendor manage_delivery"},
			"whole":   {"admin", "manage_vendor manage_delivery", "manage_vendor manage_delivery"},
			"lesser":  {"admin", "view_catalog", "view_catalog"},
			"program": {"provisioning", "provision_clients", "provision_clients"},
		}
		b := reopened(t, c)
		if err := b.Run(t.Context(), func(x tx.Tx) error {
			if _, err := On(x).Exec(`INSERT INTO vendors (id, uuid, name, zone, plan, created_at) VALUES (7, $1, 'Acme', 'UTC', 'trial', 1)`, []byte{7}); err != nil {
				return err
			}
			for name, k := range keys {
				if _, err := On(x).Exec(`INSERT INTO api_keys (vendor_id, uuid, kind, name, hint, secret_hash, permissions, created_at)
					VALUES (7, $1, $2, $3, '', $1, $4, 1)`, []byte(name), k[0], name, k[1]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		migrate(t, c)
		after := reopened(t, c)
		for name, k := range keys {
			var got string
			if _, err := after.QueryRow(t.Context(), `SELECT permissions FROM api_keys WHERE name = $1`, []any{name}, &got); err != nil || got != k[2] {
				t.Errorf("%s may %q, want %q, %v", name, got, k[2], err)
			}
		}
	})
}
