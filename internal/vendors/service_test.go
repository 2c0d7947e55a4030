package vendors_test

import (
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

func TestVendors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		service, rows := storetest.Vendors(t, e), vendorstore.Store{DB: e.DB}
		changes := func() int64 {
			n, err := e.DB.ChangeCount(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		was := changes()
		made := storetest.Vendor(t, e, "Acme")
		if now := changes(); now <= was {
			t.Error("a new vendor left the change counter alone")
		}
		if made.Plan != vendors.Trial || made.CreatedAt != storetest.Start {
			t.Errorf("made %+v", made)
		}
		if got, err := rows.ByUUID(t.Context(), made.UUID); err != nil || got != made {
			t.Errorf("by UUID %+v, %v", got, err)
		}
		if got, err := rows.ByID(t.Context(), made.ID); err != nil || got != made {
			t.Errorf("by id %+v, %v", got, err)
		}
		if _, err := rows.ByUUID(t.Context(), e.IDs.V7()); err == nil {
			t.Error("an unknown vendor was found")
		}

		was = changes()
		name, zone := "Acme II", "America/New_York"
		changed := storetest.Do(t, e, func(x tx.Tx) (vendors.Vendor, error) {
			return service.Update(x, made.ID, vendors.Change{Name: &name, Zone: &zone})
		})
		if got, err := rows.ByUUID(t.Context(), made.UUID); err != nil || got != changed || got.Name != name || got.Zone != zone {
			t.Errorf("changed %+v, %v", got, err)
		}
		if now := changes(); now <= was {
			t.Error("a changed vendor left the change counter alone")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE vendor_id = $1`, made.ID); n != 2 {
			t.Errorf("%d audit records, want 2", n)
		}

		zone = "Mars/Olympus"
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (vendors.Vendor, error) {
			return service.Update(x, made.ID, vendors.Change{Zone: &zone})
		})
		storetest.Refuse(t, e, "vendor_not_found", func(x tx.Tx) (vendors.Vendor, error) {
			return service.Update(x, ident.VendorOf(987_654), vendors.Change{Name: &name})
		})
		// Addresses are unique on the server: vendors of one name are told apart,
		// and nobody takes another's.
		if got, err := rows.BySlug(t.Context(), "acme"); err != nil || got.UUID != made.UUID {
			t.Errorf("by slug %+v, %v", got, err)
		}
		if _, err := rows.BySlug(t.Context(), ""); err == nil {
			t.Error("a vendor has no address")
		}
		storetest.Refuse(t, e, "slug_taken", func(x tx.Tx) (vendors.Vendor, error) {
			return service.Create(x, vendors.Create{Name: "Other", Slug: "acme"})
		})
		bolt, taken := storetest.Vendor(t, e, "Bolt"), "acme"
		storetest.Refuse(t, e, "slug_taken", func(x tx.Tx) (vendors.Vendor, error) {
			return service.Update(x, bolt.ID, vendors.Change{Slug: &taken})
		})
		for i := range 12 {
			if again := storetest.Vendor(t, e, "Many"+strings.Repeat("!", i)); (again.Slug == "many") != (i == 0) {
				t.Errorf("vendor %d is at %q", i, again.Slug)
			}
		}
		for _, name := range []string{"Many", "mäny"} {
			storetest.Refuse(t, e, "vendor_exists", func(x tx.Tx) (vendors.Vendor, error) {
				return service.Create(x, vendors.Create{Name: name})
			})
		}
		if all, err := rows.All(t.Context()); err != nil || len(all) != 14 || all[0].Name != name || all[1].Name != "Bolt" {
			t.Errorf("all %+v, %v", all, err)
		}
	})
}
