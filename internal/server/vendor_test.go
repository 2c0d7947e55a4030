package server_test

import (
	"net/url"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// A vendor that has nothing to sell is taken away with all that its own people made;
// one that sells is not, and neighbours keep theirs.
func TestDeletingAnEmptyVendor(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	rooms := s.Program.Rooms()
	v, other := s.Vendor(t, "Acme"), s.Vendor(t, "Bolt")
	id := s.RoomID(t, v)
	count := func() map[string]int64 {
		rows := map[string]int64{}
		tables, err := store.All[string](rooms.DB.Query(t.Context(), `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND c.name = 'vendor_id'`))(func(scan store.Scan) (name string, err error) { return name, scan(&name) })
		if err != nil || len(tables) < 40 {
			t.Fatalf("%d tables, %v", len(tables), err)
		}
		for _, table := range tables {
			var n int64
			if _, err := rooms.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table+` WHERE vendor_id = $1`, []any{id}, &n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				rows[table] = n
			}
		}
		return rows
	}
	remove := func() error {
		return rooms.DB.Run(t.Context(), func(x tx.Tx) error { return rooms.Vendors.Delete(x, id) })
	}

	b := s.SignIn(t, v)
	importer := servertest.Importer{Browser: b, Server: s}
	importer.Read(t, "customers", "company_name\nAcme\n")
	b.Post(t, "/settings/team/invite", url.Values{"email": {"kim@example.com"}, "role": {"viewer"}})
	s.Browser(t, v).Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {"a wrong one"}})
	key := []string{"Authorization", "Bearer " + v.AdminKey}
	if a := s.Do(t, "POST", "/api/v1/subscriptions", map[string]any{"kind": "webhook", "target": "https://hooks.example.com/", "events": []string{"customer.created"}}, key...); a.Status >= 300 {
		t.Fatalf("a webhook: %d %s", a.Status, a.Body)
	}
	if made := count(); len(made) < 12 {
		t.Errorf("the vendor has rows in few tables: %v", made)
	}

	var product struct{ ID string }
	s.Do(t, "POST", "/api/v1/products", map[string]any{"name": "Drill"}, "Authorization", "Bearer "+other.AdminKey).JSON(t, &product)
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	if left := count(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if p := b.Get(t, "/"); p.Status != 404 {
		t.Errorf("its console: %d", p.Status)
	}
	id = s.RoomID(t, other)
	if err := remove(); !fault.Is(err, "vendor_not_empty") || len(count()) < 5 {
		t.Errorf("a vendor with a product: %v", err)
	}
}
