package vendors_test

import (
	"strings"
	"testing"

	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// A vendor's help is its own, by language, and can be taken back.
func TestHelp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		rows := vendorstore.Store{DB: e.DB}
		helps := vendors.Helps{Store: rows}
		v, other := storetest.Vendor(t, e, "Acme"), storetest.Vendor(t, e, "Bolt")
		set := func(language, text string) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, helps.Set(x, v.ID, language, text) })
		}
		want := func(what string, want map[string]string) {
			t.Helper()
			got, err := rows.Help(t.Context(), v.ID)
			if err != nil || len(got) != len(want) || got["en"] != want["en"] || got["de"] != want["de"] {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		want("at first", nil)
		set("en", "Call us.\n")
		set("de", "Rufen Sie an.")
		set("en", "Write to us.")
		want("two", map[string]string{"en": "Write to us.", "de": "Rufen Sie an."})
		set("de", " ")
		want("one taken back", map[string]string{"en": "Write to us."})
		if got, err := rows.Help(t.Context(), other.ID); err != nil || len(got) != 0 {
			t.Errorf("another vendor has %v, %v", got, err)
		}
		before := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'vendor.help_changed'`)
		set("en", "Write to us.")
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'vendor.help_changed'`); before != 4 || n != before {
			t.Errorf("%d changes are recorded, and then %d", before, n)
		}
		fields := storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (int, error) {
			return 0, helps.Set(x, v.ID, "en", strings.Repeat("x", 20_001))
		})
		if len(fields) != 1 || fields[0].Name != "help_en" {
			t.Errorf("%v", fields)
		}
	})
}
