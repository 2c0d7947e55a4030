package manage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chancery/internal/floating"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestSessionsAndUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		w := b.furnish(t)
		license := "/api/v1/licenses/" + w["floating"]
		open := func(want string) {
			t.Helper()
			if got := b.ok(t, "GET", license, ""); number(got.body["sessions_open"]) != want {
				t.Errorf("sessions_open is %v, want %s", got.body["sessions_open"], want)
			}
			for _, item := range b.ok(t, "GET", "/api/v1/licenses", "").items() {
				if item["id"] == w["floating"] && number(item["sessions_open"]) != want || item["id"] == w["licenses"] && item["sessions_open"] != nil {
					t.Errorf("in the list: %v", item["sessions_open"])
				}
			}
		}
		second := b.openSession(t, w, "client-8", "bob")
		open("2")
		items := b.ok(t, "GET", license+"/sessions?state=open", "").items()
		if len(items) != 2 ||
			items[0]["client_id"] != "client-8" || items[0]["user_id"] != "bob" || items[0]["is_open"] != true || items[0]["ended_at"] != nil {
			t.Errorf("%v", items)
		}
		one := "/api/v1/sessions/" + second.UUID.String()
		if a := b.ok(t, "DELETE", one, ""); a.status != 204 {
			t.Errorf("%d", a.status)
		}
		b.refused(t, 409, "session_over", "DELETE", one, "")
		open("1")
		e.Clock.Advance(10 * time.Minute) // nobody looks, and no job runs
		open("0")
		past := b.ok(t, "GET", license+"/sessions?state=past", "").items()
		if len(past) != 2 || past[0]["end_reason"] != "released" || past[1]["end_reason"] != "lapsed" || past[1]["ended_at"] != past[1]["valid_until"] {
			t.Errorf("%v", past)
		}
		if got := b.ok(t, "GET", "/api/v1/sessions/"+w["sessions"], ""); got.text("end_reason") != "lapsed" || got.body["is_open"] != false {
			t.Errorf("%s", got.raw)
		}

		third := func(user string) {
			storetest.Do(t, b.Env, func(x tx.Tx) (floating.Outcome, error) {
				return b.sessions.Open(x, floating.Call{Vendor: b.acme.ID, Presented: w["floating_key"], ClientID: user, UserID: user})
			})
		}
		for _, user := range []string{"1", "2", "3", "4"} {
			third(user)
		}
		hour := storetest.Start.Truncate(time.Hour).Format(time.RFC3339)
		if got := b.ok(t, "GET", license+"/denials", ""); got.raw != `{"items":[{"hour":"`+hour+`","reason":1007,"denied":2}],"next_cursor":null}`+"\n" {
			t.Errorf("%s", got.raw)
		}
		if got := b.ok(t, "GET", license+"/denials?from=2030-01-01T00:00:00Z", ""); len(got.items()) != 0 {
			t.Errorf("%s", got.raw)
		}

		last := b.ok(t, "GET", license+"/refusals", "").items()
		who := make([]string, 0, len(last))
		for _, r := range last {
			who = append(who, fmt.Sprint(r["client_id"], " ", r["reason"], " ", r["at"], " ", r["activation_id"]))
		}
		minute := storetest.Start.Add(10 * time.Minute).Format(time.RFC3339Nano)
		slices.Sort(who)
		if want := []string{"3 1007 " + minute + " <nil>", "4 1007 " + minute + " <nil>"}; !slices.Equal(who, want) {
			t.Errorf("refused last: %q, want %q", who, want)
		}

		for _, user := range []string{"ann", "bob@example.com"} {
			b.ok(t, "POST", license+"/users", `{"user_id":"`+user+`"}`)
		}
		b.refused(t, 400, "invalid_request", "DELETE", license+"/users", "")
		b.refused(t, 404, "license_user_not_found", "DELETE", license+"/users?user_id=carl", "")
		b.ok(t, "DELETE", license+"/users?user_id=bob%40example.com", "")
		if items := b.ok(t, "GET", license+"/users", "").items(); len(items) != 1 || items[0]["user_id"] != "ann" {
			t.Errorf("%v", items)
		}
		b.refused(t, 409, "license_of_devices", "POST", "/api/v1/licenses/"+w["licenses"]+"/users", `{"user_id":"ann"}`)
	})
}

func number(v any) string {
	if n, ok := v.(interface{ String() string }); ok {
		return n.String()
	}
	return "none"
}
