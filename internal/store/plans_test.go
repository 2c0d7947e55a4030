package store_test

import (
	"strings"
	"testing"

	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
)

// Each sort that a long list offers is served by an index: no row outside the
// page is read or sorted, however many there are.
func TestSortsAreServedByIndexes(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	vendor := storetest.Vendor(t, e, "Acme").ID
	for name, c := range map[string]struct {
		from, id string
		by       store.Column
		prefix   bool
	}{
		"customers by name":          {"customers c WHERE c.vendor_id =", "c.id", store.Column{Name: "c.name_folded"}, true},
		"customers by number":        {"customers c WHERE c.vendor_id =", "c.id", store.Column{Name: "c.customer_number"}, true},
		"customers by e-mail":        {"customers c WHERE c.vendor_id =", "c.id", store.Column{Name: "c.email"}, true},
		"customers by creation":      {"customers c WHERE c.vendor_id =", "c.id", store.Column{Name: "c.id"}, false},
		"audit log":                  {"audit_log a WHERE a.vendor_id =", "a.id", store.Column{Name: "a.id"}, false},
		"licences by creation":       {"licenses l WHERE l.vendor_id =", "l.id", store.Column{Name: "l.id"}, false},
		"products by name":           {"products p WHERE p.vendor_id =", "p.id", store.Column{Name: "p.name"}, false},
		"activations of a licence":   {"activations a WHERE a.license_id = 1 AND a.vendor_id =", "a.id", store.Column{Name: "a.id"}, false},
		"sessions of a licence":      {"sessions s WHERE s.license_id = 1 AND s.vendor_id =", "s.id", store.Column{Name: "s.id"}, false},
		"users of a licence":         {"license_users u WHERE u.license_id = 1 AND u.vendor_id =", "u.id", store.Column{Name: "u.id"}, false},
		"definitions of a product":   {"features d WHERE d.product_id = 1 AND d.vendor_id =", "d.id", store.Column{Name: "d.name"}, false},
		"licences of a customer":     {"licenses l WHERE l.customer_id = 1 AND l.vendor_id =", "l.id", store.Column{Name: "l.id"}, false},
		"history of a licence":       {"audit_log a WHERE a.license_id = 1 AND a.vendor_id =", "a.id", store.Column{Name: "a.id"}, false},
		"ledger of a meter":          {"consumptions c WHERE c.meter_id = 1 AND c.vendor_id =", "c.id", store.Column{Name: "c.id"}, false},
		"usage features":             {"usage_features d WHERE d.product_id = 1 AND d.vendor_id =", "d.id", store.Column{Name: "d.name"}, false},
		"history of another thing":   {"audit_log a WHERE a.license_id IS NULL AND a.subject_id = x'00' AND a.vendor_id =", "a.id", store.Column{Name: "a.id"}, false},
		"imports":                    {"imports i WHERE i.vendor_id =", "i.id", store.Column{Name: "i.id"}, false},
		"lines of an import":         {"import_lines l WHERE l.import_id = 1 AND l.vendor_id =", "l.line", store.Column{Name: "l.line"}, false},
		"failed lines of an import":  {"import_lines l WHERE l.state = 'failed' AND l.import_id = 1 AND l.vendor_id =", "l.line", store.Column{Name: "l.line"}, false},
		"goodwill zone":              {"goodwill_stays g WHERE g.left_at IS NULL AND g.vendor_id =", "g.id", store.Column{Name: "g.entered_at", Number: true}, false},
		"used up":                    {"licenses l WHERE l.used_up_at IS NOT NULL AND l.vendor_id =", "l.id", store.Column{Name: "l.used_up_at", Number: true}, false},
		"clients last seen":          {"pulses s WHERE s.vendor_id =", "s.activation_id", store.Column{Name: "s.last_seen_day", Number: true}, false},
		"customers below a superior": {"customers c WHERE c.superior_id = 1 AND c.vendor_id =", "c.id", store.Column{Name: "c.id"}, false},
	} {
		for _, desc := range []bool{false, true} {
			q := store.Select(`EXPLAIN QUERY PLAN SELECT `+c.id+` FROM `+c.from, vendor)
			if c.prefix {
				q.Prefix(c.by.Name, "a")
			}
			sqltext, args := q.Page(listing.Request{Limit: 50, Desc: desc, After: &listing.Mark{Text: "ab", ID: 7}}, c.by, c.id)
			steps, err := store.All[string](e.DB.Query(t.Context(), sqltext, args...))(func(scan store.Scan) (step string, err error) {
				var id, parent, unused int
				err = scan(&id, &parent, &unused, &step)
				return step, err
			})
			plan := strings.Join(steps, "; ")
			if err != nil || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN") || !strings.Contains(plan, "vendor_id=?") {
				t.Errorf("%s, descending %t: %s, %v", name, desc, plan, err)
			}
		}
	}
}

// A licence may have had many sessions: those that are open are found without reading
// the past ones.
func TestWhatIsPresentIsFoundByItsOwnIndex(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for query, index := range map[string]string{
		`SELECT id FROM sessions s WHERE s.vendor_id = 1 AND s.license_id = 2 AND s.ended_at IS NULL AND s.valid_until > 3 ORDER BY s.id DESC LIMIT 51`: "sessions_open_of_license (vendor_id=? AND license_id=?)",

		// Those that may have lapsed, and no others.
		`SELECT COUNT(*) FROM sessions WHERE vendor_id = 1 AND license_id = 2 AND ended_at IS NULL AND check_at <= 3 AND valid_until <= 3`: "sessions_to_check (vendor_id=? AND license_id=? AND check_at<?)",
		`SELECT id FROM sessions WHERE vendor_id = 1 AND license_id = 2 AND ended_at IS NULL AND check_at <= 3 ORDER BY check_at LIMIT 9`:  "sessions_to_check (vendor_id=? AND license_id=? AND check_at<?)",
		`SELECT check_at FROM sessions WHERE vendor_id = 1 AND license_id = 2 AND ended_at IS NULL ORDER BY check_at LIMIT 1`:              "sessions_to_check (vendor_id=? AND license_id=?)",
	} {
		var id, parent, unused int
		var plan string
		if _, err := e.DB.QueryRow(t.Context(), `EXPLAIN QUERY PLAN `+query, nil, &id, &parent, &unused, &plan); err != nil || !strings.Contains(plan, index) {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}

// What the hottest calls change time and again is in no index, which they would
// have to write too; on PostgreSQL the row's page keeps room for it besides.
func TestWhatChangesWithEveryCallIsInNoIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		indexes := `SELECT indexdef FROM pg_indexes WHERE tablename = $1`
		if e.DB.Dialect.Name() == "sqlite" {
			indexes = `SELECT COALESCE(sql, '') FROM sqlite_master WHERE type = 'index' AND tbl_name = $1`
		}
		for table, columns := range map[string][]string{
			"sessions": {"renewed_at", "valid_until"},
			"licenses": {"regular_used", "contract_tokens", "last_slot"},
			"meters":   {"consumed", "gross"},
			"pulses":   {"last_seen_at", "day_count"},
		} {
			rows, err := e.DB.Query(t.Context(), indexes, table)
			all, err := store.All[string](rows, err)(func(scan store.Scan) (text string, err error) { return text, scan(&text) })
			if err != nil || len(all) == 0 {
				t.Fatalf("%s: %d indexes, %v", table, len(all), err)
			}
			for _, column := range columns {
				if text := strings.Join(all, "\n"); strings.Contains(text, column) {
					t.Errorf("an index of %s holds %s: %s", table, column, text)
				}
			}
		}
	})
}

// What the daily figures are counted from, and the lists of what ends soon and of
// who was refused, are ranges of an index.
func TestFiguresAreServedByIndexes(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for query, index := range map[string]string{
		`SELECT product_id FROM activations WHERE vendor_id = 1 AND activated_at >= 2 AND activated_at < 3`:                             "activations_by_time",
		`SELECT id FROM activations WHERE vendor_id = 1 AND released_at IS NOT NULL AND released_at >= 2 AND released_at < 3`:           "activations_released",
		`SELECT MAX(id) FROM heartbeats WHERE vendor_id = 1 AND day = 2 GROUP BY activation_id`:                                         "heartbeats_by_day",
		`SELECT denied FROM denials WHERE vendor_id = 1 AND hour >= 2 ORDER BY hour DESC, reason DESC, license_id DESC`:                 "denials_by_hour",
		`SELECT id FROM goodwill_stays WHERE vendor_id = 1 AND entered_at >= 2 AND entered_at < 3`:                                      "goodwill_stays_entered",
		`SELECT value FROM usage_values WHERE vendor_id = 1 AND day = 2`:                                                                "usage_values_by_day",
		`SELECT id FROM licenses WHERE expires_at IS NOT NULL AND vendor_id = 1 AND expires_at >= 2 ORDER BY expires_at, id`:            "licenses_by_end",
		`SELECT id FROM licenses WHERE first_activated_at IS NOT NULL AND vendor_id = 1 AND edition_id = 2 AND first_activated_at >= 3`: "licenses_by_first_activation",
		`SELECT id FROM licenses WHERE trial_days > 0 AND first_activated_at IS NOT NULL AND vendor_id = 1
			AND (first_activated_at + trial_days * 86400000) >= 2 ORDER BY (first_activated_at + trial_days * 86400000), id`: "licenses_by_own_trial",
		`SELECT id FROM licenses WHERE expires_mode = 'days_after_activation' AND first_activated_at IS NOT NULL AND vendor_id = 1
			AND (first_activated_at + expires_days * 86400000) >= 2 ORDER BY (first_activated_at + expires_days * 86400000), id`: "licenses_by_own_end",
	} {
		steps, err := store.All[string](e.DB.Query(t.Context(), "EXPLAIN QUERY PLAN "+query))(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			err = scan(&id, &parent, &unused, &step)
			return step, err
		})
		if plan := strings.Join(steps, "; "); err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}

// What the console's lists are narrowed by is served by an index of its own: the
// rows outside are not read, however many there are.
func TestConsoleListsAreServedByIndexes(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for query, index := range map[string]string{
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.product_id = 2 ORDER BY l.id DESC LIMIT 51`:                                    "licenses_by_product",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND +l.product_id = 2 AND l.is_active = 0 AND l.id >= 7 ORDER BY l.id DESC LIMIT 51`: "licenses_switched_off",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NOT NULL ORDER BY a.id DESC LIMIT 51`:                       "activations_past",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.is_active = 0 ORDER BY l.id DESC LIMIT 51`:                                     "licenses_switched_off",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.used_up_at IS NOT NULL ORDER BY l.id DESC LIMIT 51`:                            "licenses_refusing",
		`SELECT l.id FROM licenses l WHERE l.vendor_id = 1 AND l.goodwill_used > 0 ORDER BY l.id DESC LIMIT 51`:                                 "licenses_above_contract",
		`SELECT id FROM licenses WHERE vendor_id = $1 AND name_folded <> '' AND name_folded >= $2 AND name_folded < $3
			ORDER BY name_folded LIMIT 300`: "licenses_by_name",
		`SELECT id FROM licenses WHERE vendor_id = $1 AND legacy_license_key IS NOT NULL AND legacy_license_key >= $2 AND legacy_license_key < $3
			ORDER BY legacy_license_key LIMIT 300`: "licenses_by_legacy_key_alone",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NULL ORDER BY a.id DESC LIMIT 51`: "activations_",
		`SELECT a.id FROM activations a WHERE a.vendor_id = $1 AND a.released_at IS NULL AND a.goodwill_since IS NOT NULL
			ORDER BY a.id DESC LIMIT 51`: "activations_goodwill_all",
		`SELECT id FROM activations WHERE vendor_id = $1 AND released_at IS NULL AND hostname <> '' AND LOWER(hostname) >= $2 AND LOWER(hostname) < $3
			ORDER BY LOWER(hostname) LIMIT 300`: "activations_by_hostname",
		`SELECT id FROM devices WHERE vendor_id = $1 AND suspended_until > $2`:                                                         "devices_suspended",
		`SELECT s.id FROM sessions s WHERE s.vendor_id = $1 AND s.ended_at IS NULL AND s.valid_until > $2 ORDER BY s.id DESC LIMIT 51`: "sessions_open",
		`SELECT s.id FROM sessions s WHERE s.vendor_id = $1 AND s.is_overuse = 1 ORDER BY s.id DESC LIMIT 51`:                          "sessions_overuse",
		`SELECT s.activation_id FROM pulses s CROSS JOIN activations a WHERE a.vendor_id = s.vendor_id AND a.id = s.activation_id AND s.vendor_id = $1
			AND a.released_at IS NULL AND (s.last_seen_day, s.activation_id) < ($2, $3)
			ORDER BY s.last_seen_day DESC, s.activation_id DESC LIMIT 51`: "sqlite_autoindex_pulses_1",
	} {
		args := []any{1, 2, 3}[:strings.Count(query, "$")]
		steps, err := store.All[string](e.DB.Query(t.Context(), `EXPLAIN QUERY PLAN `+query, args...))(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			err = scan(&id, &parent, &unused, &step)
			return step, err
		})
		plan := strings.Join(steps, "; ")
		if err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}
