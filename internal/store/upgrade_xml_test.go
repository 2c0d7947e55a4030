package store

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/tx"
)

// Licences that allowed offline use by themselves before XML files were a choice of their own
// have both, as editions do; those that were changed since say what they want.
func TestUpgradeToXMLFiles(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		at := func(schema int64, do func(s *Tx) error) {
			t.Helper()
			if err := MigrateTo(t.Context(), c, schema); err != nil {
				t.Fatal(err)
			}
			b := reopened(t, c)
			if err := b.Run(t.Context(), func(x tx.Tx) error { return do(On(x)) }); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
		}
		issue := func(s *Tx, n byte, edition int, changed time.Time, overrides string) error {
			_, err := s.Exec(`INSERT INTO licenses (id, vendor_id, uuid, product_id, edition_id, customer_id, name, licensee_email, license_key,
				is_active, is_temporary, contract_tokens, regular_used, goodwill_used, last_slot, revision, created_at, updated_at, overrides)
				VALUES ($1, 7, $2, 1, $3, 1, '', '', $4, 1, 0, 1, 0, 0, 0, 1, 1, $5, $6)`,
				n, []byte{n}, edition, []byte{n}, changed.UnixMilli(), overrides)
			return err
		}
		const own = `{"freeride_days":3,"offline_allowed":true}`
		at(46, func(s *Tx) error {
			for _, sqltext := range []string{
				`INSERT INTO vendors (id, uuid, name, zone, plan, created_at) VALUES (7, 'v', 'Acme', 'UTC', 'trial', 1)`,
				`INSERT INTO products (id, vendor_id, uuid, name, description, printed_keys, allow_client_moves, latest_release, revision, created_at,
					updated_at) VALUES (1, 7, 'p', 'P', '', 0, 0, '', 1, 1, 1)`,
				`INSERT INTO customers (id, vendor_id, uuid, company_name, name_folded, customer_number, email, created_at, updated_at)
					VALUES (1, 7, 'c', 'C', 'c', '', '', 1, 1)`,
				`INSERT INTO editions (id, vendor_id, uuid, product_id, name, description, provisioning_mode, client_type, license_type, policy, grants,
					revision, created_at, updated_at) VALUES
					(1, 7, 'e1', 1, 'Online', '', 'named', 'devices', 'perpetual', '{"offline_allowed":false}', '{}', 1, 1, 1),
					(2, 7, 'e2', 1, 'Offline', '', 'named', 'devices', 'perpetual', '{"offline_allowed":true}', '{}', 1, 1, 1)`,
			} {
				if _, err := s.Exec(sqltext); err != nil {
					return err
				}
			}
			for n, overrides := range []string{own, `{"offline_allowed":false}`, `{"freeride_days":3}`} {
				if err := issue(s, byte(n+1), 1, time.Unix(1_700_000_000, 0), overrides); err != nil {
					return err
				}
			}
			return issue(s, 4, 2, time.Unix(1_700_000_000, 0), own)
		})
		at(52, func(s *Tx) error { return issue(s, 5, 1, time.Now().Add(time.Hour), own) })
		at(53, func(s *Tx) error {
			rows, err := s.Query(`SELECT overrides FROM licenses ORDER BY id`)
			got, err := All[string](rows, err)(func(scan Scan) (o string, err error) {
				err = scan(&o)
				return o, err
			})
			if want := []string{
				`{"freeride_days":3,"offline_allowed":true,"xml_files_allowed":true}`, `{"offline_allowed":false}`, `{"freeride_days":3}`, own, own,
			}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			return err
		})
	})
}
