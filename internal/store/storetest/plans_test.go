package storetest_test

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

// A licence may have had many sessions: those that are open are found without
// reading the past ones.
func TestOpenSessionsAreFoundByTheirOwnIndex(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for _, query := range []string{
		`SELECT id FROM sessions s WHERE s.vendor_id = 1 AND s.license_id = 2 AND s.ended_at IS NULL AND s.valid_until > 3 ORDER BY s.id DESC LIMIT 51`,
		`SELECT COUNT(*) FROM sessions WHERE vendor_id = 1 AND license_id = 2 AND ended_at IS NULL AND valid_until > 3`,
		`SELECT MIN(valid_until) FROM sessions WHERE vendor_id = 1 AND license_id = 2 AND ended_at IS NULL`,
	} {
		var id, parent, unused int
		var plan string
		if _, err := e.DB.QueryRow(t.Context(), `EXPLAIN QUERY PLAN `+query, nil, &id, &parent, &unused, &plan); err != nil || !strings.Contains(plan, "sessions_lapsing") {
			t.Errorf("%s: %s, %v", query, plan, err)
		}
	}
}
