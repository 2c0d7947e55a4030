package server_test

import (
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// Time passes over a licence: it begins, it ends, and so does goodwill. Clients
// are told so and stay activated; new ones are refused.
func TestTimePasses(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			v := open(t, s, "Acme", terms{"token_limit": 1, "goodwill_token_limit": 1, "goodwill_days": 3})
			l := v.issue(t, terms{"starts_at": "2026-03-15T00:00:00Z", "expires_at": "2026-03-29"})
			beat := func(client string) answer { return v.call(t, "/heartbeats", v.heartbeat(client)) }
			says := func(a answer, valid, expired bool, when float64) {
				t.Helper()
				if a.Status != 200 || a.field(t, "is_license_valid") != valid ||
					a.field(t, "is_license_expired") != expired || a.field(t, "date_validity") != when {
					t.Errorf("at %v: %d %s", clock.Now(), a.Status, a.Body)
				}
				if reason := a.text(t, "validity_reason"); (reason == "") != valid {
					t.Errorf("at %v: the reason is %q", clock.Now(), reason)
				}
			}
			says(v.call(t, "/activations", v.activation(l.Key, "drill-1")), false, false, 1)
			clock.Advance(24 * time.Hour)
			says(beat("drill-1"), true, false, 0)

			// Goodwill is for three days, and its client hears that it is over.
			if a := v.call(t, "/activations", v.activation(l.Key, "drill-2")); a.field(t, "is_goodwill") != true || a.text(t, "goodwill_notice") == "" {
				t.Errorf("goodwill: %s", a.Body)
			}
			clock.Advance(3*24*time.Hour - time.Second)
			says(beat("drill-2"), true, false, 0)
			clock.Advance(time.Second)
			beat("drill-2").refused(t, 2006)
			if used := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).field(t, "activations_used"); used != 1.0 {
				t.Errorf("%v activations after the goodwill has ended", used)
			}

			// A day of the vendor's ends at its own midnight: on the 29th of March
			// Berlin moves its clocks, and the day has 23 hours.
			end := time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC)
			clock.Advance(end.Add(-time.Second).Sub(clock.Now()))
			says(beat("drill-1"), true, false, 0)
			clock.Advance(time.Second)
			says(beat("drill-1"), false, true, 2)
			v.call(t, "/activations", v.activation(l.Key, "drill-3")).refused(t, 1001)

			// Extended, it is valid again, and the client did nothing for it.
			v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"expires_at": nil})
			says(beat("drill-1"), true, false, 0)
		})
	}
}

// The year 9999 stands for "never" on the wire, and its last day ends in the year
// 10000 west of Greenwich, which no answer can be written with.
func TestEndOfTime(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 3})
		v.manage(t, 200, "PATCH", "/vendor", terms{"zone": "America/New_York"})
		l := v.issue(t, nil)
		v.call(t, "/activations", v.activation(l.Key, "drill-1"))
		for _, path := range []string{"/licenses/" + l.ID, "/editions/" + v.edition} {
			for _, day := range []string{"9998-12-31", "9999-12-31"} {
				a := v.manage(t, 400, "PATCH", path, terms{"expires_at": day})
				if wrong := a.wrong(t); len(wrong) != 1 || wrong[0] != "expires_at" {
					t.Errorf("%s until %s: %s", path, day, a.Body)
				}
			}
			v.manage(t, 200, "PATCH", path, terms{"expires_at": "9998-12-30"})
			v.manage(t, 200, "GET", path, nil)
		}
		if a := v.call(t, "/heartbeats", v.heartbeat("drill-1")); a.Status != 200 || a.text(t, "expiration_date_utc") != "9998-12-31T05:00:00Z" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

// What only looks like another key: an empty header presents none.
func TestEmptyKeyHeaders(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := open(t, s, "Acme", nil)
	l := v.issue(t, nil)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{[]string{"ProvisioningKey", v.ProvisioningKey, "AdminKey", ""}, 200},
		{[]string{"AdminKey", v.AdminKey, "ProvisioningKey", ""}, 200},
		{[]string{"AdminKey", v.AdminKey, "ProvisioningKey", "rubbish"}, 200},
		{[]string{"ProvisioningKey", v.ProvisioningKey, "AdminKey", "rubbish"}, 403},
		{[]string{"ProvisioningKey", "", "AdminKey", ""}, 401},
		{[]string{"ProvisioningKey", v.AdminKey}, 403},
		{[]string{"AdminKey", v.ProvisioningKey}, 403},
	} {
		if a := s.Do(t, "POST", v.clients()+"/validate", terms{"license_key": l.Key}, c.headers...); a.Status != c.status {
			t.Errorf("%v: %d %s, want %d", c.headers, a.Status, a.Body, c.status)
		}
	}
}
