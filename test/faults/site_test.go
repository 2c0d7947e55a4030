package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"chancery/internal/wiring"
)

// site is a vendor whose clients and staff call all the time, and what they have
// been told.
type site struct {
	t       *testing.T
	client  *http.Client
	rsa     bool // answers are signed as SLASCONE's clients want it
	vendor  wiring.NewVendor
	product string

	customer, edition string
	named             []string // license keys, of a few places each
	floating, metered license
	pages             string // the meter's limitation

	hands []*hand
}

type license struct{ id, key string }

const (
	placesEach  = 3 // of each named licence, and 1 of goodwill
	namedCount  = 4 // named licences
	sessionsMax = 18
	handCount   = 8
	devicesEach = 3
)

// newSite makes a vendor with three editions, and the devices that call.
func newSite(t *testing.T, p program, url, name string) *site {
	t.Helper()
	s := openSite(t, p, url, name, "UTC")
	s.edition = s.make(url, "editions", object{
		"product_id": s.product, "name": "Pro", "provisioning_mode": "named", "token_limit": placesEach, "goodwill_token_limit": 1,
	})["id"].(string)
	for range namedCount {
		s.named = append(s.named, s.issue(url, s.edition).key)
	}
	s.floating = s.issue(url, s.make(url, "editions", object{
		"product_id": s.product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": sessionsMax, "session_period_minutes": 600,
	})["id"].(string))
	s.metered = s.issue(url, s.make(url, "editions", object{
		"product_id": s.product, "name": "Metered", "provisioning_mode": "named", "token_limit": handCount * devicesEach,
		"limitations": []object{{"name": "pages", "limit": nil, "reset": "never"}},
	})["id"].(string))
	for n := range handCount {
		h := newHand(s, n)
		h.next = h.any
		for i := range devicesEach {
			d := &device{name: fmt.Sprintf("drill-%d-%d", n, i)}
			got := s.do(url, s.provisioning("activations", object{"product_id": s.product, "license_key": s.metered.key, "client_id": d.meters()}))
			if got.status != http.StatusOK {
				t.Fatalf("%d %s %v", got.status, got.data, got.failed)
			}
			s.pages = got.object()["limitations"].([]any)[0].(object)["id"].(string)
			h.devices = append(h.devices, d)
		}
		s.hands = append(s.hands, h)
	}
	return s
}

// openSite makes a vendor whose days are those of a zone, with a product and a customer.
func openSite(t *testing.T, p program, url, name, zone string) *site {
	t.Helper()
	s := &site{t: t, client: caller()}
	t.Cleanup(s.client.CloseIdleConnections)
	if err := json.Unmarshal([]byte(p.run("vendor", "create", name, "--zone", zone, "--owner", "anna@example.com", "--json")), &s.vendor); err != nil {
		t.Fatal(err)
	}
	s.product = s.make(url, "products", object{"name": "Drill"})["id"].(string)
	s.customer = s.make(url, "customers", object{"company_name": "Kirk", "email": "kirk@example.com"})["id"].(string)
	return s
}

func (s *site) make(url, what string, body object) object {
	s.t.Helper()
	got := s.do(url, request{method: "POST", path: "/api/v1/" + what, staff: true, body: body})
	if got.status != http.StatusCreated {
		s.t.Fatalf("%s: %d %s %v", what, got.status, got.data, got.failed)
	}
	return got.object()
}

func (s *site) issue(url, edition string) license {
	s.t.Helper()
	o := s.make(url, "licenses", object{"edition_id": edition, "customer_id": s.customer})
	return license{o["id"].(string), o["license_key"].(string)}
}

func (s *site) provisioning(call string, body object) request {
	return request{method: "POST", path: "/api/v2/isv/" + s.vendor.VendorID + "/provisioning/" + call, body: body}
}

func (s *site) reporting(call string, body object) request {
	return request{method: "POST", path: "/api/v2/isv/" + s.vendor.VendorID + "/data_gathering/" + call, body: body}
}

// acked counts what was acknowledged, by kind of call.
func (s *site) acked() map[string]int {
	sum := map[string]int{}
	for _, h := range s.hands {
		for kind, n := range h.acked {
			sum[kind] += n
		}
	}
	return sum
}

// allKinds fails when a kind of call was never acknowledged: then nothing was tested of it.
func (s *site) allKinds() {
	s.t.Helper()
	if kind := s.untested(); kind != "" {
		s.t.Errorf("no call to %s was ever acknowledged: %v", kind, s.acked())
	}
	s.t.Logf("acknowledged: %v", s.acked())
}

// untested is a kind of call that was never acknowledged; empty for none.
func (s *site) untested() string {
	got := s.acked()
	for _, kind := range []string{"activate", "unassign", "open", "renew", "close", "consume", "consume again", "roll back", "adjust", "reset", "create", "change"} {
		if got[kind] == 0 {
			return kind
		}
	}
	return ""
}

// goesOn reports whether a round follows that many: for some rounds, and then, as calls
// are drawn by lot, until each kind was acknowledged, in a bounded number.
func (s *site) goesOn(done, some int) bool {
	return done < some || done < some+20 && s.untested() != ""
}

// check repeats every call that had no answer, and then asks the server about
// everything that was ever acknowledged.
func (s *site) check(url string) {
	s.t.Helper()
	for _, h := range s.hands {
		h.settle(url)
	}
	s.checkActivations(url)
	s.checkSessions(url)
	s.checkMeter(url)
	s.checkMade(url)
}

func (s *site) checkActivations(url string) {
	s.t.Helper()
	for d := range s.devices() {
		got := s.do(url, s.provisioning("heartbeats", object{
			"product_id": s.product, "client_id": d.name, "software_version": "1", "operating_system": "Linux",
		}))
		switch {
		case d.token == "" && got.refusal() != 2006:
			s.t.Errorf("%s is not activated, acknowledged; now it gets %d %s %v", d.name, got.status, got.data, got.failed)
		case d.token != "" && got.object()["token_key"] != d.token:
			s.t.Errorf("%s holds token %s, acknowledged; now it gets %d %s %v", d.name, d.token, got.status, got.data, got.failed)
		}
	}
}

func (s *site) checkSessions(url string) {
	s.t.Helper()
	var want []string
	for d := range s.devices() {
		if d.session != "" {
			want = append(want, d.floats())
		}
	}
	items := s.staff(url, "licenses/"+s.floating.id+"/sessions?state=open&limit=500").items()
	open := make([]string, 0, len(items))
	for _, i := range items {
		open = append(open, i["client_id"].(string))
	}
	slices.Sort(want)
	slices.Sort(open)
	if !slices.Equal(want, open) {
		s.t.Errorf("sessions are open of\n%v, acknowledged are those of\n%v", open, want)
	}
	if n := s.staff(url, "licenses/"+s.floating.id).object()["sessions_open"]; n != float64(len(want)) {
		s.t.Errorf("the licence counts %v open sessions of %d", n, len(want))
	}
}

// checkMeter: what was acknowledged is what the meter has counted in its life. Of the
// present count nobody knows who was first, a reset or an entry: verify proves it.
func (s *site) checkMeter(url string) {
	s.t.Helper()
	var sum int64
	for d := range s.devices() {
		sum += d.consumed
	}
	for _, h := range s.hands {
		sum += h.adjusted
	}
	meters := s.staff(url, "licenses/"+s.metered.id+"/meters").items()
	if len(meters) != 1 || fmt.Sprint(meters[0]["gross"]) != fmt.Sprint(float64(sum)) {
		s.t.Fatalf("the meter says %v; %d were acknowledged", meters, sum)
	}
	if consumed, _ := meters[0]["consumed"].(float64); consumed < 0 || consumed > float64(sum) {
		s.t.Errorf("%v of %d are consumed since the last reset", consumed, sum)
	}
}

func (s *site) checkMade(url string) {
	s.t.Helper()
	for _, h := range s.hands {
		for _, m := range h.made[max(0, len(h.made)-5):] {
			if got := s.staff(url, "customers/"+m.id); got.object()["company_name"] != m.name {
				s.t.Errorf("customer %s is called %s, acknowledged; now %d %s", m.id, m.name, got.status, got.data)
			}
		}
	}
}

// checkCount walks the list of customers: none is missing, none was made twice.
func (s *site) checkCount(url string) {
	s.t.Helper()
	want := map[any]string{s.customer: "Kirk"}
	for _, h := range s.hands {
		for _, m := range h.made {
			want[m.id] = m.name
		}
	}
	listed := 0
	for cursor := ""; ; {
		page := s.staff(url, "customers?limit=500&cursor="+cursor)
		for _, i := range page.items() {
			listed++
			if want[i["id"]] != i["company_name"] {
				s.t.Errorf("nobody was told of the customer %v, %v", i["id"], i["company_name"])
			}
		}
		next, _ := page.object()["next_cursor"].(string)
		if next == "" {
			break
		}
		cursor = next
	}
	if listed != len(want) {
		s.t.Errorf("%d customers are listed, %d were acknowledged", listed, len(want))
	}
}

func (s *site) staff(url, path string) reply {
	s.t.Helper()
	got := s.do(url, request{method: "GET", path: "/api/v1/" + path, staff: true})
	if got.status != http.StatusOK {
		s.t.Errorf("%s: %d %s %v", path, got.status, got.data, got.failed)
	}
	return got
}

func (s *site) devices() func(func(*device) bool) {
	return func(yield func(*device) bool) {
		for _, h := range s.hands {
			for _, d := range h.devices {
				if !yield(d) {
					return
				}
			}
		}
	}
}

// look forgets what was acknowledged, and believes what a server says that was
// restored from a backup taken in between.
func (s *site) look(url string) {
	s.t.Helper()
	for d := range s.devices() {
		got := s.do(url, s.provisioning("heartbeats", object{
			"product_id": s.product, "client_id": d.name, "software_version": "1", "operating_system": "Linux",
		}))
		d.token, _ = got.object()["token_key"].(string)
		d.session, d.newest, d.consumed = "", nil, 0
	}
	for _, i := range s.staff(url, "licenses/"+s.floating.id+"/sessions?state=open&limit=500").items() {
		got := s.do(url, request{method: "DELETE", path: "/api/v1/sessions/" + i["id"].(string), staff: true})
		if got.status != http.StatusNoContent {
			s.t.Errorf("%d %s %v", got.status, got.data, got.failed)
		}
	}
	consumed, _ := s.staff(url, "licenses/"+s.metered.id+"/meters").items()[0]["gross"].(float64)
	s.hands[0].devices[0].consumed = int64(consumed)
	for _, h := range s.hands {
		h.made, h.adjusted = nil, 0
	}
}
