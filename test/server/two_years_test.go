package server_test

import (
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

type meter struct {
	LimitationID    string `json:"limitation_id"`
	Consumed, Gross int
	PeriodStartedAt time.Time `json:"period_started_at"`
	PeriodEndsAt    time.Time `json:"period_ends_at"`
}

// Two years of a licence with a monthly quota, on the test clock: each month begins anew
// at the vendor's midnight, also where the clocks change, nothing is lost when old rows
// of the ledger are folded, and in the end all is proved right.
func TestTwoYears(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 1, "limitations": []terms{{"name": "pages", "limit": 10_000, "reset": "month"}}})
		l := v.issue(t, nil)
		if a := v.call(t, "/activations", v.activation(l.Key, "drill-1")); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		meters := func() meter {
			var all struct{ Items []meter }
			v.manage(t, 200, "GET", "/licenses/"+l.ID+"/meters", nil).JSON(t, &all)
			return all.Items[0]
		}
		pages := meters().LimitationID
		consumed, gross, month := 0, 0, ""
		for step := range 105 { // of a week
			amount := step%9 + 1
			a := v.Do(t, "POST", "/api/v2/isv/"+v.VendorID+"/data_gathering/consumption_heartbeats", terms{
				"client_id": "drill-1", "consumption_heartbeat": []terms{{"limitation_id": pages, "value": amount}},
			}, "ProvisioningKey", v.ProvisioningKey)
			if a.Status != 200 {
				t.Fatalf("week %d: %d %s", step, a.Status, a.Body)
			}
			now := s.Program.Rooms().Clock.Now()
			if here := now.In(zone).Format("2006-01"); here != month {
				consumed, month = 0, here
			}
			consumed, gross = consumed+amount, gross+amount
			m := meters()
			begins := time.Date(now.In(zone).Year(), now.In(zone).Month(), 1, 0, 0, 0, 0, zone)
			if m.Consumed != consumed || m.Gross != gross || step > 4 && !m.PeriodStartedAt.Equal(begins) || !m.PeriodEndsAt.Equal(begins.AddDate(0, 1, 0)) {
				t.Fatalf("week %d, %v: %+v, want %d of %d since %v", step, now, m, consumed, gross, begins)
			}
			s.Advance(t, v.NewVendor, "7d")
		}
		if m := meters(); m.Gross != gross {
			t.Errorf("%+v, want %d in all", m, gross)
		}
		problems, err := s.Program.Rooms().Verify(t.Context(), nil, func(string) {})
		if err != nil || len(problems) > 0 {
			t.Errorf("%v, %q", err, problems)
		}
	}, servertest.TestClock, func(c *server.Config) {
		c.Retention = server.Retention{Ledger: 90, Sessions: 30, History: 90, Usage: 90}
	})
}
