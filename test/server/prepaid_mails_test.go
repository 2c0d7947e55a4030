package server_test

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// The administrators of a customer get one mail in the morning about cards that ran low the
// day before, at the customer's own thresholds.
func TestMailsAboutPrepaidCards(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			k := newShopkeepers(t, servertest.Start(t, storage(t), moved))
			top := "/customers/" + k.customers["top"]
			k.as(t, "top", 200, "PATCH", top, terms{"low_days": 29, "very_low_days": 28})
			k.as(t, "top", 400, "PATCH", top, terms{"low_days": 400})
			k.refused(t, "mid", 404, "customer_not_found", "PATCH", top, terms{"low_days": 20})
			cards := k.issue(t, 2)
			k.as(t, "staff", 200, "POST", "/cards/sell", terms{"cards": cards, "customer_id": k.customers["top"]})
			for i, device := range []string{"1001", "1002"} {
				k.as(t, "staff", 201, "POST", "/devices", terms{"number": device, "model": "GT06N", "customer_id": k.customers["top"]})
				k.as(t, "top", 200, "POST", "/cards/bind", terms{"card": cards[i], "device": device})
			}
			k.report(t, "1001", "1002")
			var low terms
			k.as(t, "top", 200, "GET", top+"/reminder", nil).JSON(t, &low)
			if low["low_cards"] != 2.0 || low["very_low_days"] != 28.0 || low["very_low_cards"] != 0.0 || low["devices_dark_soon"] != 0.0 {
				t.Errorf("to be reminded of: %v", low)
			}
			mails := func() (all []struct{ ID, Kind, To, Subject string }) {
				t.Helper()
				if _, err := k.Program.Rooms().Prepaid.Remind(t.Context()); err != nil {
					t.Fatal(err)
				}
				var page struct {
					Items []struct{ ID, Kind, To, Subject string }
				}
				k.manage(t, 200, "GET", "/mails", nil).JSON(t, &page)
				for _, m := range page.Items {
					if m.Kind == "prepaid_low" {
						all = append(all, m)
					}
				}
				return all
			}
			if n := len(mails()); n != 0 {
				t.Errorf("%d mails on the same day", n)
			}
			clock.Advance(24 * time.Hour)
			k.report(t, "1001")
			all := mails()
			if len(all) != 1 || len(mails()) != 1 || all[0].To != "head@top.example.com" {
				t.Fatalf("the mails: %+v", all)
			}
			text := k.manage(t, 200, "GET", "/mails/"+all[0].ID, nil).text(t, "text")
			if !strings.Contains(text, "Cards with 29 days left or fewer:   2") || strings.Contains(text, "28 days") {
				t.Errorf("the mail says\n%s", text)
			}
			clock.Advance(24 * time.Hour)
			if all := mails(); len(all) != 2 {
				t.Errorf("a day later: %+v", all)
			}
		})
	}
}
