package server_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// A device whose number is the client id of a program: the program's heartbeats count as its
// reports, and once its days are over, its activations, heartbeats and sessions are refused,
// on every copy of the server, until it has days again. What it gives back and what it has
// consumed is taken all the same.
func TestHeartbeatsOfPrepaidDevices(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			at := storage(t)
			k := newShopkeepers(t, servertest.Start(t, at, moved))
			there := k.vendor
			if at.URL != "" { // a second copy
				there = k.at(servertest.Start(t, at, moved))
			}
			const number = "356938035643809"
			named := k.vendor.issue(t, terms{"token_limit": 3})
			limit := k.manage(t, 201, "POST", "/editions", terms{
				"product_id": k.product, "name": "Metered", "limitations": []terms{{"name": "pages", "limit": 100, "reset": "month"}},
			})
			var edition struct {
				ID          string
				Limitations []struct{ ID string }
			}
			limit.JSON(t, &edition)
			team := k.manage(t, 201, "POST", "/editions", terms{
				"product_id": k.product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": 2,
			}).text(t, "id")
			floating := k.vendor.issue(t, terms{"edition_id": team})
			metered := k.vendor.issue(t, terms{"edition_id": edition.ID, "token_limit": 3})
			session := terms{"license_id": floating.Key, "client_id": number, "session_id": "one"}

			// Programs whose client id is no device's are nobody's business.
			activated := there.call(t, "/activations", there.activation(metered.Key, number))
			beat := func(v vendor) answer { t.Helper(); return v.call(t, "/heartbeats", v.heartbeat(number)) }
			if a := beat(there); activated.Status != 200 || a.Status != 200 {
				t.Fatalf("before there is a device: %s, %s", activated.Body, a.Body)
			}
			k.as(t, "staff", 201, "POST", "/devices", terms{"number": "0" + number, "model": "GT06N", "customer_id": k.customers["top"]})
			cards := k.issue(t, 2)
			k.as(t, "staff", 200, "POST", "/cards/sell", terms{"cards": cards, "customer_id": k.customers["top"]})
			k.as(t, "top", 200, "POST", "/cards/bind", terms{"card": cards[0], "device": number})
			clock.Advance(2 * time.Second) // the other copy has looked again

			var crowd sync.WaitGroup
			for i := range 12 {
				crowd.Go(func() {
					switch i % 3 {
					case 0:
						if a := beat(k.vendor); a.Status != 200 {
							t.Errorf("a heartbeat: %s", a.Body)
						}
					case 1:
						if a := beat(there); a.Status != 200 {
							t.Errorf("a heartbeat elsewhere: %s", a.Body)
						}
					case 2:
						if a := k.Do(t, "POST", "/api/v1/prepaid/reports", terms{"reports": []terms{{"device": number}}},
							"Authorization", "Bearer "+k.AdminKey); a.Status != 200 || !strings.Contains(string(a.Body), `"allowed":true`) {
							t.Errorf("a report: %s", a.Body)
						}
					}
				})
			}
			crowd.Wait()
			if c := k.card(t, "staff", cards[0]); c.AvailableDays != 29 {
				t.Errorf("charged by heartbeats and reports at once: %+v", c)
			}
			var d struct {
				LastReportAt *time.Time `json:"last_report_at"`
				Reason       *string    `json:"last_report_reason"`
			}
			heard := func(v vendor) {
				t.Helper()
				if err := v.Program.Rooms().Hearings.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				k.as(t, "staff", 200, "GET", "/devices/"+number, nil).JSON(t, &d)
			}
			clock.Advance(20 * time.Hour)
			beat(there)
			if heard(there); d.LastReportAt == nil || clock.Now().Sub(*d.LastReportAt) > time.Minute || d.Reason != nil {
				t.Errorf("after a heartbeat within the paid day: %+v", d)
			}
			if c := k.card(t, "staff", cards[0]); c.AvailableDays != 29 {
				t.Errorf("charged within the paid day: %+v", c)
			}

			// Its days end.
			k.as(t, "staff", 200, "POST", "/cards/withdraw", terms{"cards": cards[:1]})
			if a := beat(there); a.Status != 200 {
				t.Errorf("within the day that was paid: %s", a.Body)
			}
			clock.Advance(5 * time.Hour)
			beat(there).refused(t, 20010)
			if a := beat(k.vendor); !strings.Contains(string(a.Body), "no card is bound") {
				t.Errorf("without a card: %s", a.Body)
			}
			if heard(there); d.Reason == nil || *d.Reason != "no_card" {
				t.Errorf("after a refused heartbeat: %+v", d)
			}
			for _, v := range []vendor{k.vendor, there} {
				v.call(t, "/activations", v.activation(named.Key, number)).refused(t, 20010)
				v.call(t, "/session/open", session).refused(t, 20010)
			}
			used := there.Do(t, "POST", "/api/v2/isv/"+k.VendorID+"/data_gathering/consumption_heartbeats", terms{
				"client_id": number, "token_key": activated.text(t, "token_key"),
				"consumption_heartbeat": []terms{{"limitation_id": edition.Limitations[0].ID, "value": 1}},
			}, "ProvisioningKey", k.ProvisioningKey)
			if used.Status != 200 {
				t.Errorf("consumption of a blacklisted device: %d %s", used.Status, used.Body)
			}

			// A card lifts it at once, everywhere.
			k.as(t, "top", 200, "POST", "/cards/bind", terms{"card": cards[1], "device": number})
			if a := there.call(t, "/session/open", session); a.Status != 200 {
				t.Errorf("a session of a device that was lifted: %s", a.Body)
			}
			if a := beat(there); a.Status != 200 {
				t.Errorf("a heartbeat of a device that was lifted: %s", a.Body)
			}
			if c := k.card(t, "staff", cards[1]); c.AvailableDays != 29 {
				t.Errorf("the next card: %+v", c)
			}
			k.as(t, "top", 200, "POST", "/cards/unbind", terms{"card": cards[1]})
			clock.Advance(25 * time.Hour)
			beat(there).refused(t, 20010)
			if a := there.call(t, "/unassign", terms{"token_key": activated.text(t, "token_key"), "client_id": number}); a.Status != 200 {
				t.Errorf("a blacklisted device gives its activation back: %s", a.Body)
			}
		})
	}
}
