package slascone_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// metered is a server with a licence that is consumed of, and a client of it.
type metered struct {
	*servertest.Server

	clock                        *ident.ManualClock
	vendor                       wiring.NewVendor
	product, license, key, token string
	pages, seats, edition        string
}

type entry struct {
	TransactionID *string  `json:"transaction_id"`
	LimitationID  string   `json:"limitation_id"`
	Remaining     *float64 `json:"remaining"`
	Balance       *float64 `json:"balance"`
	Limit         *float64 `json:"limit"`
	Goodwill      int      `json:"goodwill"`
	LastReset     *string  `json:"last_reset_date_utc"`
	NextReset     *string  `json:"next_reset_date_utc"`
	Reason        *string  `json:"reason"`
}

func startMetered(t *testing.T, s *servertest.Server, clock *ident.ManualClock) *metered {
	t.Helper()
	m := &metered{Server: s, clock: clock, vendor: s.Vendor(t, "Acme")}
	made := func(path string, body any) map[string]any {
		a := s.Do(t, "POST", "/api/v1"+path, body, "Authorization", "Bearer "+m.vendor.AdminKey)
		if a.Status != 201 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		var v map[string]any
		a.JSON(t, &v)
		return v
	}
	m.product = made("/products", `{"name":"Drill"}`)["id"].(string)
	edition := made("/editions", fmt.Sprintf(`{"product_id":%q,"name":"Pro","token_limit":5,"limitations":[
		{"name":"pages","limit":10,"reset":"month","goodwill_percent":20,"alerts":[50]},{"name":"seats","limit":3}]}`, m.product))
	m.edition = edition["id"].(string)
	for _, l := range edition["limitations"].([]any) {
		switch l := l.(map[string]any); l["name"] {
		case "pages":
			m.pages = l["id"].(string)
		case "seats":
			m.seats = l["id"].(string)
		}
	}
	customer := made("/customers", `{"company_name":"Kirk","email":"kirk@example.com"}`)["id"].(string)
	license := made("/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q}`, m.edition, customer))
	m.license, m.key = license["id"].(string), license["license_key"].(string)
	var info struct {
		TokenKey string `json:"token_key"`
	}
	a := m.call(t, "/provisioning/activations", fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"c1"}`, m.product, m.key))
	a.JSON(t, &info)
	m.token = info.TokenKey
	return m
}

// call is a program's call; the answer must be signed.
func (m *metered) call(t *testing.T, path, body string) servertest.Answer {
	t.Helper()
	a := m.Do(t, "POST", "/api/v2/isv/"+m.vendor.VendorID+path, body, "ProvisioningKey", m.vendor.ProvisioningKey)
	if a.Header.Get("X-Slascone-Signature") == "" {
		t.Errorf("%s: %d is not signed", path, a.Status)
	}
	if n := len(a.Body); n >= 16 && n <= 32 {
		t.Errorf("%s: the answer %q is as long as a nonce", path, a.Body)
	}
	return a
}

func (m *metered) consume(t *testing.T, entries ...string) []entry {
	t.Helper()
	a := m.call(t, "/data_gathering/consumption_heartbeats", `{"client_id":"c1","consumption_heartbeat":[`+strings.Join(entries, ",")+`]}`)
	var all []entry
	if a.Status != 200 {
		t.Fatalf("consume: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &all)
	return all
}

func (m *metered) refused(t *testing.T, id int, path, body string) {
	t.Helper()
	a := m.call(t, path, body)
	if want := fmt.Sprintf(`{"id":%d,`, id); a.Status != 409 || !strings.HasPrefix(string(a.Body), want) {
		t.Errorf("%s %s: %d %s, want %d", path, body, a.Status, a.Body, id)
	}
}

func eachMetered(t *testing.T, test func(t *testing.T, m *metered)) {
	t.Helper()
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := ident.NewManualClock(time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC))
			where := storage(t)
			where.Clock = clock
			test(t, startMetered(t, servertest.Start(t, where), clock))
		})
	}
}

func TestConsumptionOnTheWire(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		one := fmt.Sprintf(`{"limitation_id":%q,"value":2.5,"external_id":"a"}`, m.pages)
		all := m.consume(t, one, one, fmt.Sprintf(`{"limitation_id":%q,"value":"1.0E1"}`, m.pages))
		if len(all) != 3 || all[0].TransactionID == nil || all[1].TransactionID == nil || *all[0].TransactionID != *all[1].TransactionID ||
			*all[0].Remaining != 7.5 || *all[0].Limit != 10 || all[0].Goodwill != 20 ||
			*all[0].LastReset != "2026-02-28T23:00:00Z" || *all[0].NextReset != "2026-03-31T22:00:00Z" || all[0].Reason != nil {
			t.Errorf("%+v", all)
		}
		if all[2].TransactionID != nil || *all[2].Reason != "exhausted" || *all[2].Remaining != 7.5 {
			t.Errorf("more than there is: %+v", all[2])
		}
		remaining := func() float64 {
			var info struct {
				Limitations []struct {
					ID                        string
					Remaining, Balance, Value *float64
				}
			}
			m.call(t, "/provisioning/heartbeats", fmt.Sprintf(
				`{"product_id":%q,"client_id":"c1","software_version":"1","operating_system":"x"}`, m.product)).JSON(t, &info)
			for _, l := range info.Limitations {
				if l.ID == m.pages {
					return *l.Remaining
				}
			}
			t.Fatal("the limitation is missing")
			return 0
		}
		if left := remaining(); left != 7.5 {
			t.Errorf("the heartbeat says %v are left", left)
		}
		body := fmt.Sprintf(`{"license_id":%q,"limitation_id":%q}`, m.key, m.pages)
		var now entry
		m.call(t, "/provisioning/validate/consumption", body).JSON(t, &now)
		if now.TransactionID != nil || *now.Remaining != 7.5 || *now.Balance != 7.5 {
			t.Errorf("validate: %+v", now)
		}
		m.call(t, "/provisioning/validate/consumption", fmt.Sprintf(`{"license_id":%q,"limitation_id":%q}`, m.key, m.seats)).JSON(t, &now)
		if *now.Remaining != 3 || now.NextReset != nil {
			t.Errorf("validate of a static limit: %+v", now)
		}
		m.refused(t, 1000, "/provisioning/validate/consumption", fmt.Sprintf(`{"license_id":%q,"limitation_id":%q}`, m.license, m.pages))
		m.refused(t, 3003, "/provisioning/validate/consumption", fmt.Sprintf(`{"license_id":%q,"limitation_id":%q}`, m.key, m.license))

		back := fmt.Sprintf(`{"limitation_id":%q,"transaction_id":%q}`, m.pages, *all[0].TransactionID)
		for range 2 {
			m.call(t, "/data_gathering/consumption_heartbeats/rollback", back).JSON(t, &now)
			if now.TransactionID == nil || *now.Remaining != 10 {
				t.Errorf("rollback: %+v", now)
			}
		}
		m.refused(t, 20011, "/data_gathering/consumption_heartbeats/rollback", fmt.Sprintf(`{"transaction_id":%q}`, m.license))
		m.consume(t, fmt.Sprintf(`{"limitation_id":%q,"value":12}`, m.pages))
		m.clock.Advance(20 * 24 * time.Hour)
		if left := remaining(); left != 10 {
			t.Errorf("after the reset the heartbeat says %v are left", left)
		}
		if wrong, err := m.Program.Rooms().Meters.Verify(t.Context()); err != nil || len(wrong) > 0 {
			t.Errorf("%+v, %v", wrong, err)
		}
	})
}

func TestConsumptionRefusals(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		const path = "/data_gathering/consumption_heartbeats"
		call := func(client, token, limitation string) string {
			return fmt.Sprintf(`{"client_id":%q,"token_key":%s,"consumption_heartbeat":[{"limitation_id":%q,"value":1}]}`, client, token, limitation)
		}
		m.refused(t, 2006, path, call("nobody", "null", m.pages))
		m.refused(t, 2003, path, call("c1", `"`+m.license+`"`, m.pages))
		m.refused(t, 3003, path, call("c1", "null", m.seats))
		m.refused(t, 3003, path, call("c1", "null", m.license))
		m.call(t, "/provisioning/activations", fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"c2"}`, m.product, m.key))
		m.refused(t, 5000, path, call("c2", `"`+m.token+`"`, m.pages))
		for _, wrong := range []string{`0`, `-1`, `1e13`, `0.0000001`, `"x"`, `null`, `[]`, `true`} {
			a := m.call(t, path, fmt.Sprintf(`{"client_id":"c1","consumption_heartbeat":[{"limitation_id":%q,"value":%s}]}`, m.pages, wrong))
			if a.Status != 400 {
				t.Errorf("value %s: %d %s", wrong, a.Status, a.Body)
			}
		}
		for _, wrong := range []string{
			`{}`, `{"client_id":"c1"}`, `{"client_id":"c1","consumption_heartbeat":[]}`,
			`{"client_id":"c1","consumption_heartbeat":[{}]}`, fmt.Sprintf(`{"client_id":"c1","consumption_heartbeat":[{"limitation_id":%q,"value":1,"timestamp_utc":"noon"}]}`, m.pages),
			`{"client_id":"c1","consumption_heartbeat":[` + strings.Repeat(`{},`, 100) + `{}]}`,
		} {
			if a := m.call(t, path, wrong); a.Status != 400 {
				t.Errorf("%.80s: %d %s", wrong, a.Status, a.Body)
			}
		}
		m.consume(t, fmt.Sprintf(`{"limitation_id":%q,"value":1,"external_id":"a"}`, m.pages))
		if a := m.call(t, path, fmt.Sprintf(`{"client_id":"c1","consumption_heartbeat":[{"limitation_id":%q,"value":1},{"limitation_id":%q,"value":2,"external_id":"a"}]}`, m.pages, m.pages)); a.Status != 422 {
			t.Errorf("an id used twice: %d %s", a.Status, a.Body)
		}
		all := m.consume(t, fmt.Sprintf(`{"limitation_id":%q,"value":1}`, m.pages))
		if *all[0].Remaining != 8 {
			t.Errorf("a call that failed counted: %+v", all)
		}
	})
}

func TestUsageOnTheWire(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		ok := func(path, body string) {
			t.Helper()
			if a := m.call(t, "/data_gathering/"+path, body); a.Status != 200 || string(a.Body) != `"Success."` {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		ok("usage_heartbeats_by_name", `{"client_id":"c1","usage_heartbeat":[{"usage_feature_name":"Save","usage_module_name":"Disk","value":2}]}`)
		m.refused(t, 3001, "/data_gathering/usage_heartbeats", fmt.Sprintf(`{"client_id":"c1","usage_heartbeat":[{"usage_feature_id":%q,"value":1}]}`, m.license))
		m.refused(t, 2006, "/data_gathering/usage_heartbeats_by_name", `{"client_id":"x","usage_heartbeat":[{"usage_feature_name":"Save","value":1}]}`)
		admin := []string{"Authorization", "Bearer " + m.vendor.AdminKey}
		var list struct {
			Items []struct{ ID, Name string }
		}
		m.Do(t, "GET", "/api/v1/products/"+m.product+"/usage-features", nil, admin...).JSON(t, &list)
		if len(list.Items) != 1 || list.Items[0].Name != "Save" {
			t.Fatalf("%+v", list)
		}
		ok("usage_heartbeats", fmt.Sprintf(`{"client_id":"c1","usage_heartbeat":[{"usage_feature_id":%q,"value":1,"timestamp_utc":"2026-03-01T00:00:00Z"}]}`, list.Items[0].ID))
		var field struct{ ID string }
		m.Do(t, "POST", "/api/v1/products/"+m.product+"/analytical-fields", `{"name":"Size","is_number":true}`, admin...).JSON(t, &field)
		ok("analytical_heartbeats", fmt.Sprintf(`{"client_id":"c1","analytical_heartbeat":[{"analytical_field_id":%q,"value":12.5}]}`, field.ID))
		m.refused(t, 6001, "/data_gathering/analytical_heartbeats", fmt.Sprintf(`{"client_id":"c1","analytical_heartbeat":[{"analytical_field_id":%q,"value":"big"}]}`, field.ID))
		m.refused(t, 6000, "/data_gathering/analytical_heartbeats", fmt.Sprintf(`{"client_id":"c1","analytical_heartbeat":[{"analytical_field_id":%q,"value":"big"}]}`, m.license))
	})
}
