package store

import (
	"testing"

	"chancery/internal/tx"
)

// Vendors and users from before there were addresses and roles of one's own keep
// what they had: the vendor's id is its address until it chooses one.
func TestUpgradeToUsers(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		if err := MigrateTo(t.Context(), c, 3); err != nil {
			t.Fatal(err)
		}
		b := reopened(t, c)
		id := []byte{0x01, 0x90, 0x16, 0x3d, 0x86, 0x94, 0x73, 0x9b, 0xae, 0xa5, 0x96, 0x6c, 0x26, 0xf8, 0xad, 0x91}
		if err := b.Run(t.Context(), func(x tx.Tx) error {
			s := On(x)
			if _, err := s.Exec(`INSERT INTO vendors (id, uuid, name, zone, plan, created_at) VALUES (7, $1, 'Acme', 'UTC', 'trial', 1)`, id); err != nil {
				return err
			}
			_, err := s.Exec(`INSERT INTO users (vendor_id, uuid, email, name, role, password_hash, created_at)
				VALUES (7, $1, 'a@example.com', 'A', 'owner', 'h', 1)`, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		migrate(t, c)
		after := reopened(t, c)
		var slug, role, hash string
		if _, err := after.QueryRow(t.Context(), `SELECT v.slug, u.role, u.password_hash FROM vendors v JOIN users u ON u.vendor_id = v.id`,
			nil, &slug, &role, &hash); err != nil {
			t.Fatal(err)
		}
		if slug != "0190163d-8694-739b-aea5-966c26f8ad91" || role != "owner" || hash != "h" {
			t.Errorf("%q, %q, %q", slug, role, hash)
		}
	})
}
