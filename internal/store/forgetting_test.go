package store_test

import (
	"strconv"
	"testing"

	"chancery/internal/store"
	accessstore "chancery/internal/store/access"
	importstore "chancery/internal/store/imports"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What has run out is forgotten a portion at a time: nobody else writes meanwhile.
func TestForgettingGoesInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		v := storetest.Vendor(t, e, "Acme")
		const many, portion = 2500, 1000
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			s := store.On(x)
			if _, err := s.Exec(`INSERT INTO imports (id, vendor_id, uuid, kind, file_name, zone, columns, state, all_or_nothing, line_count, done_count,
				failed_count, actor_kind, actor_id, actor_name, actor_address, created_at)
				VALUES (1, $1, $2, 'customers', 'a.csv', 'UTC', '[]', 'draft', 0, 1, 0, 0, '', '', '', '', 1)`, v.ID, e.IDs.V7()); err != nil {
				return nil, err
			}
			for i := range many {
				if _, err := s.Exec(`INSERT INTO failed_attempts (vendor_id, subject, failures, last_at, locked_until) VALUES ($1, $2, 1, $3, 0)`,
					v.ID, []byte(strconv.Itoa(i)), i); err != nil {
					return nil, err
				}
				if _, err := s.Exec(`INSERT INTO sign_in_ceremonies (vendor_id, hash, kind, sealed, expires_at) VALUES ($1, $2, 'passkey', $2, $3)`,
					v.ID, []byte(strconv.Itoa(i)), i); err != nil {
					return nil, err
				}
				if _, err := s.Exec(`INSERT INTO import_lines (vendor_id, import_id, line, cells, state, problems, result)
					VALUES ($1, 1, $2, '[]', 'waiting', '[]', '')`, v.ID, i); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		for table, forget := range map[string]func(tx.Tx) error{
			"failed_attempts":    func(x tx.Tx) error { return accessstore.Attempts{}.ForgetFailures(x, x.Now()) },
			"sign_in_ceremonies": func(x tx.Tx) error { return accessstore.Passkeys{}.ForgetCeremonies(x, x.Now()) },
			"import_lines": func(x tx.Tx) error {
				for range 10 {
					if _, _, err := (importstore.Store{DB: e.DB}).Forget(x, x.Now(), x.Now()); err != nil {
						return err
					}
				}
				return nil
			},
		} {
			for _, want := range []int{many - portion, many - 2*portion, 0, 0} {
				storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, forget(x) })
				if n := storetest.Count(t, e, `SELECT COUNT(*) FROM `+table); n != want {
					t.Errorf("%s: %d rows are left, want %d", table, n, want)
				}
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM imports`); n != 0 {
			t.Error("the import was not forgotten with its last line")
		}
	})
}
