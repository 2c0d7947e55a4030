package store

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// Activations from before they had their client's id get it, and present ones the
// suspension of their device.
func TestActivationsGetWhatTheirDeviceSays(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		if err := MigrateTo(t.Context(), c, 5); err != nil {
			t.Fatal(err)
		}
		driver, dsn, unchecked := "pgx", c.URL, "SET session_replication_role = replica"
		if c.URL == "" {
			driver, dsn, unchecked = "sqlite", sqliteDSN(filepath.Join(c.Dir, FileName), readerCacheKB, 0), "PRAGMA foreign_keys = 0"
		}
		old, err := sql.Open(driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		old.SetMaxOpenConns(1)
		do := func(text string, args ...any) {
			t.Helper()
			if _, err := old.ExecContext(t.Context(), text, args...); err != nil {
				t.Fatal(err)
			}
		}
		do(unchecked) // of all that they belong to, only the devices matter
		for id, until := range map[int]any{1: 77, 2: nil} {
			do(`INSERT INTO devices (id, vendor_id, uuid, number, suspended_until, created_at) VALUES ($1, 1, $2, $3, $4, 1)`,
				id, []byte{byte(id)}, []string{"", "one", "two"}[id], until)
		}
		for id, released := range map[int]any{1: nil, 2: nil, 3: 5} { // the third was of device 1
			do(`INSERT INTO activations (id, vendor_id, uuid, product_id, license_id, token_id, token_key, device_id, is_temporary, client_name,
				client_description, tags, hostname, platform, operating_system, software_version, device_variables, address, country, said,
				activated_at, released_at) VALUES ($1, 1, $2, 1, 1, 1, $3, $4, 0, '', '', '', '', '', '', '', '', '', '', 0, 1, $5)`,
				id, []byte{byte(id)}, []byte{1}, (id-1)%2+1, released)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		migrate(t, c)
		b := reopened(t, c)
		for id, want := range map[int]string{1: "one 77", 2: "two -1", 3: "one -1"} {
			var got string
			if _, err := b.QueryRow(t.Context(), `SELECT client_id || ' ' || CAST(COALESCE(suspended_until, -1) AS TEXT) FROM activations WHERE id = $1`,
				[]any{id}, &got); err != nil || got != want {
				t.Errorf("activation %d says %q, want %q, %v", id, got, want, err)
			}
		}
	})
}
