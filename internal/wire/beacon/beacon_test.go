package beacon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/identity"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

// program is a program that sends events, and reads what was observed.
type program struct {
	*servertest.Server

	v            wiring.NewVendor
	ingest, read string
}

func each(t *testing.T, test func(t *testing.T, p *program)) {
	t.Helper()
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		test(t, &program{s, v, key(t, s, v, identity.Ingest), key(t, s, v, identity.Read)})
	})
}

func key(t *testing.T, s *servertest.Server, v wiring.NewVendor, kind identity.KeyKind) string {
	t.Helper()
	var made struct {
		Secret string `json:"secret"`
	}
	s.Do(t, "POST", "/api/v1/api-keys", map[string]any{"kind": kind, "name": "K"}, "Authorization", "Bearer "+v.AdminKey).JSON(t, &made)
	return made.Secret
}

// send posts a body as it stands, and checks what every answer must say.
func (p *program) send(t *testing.T, status int, path, body string) string {
	t.Helper()
	a := p.Do(t, "POST", path, json.RawMessage(body), "Authorization", "Bearer "+p.ingest)
	if a.Status != status {
		t.Errorf("%s: %d %s, want %d", path, a.Status, a.Body, status)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After",
		"Access-Control-Allow-Headers": "authorization, content-type, x-environment-data",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %s is %q", path, name, got)
		}
	}
	return string(a.Body)
}

// event is an event of now as JSON; more is added to its fields.
func event(id int, more string) string {
	return fmt.Sprintf(`{"event_id":"019a0000-0000-7000-8000-%012d","category":"ui","name":"click","timestamp":"%s","actor_id":"anna",
		"product":"App","product_version":"1.0"%s}`, id, calendar.WriteInstant(time.Now().UTC()), more)
}

// counted counts all that has come in.
func (p *program) counted(t *testing.T) {
	t.Helper()
	if _, err := p.Program.Rooms().Folding.Round(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// get reads with the read key.
func (p *program) get(t *testing.T, status int, path string, into any) {
	t.Helper()
	a := p.Do(t, "GET", path, nil, "Authorization", "Bearer "+p.read)
	if a.Status != status {
		t.Errorf("%s: %d %s", path, a.Status, a.Body)
		return
	}
	a.JSON(t, into)
}

type license struct {
	ID       string    `json:"license_id"`
	Status   string    `json:"status"`
	Latest   *string   `json:"latest_observed_account_id"`
	Accounts int       `json:"distinct_account_count_30d"`
	Actors   int       `json:"active_actor_count_30d"`
	Events   int       `json:"event_count_30d"`
	Products int       `json:"product_count"`
	Versions int       `json:"version_count"`
	First    time.Time `json:"first_seen_at"`
	Last     time.Time `json:"last_seen_at"`
}

type licenses struct {
	Items []license  `json:"items"`
	Next  *string    `json:"next_cursor"`
	AsOf  *time.Time `json:"as_of"`
}

func (p *program) licenses(t *testing.T) map[string]license {
	t.Helper()
	p.counted(t)
	var list licenses
	p.get(t, 200, "/v1/licenses", &list)
	all := map[string]license{}
	for _, l := range list.Items {
		all[l.ID] = l
	}
	return all
}

// A refused id is not remembered: sent again corrected, it counts, and a repeat counts once.
func TestARefusedEventCountsWhenItIsCorrected(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		body := p.send(t, 207, "/v1/events", "["+event(1, `,"license_id":"\t"`)+"]")
		if !strings.Contains(body, `"status":"rejected","reason":"invalid_license_id"`) {
			t.Errorf("%s", body)
		}
		for range 2 {
			if body := p.send(t, 200, "/v1/events", "["+event(1, `,"license_id":" acme-2027 ","account_id":"acme"`)+"]"); !strings.Contains(body, "accepted") {
				t.Errorf("%s", body)
			}
		}
		p.send(t, 200, "/v1/events", "["+event(2, `,"license_id":"first"`)+","+event(2, `,"license_id":"second"`)+"]")
		got := p.licenses(t)
		l := got["acme-2027"]
		if len(got) != 2 || l.Events != 1 || l.Actors != 1 || l.Accounts != 1 || l.Status != "active" || l.Latest == nil || *l.Latest != "acme" ||
			l.Products != 1 || l.Versions != 1 || !l.First.Equal(l.Last) || got["first"].Events != 1 {
			t.Errorf("%+v", got)
		}
		var invalid struct {
			Items []map[string]any `json:"items"`
		}
		p.get(t, 200, "/api/v1/observed/invalid", &invalid)
		if len(invalid.Items) != 1 || invalid.Items[0]["reason"] != "invalid_license_id" || !strings.Contains(invalid.Items[0]["payload"].(string), `"\t"`) {
			t.Errorf("%v", invalid.Items)
		}
	})
}

// What no database holds refuses an item only where it stands in an id, alike on both engines.
func TestHalvesOfPairsAndNull(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		all := []string{
			event(1, `,"license_id":"acme\ud800"`), event(2, `,"license_id":"acme\ud801"`), event(3, `,"license_id":"a\u0000"`),
			event(4, `,"license_id":"good","properties":{"path":"C:\\Users\\\u0000x","n":1,"b":true,"z":null,"half":"\udc00"}`),
			strings.Replace(event(5, `,"license_id":"good"`), `"click"`, `"Saved \ud83d"`, 1),
			strings.Replace(event(6, `,"license_id":"\ud83d\ude00"`), `"anna"`, `"an\ud800na"`, 1),
			event(7, `,"license_id":"\ud83d\ude00"`), `7`, `"x"`, `{}`,
			event(8, `,"properties":{"licenseId":"x"}`), event(9, `,"properties":{"a":{}}`), event(10, `,"license_id":"\\ud800"`),
		}
		body := p.send(t, 207, "/v1/events", "["+strings.Join(all, ",")+"]")
		var answer struct {
			Results []struct {
				Reason string `json:"reason"`
			} `json:"results"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{
			"invalid_license_id", "invalid_license_id", "invalid_license_id", "", "", "invalid_actor_id", "", "invalid_event", "invalid_event", "invalid_event_id",
			"reserved_property_key", "invalid_property", "",
		} {
			if got := answer.Results[i].Reason; got != want {
				t.Errorf("item %d: %q, want %q", i, got, want)
			}
		}
		if got := p.licenses(t); len(got) != 3 || got["good"].Events != 2 || got["😀"].Events != 1 || got[`\ud800`].Events != 1 {
			t.Errorf("%v", got)
		}
		var events struct {
			Items []struct {
				Name       string         `json:"name"`
				Properties map[string]any `json:"properties"`
			} `json:"items"`
		}
		p.get(t, 200, "/api/v1/observed/events?license_id=good", &events)
		found := fmt.Sprint(events.Items)
		if len(events.Items) != 2 || !strings.Contains(found, "Saved \uFFFD") || !strings.Contains(found, "C:\\Users\\\uFFFDx") {
			t.Errorf("%s", found)
		}
	})
}

// Sessions, exceptions and identities in the forms that SDKs send.
func TestSessionsExceptionsAndIdentities(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		now := calendar.WriteInstant(time.Now().UTC())
		session := `"session_id":"019a0000-0000-7000-8000-00000000000a"`
		who := `"actor_id":"anon","source_app":"App","source_version":"1.0","account_id":"acme","license_id":"L"`
		end := `{` + session + `,"ended_at":"` + now + `","end_reason":"closed"}`
		if body := p.send(t, 404, "/v1/events/sessions/end", end); !strings.Contains(body, `"error":"session_not_found"`) {
			t.Errorf("%s", body)
		}
		p.send(t, 200, "/v1/events/sessions", `{`+session+`,`+who+`,"started_at":"`+now+`"}`)
		p.send(t, 200, "/v1/events/sessions/end", end)
		p.send(t, 200, "/v1/events/sessions/end", end)
		p.send(t, 200, "/v1/events/sessions/end", `{"session_id":"019a0000-0000-7000-8000-00000000000b","ended_at":"`+now+`","end_reason":"crash",`+who+`,"started_at":"`+now+`"}`)
		p.send(t, 200, "/v1/events/exceptions", `{"exception_id":"019a0000-0000-7000-8000-00000000000c","exception_type":"Boom","severity":"error",
			"occurred_at":"`+now+`","message":"a\u0000b","breadcrumbs":[{"category":"nav","name":"x","timestamp":"`+now+`","properties":{"license_id":"\u0000"}}],`+who+`}`)
		p.send(t, 200, "/v1/events", "["+event(1, `,"license_id":"L"`)+"]")
		join := func(status int, from, to string) {
			t.Helper()
			p.send(t, status, "/v1/actors/identify", fmt.Sprintf(`{"anonymous_actor_id":%q,"identified_actor_id":%q,"identified_at":%q,"product":"App","product_version":"1.0"}`, from, to, now))
		}
		if l := p.licenses(t)["L"]; l.Actors != 2 || l.Events != 1 {
			t.Errorf("%+v", l)
		}
		join(200, "anon", "anna")
		join(200, "anon", "anna")
		join(200, "anna", "anna")
		join(200, "anna", "anon") // a ring
		join(409, "anon", "bob")
		for _, nobody := range []string{"null", " Undefined ", "0", "[object Object]", "00000000-0000-0000-0000-000000000000"} {
			join(400, "dev-1", nobody)
		}
		if l := p.licenses(t)["L"]; l.Actors != 1 || l.Events != 1 {
			t.Errorf("joined: %+v", l)
		}
		var list struct {
			Items []map[string]any `json:"items"`
		}
		p.get(t, 200, "/api/v1/observed/identities", &list)
		if len(list.Items) != 1 || list.Items[0]["counted_as"] != "anna" {
			t.Errorf("%v", list.Items)
		}
		p.get(t, 200, "/api/v1/observed/events?actor_id=anna", &list)
		if len(list.Items) != 6 {
			t.Errorf("%d items: %v", len(list.Items), list.Items)
		}
	})
}

// Whoever may not is told so, and how much one may send; a browser may read every answer.
func TestWhatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		if a := p.Do(t, "OPTIONS", "/v1/events", nil, "Origin", "https://app.example.com"); a.Status != 204 || a.Header.Get("Access-Control-Max-Age") == "" {
			t.Errorf("%d %v", a.Status, a.Header)
		}
		p.send(t, 400, "/v1/events", `{}`)
		p.send(t, 413, "/v1/events", "["+strings.TrimSuffix(strings.Repeat("{},", 1001), ",")+"]")
		p.send(t, 413, "/v1/events", `["`+strings.Repeat("x", 4<<20)+`"]`)
		p.send(t, 207, "/v1/events", `["`+strings.Repeat("x", 4<<20-4)+`"]`)
		if a := p.Do(t, "GET", "/v1/licenses", nil, "Authorization", "Bearer "+p.ingest); a.Status != http.StatusForbidden {
			t.Errorf("an ingest key reads: %d", a.Status)
		}
		if a := p.Do(t, "GET", "/api/v1/observed/licenses", nil, "Authorization", "Bearer "+p.ingest); a.Status != http.StatusForbidden {
			t.Errorf("an ingest key reads: %d", a.Status)
		}
		if a := p.Do(t, "GET", "/api/v1/licenses", nil, "Authorization", "Bearer "+p.read); a.Status != http.StatusForbidden {
			t.Errorf("a read key reads licences that are sold: %d", a.Status)
		}
		ingest := p.ingest
		p.ingest = p.read
		p.send(t, 403, "/v1/events", `[]`)
		p.ingest = ingest[:len(ingest)-1] + "A"
		p.send(t, 401, "/v1/events", `[]`)
	})
}

// While the database is away programs are told to come again, and never that the server is broken.
func TestADatabaseThatIsAway(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		p.send(t, 200, "/v1/events", "["+event(1, "")+"]")
		p.Program.Rooms().DB.Halt()
		a := p.Do(t, "POST", "/v1/events", json.RawMessage("["+event(2, "")+"]"), "Authorization", "Bearer "+p.ingest)
		if a.Status != 429 || a.Header.Get("Retry-After") == "" || a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
		}
	})
}

// The plan decides who sees licences and accounts, at every address; data is gathered all the same.
func TestThePlanGate(t *testing.T) {
	each(t, func(t *testing.T, p *program) {
		rooms := p.Program.Rooms()
		all, err := rooms.VendorRows.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		set := func(plan vendors.Plan) {
			t.Helper()
			if err := rooms.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := rooms.Vendors.Update(x, all[0].ID, vendors.Change{Plan: &plan})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		p.send(t, 200, "/v1/events", "["+event(1, `,"license_id":"L","account_id":"=A"`)+"]")
		for plan, status := range map[vendors.Plan]int{vendors.Starter: 403, vendors.Pro: 403, vendors.Business: 200, vendors.Trial: 200, vendors.Enterprise: 200} {
			set(plan)
			for _, path := range []string{"/v1/licenses", "/api/v1/observed/licenses", "/api/v1/observed/accounts", "/api/v1/observed/identities"} {
				for _, accept := range []string{"application/json", "text/csv"} {
					a := p.Do(t, "GET", path, nil, "Authorization", "Bearer "+p.read, "Accept", accept)
					if a.Status != status || status == 403 && !strings.Contains(string(a.Body), "plan_required") {
						t.Errorf("%s, %s, %s: %d %s", plan, path, accept, a.Status, a.Body)
					}
				}
			}
			p.get(t, 200, "/api/v1/observed/governance", &map[string]any{})
		}
		set(vendors.Enterprise)
		p.counted(t)
		a := p.Do(t, "GET", "/api/v1/observed/accounts", nil, "Authorization", "Bearer "+p.read, "Accept", "text/csv")
		lines := strings.Split(string(a.Body), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "account_id,status,latest_observed_license_id,distinct_license_count_30d,") ||
			!strings.HasPrefix(lines[1], "'=A,active,L,1,1,1,1,1,") {
			t.Errorf("%q", lines)
		}
	})
}
