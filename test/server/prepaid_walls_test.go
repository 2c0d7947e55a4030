package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// foreigners stand around a shop, whose things the walk is about: a free card, and a device
// with a card, which a rival had before and was charged for.
type foreigners struct {
	*shopkeepers

	free, bound, batch, code string
}

const walledDevice = "356938035643809"

func newForeigners(t *testing.T, s *servertest.Server, clock *ident.ManualClock) *foreigners {
	t.Helper()
	f := &foreigners{shopkeepers: newShopkeepers(t, s)}
	for name, superior := range map[string]string{"sibling": "mid", "kiosk": "shop"} {
		f.customers[name] = f.manage(t, 201, "POST", "/customers", terms{"company_name": name, "superior_id": f.customers[superior]}).text(t, "id")
		f.tokens[name] = s.AsOwner(t, f.NewVendor, "head@"+name+".example.com", map[string]owners.Role{f.customers[name]: owners.Administrator}).
			AccessToken(t, "script", "90")
	}
	cards := f.issue(t, 2)
	f.free, f.bound = cards[0], cards[1]
	issued := f.as(t, "staff", 201, "POST", "/cards", terms{"license_code": "TR-30", "count": 1})
	f.batch = issued.text(t, "batch_id")
	codes := f.as(t, "staff", 200, "GET", "/license-codes", nil)
	var of struct {
		Items []struct{ ID string }
	}
	codes.JSON(t, &of)
	f.code = of.Items[0].ID
	for _, to := range []string{"top", "mid", "shop"} {
		f.as(t, "staff", 200, "POST", "/cards/sell", terms{"cards": []string{f.free}, "customer_id": f.customers[to]})
	}
	f.as(t, "staff", 200, "POST", "/cards/sell", terms{"cards": []string{f.bound}, "customer_id": f.customers["rival"]})
	f.as(t, "staff", 201, "POST", "/devices", terms{"number": walledDevice, "model": "GT06N", "customer_id": f.customers["rival"]})
	f.as(t, "rival", 200, "POST", "/cards/bind", terms{"card": f.bound, "device": walledDevice})
	f.report(t, walledDevice)
	code := f.as(t, "shop", 200, "PATCH", "/customers/"+f.customers["shop"], terms{"accept_transfer": true}).text(t, "transfer_code")
	f.as(t, "rival", 200, "POST", "/devices/sell", terms{"devices": []string{walledDevice}, "transfer_code": code})
	clock.Advance(25 * time.Hour)
	f.report(t, walledDevice)
	return f
}

// walled is a route of the room, and what strangers get on it.
type walled struct {
	query string // of lists, or the rest of a path
	body  any

	// list: everybody is answered, with their own things; staff: only the vendor is answered;
	// nobody: no customer sees the thing; otherwise a thing of the shop's, which strangers
	// do not find.
	list, staff, nobody bool

	looks bool // looking is allowed, of who may see the thing
	lines bool // what is refused is named line by line, in one 409
}

func (f *foreigners) walls() map[string]walled {
	card, bound, device := terms{"card": f.free}, terms{"card": f.bound}, []string{walledDevice}
	shop, kiosk := f.customers["shop"], f.customers["kiosk"]
	cards := terms{"cards": []string{f.free}}
	return map[string]walled{
		"GET /cards":                   {list: true},
		"GET /cards.csv":               {list: true},
		"POST /cards":                  {staff: true, body: terms{"license_code": "TR-30", "count": 1}},
		"POST /cards/bind":             {body: terms{"card": f.free, "device": walledDevice}},
		"POST /cards/bind-many":        {lines: true, body: terms{"pairs": []terms{{"card": f.free, "device": walledDevice}}}},
		"POST /cards/lock":             {body: cards},
		"POST /cards/return":           {body: cards},
		"POST /cards/sell":             {body: terms{"cards": []string{f.free}, "customer_id": kiosk}},
		"POST /cards/top-up":           {staff: true, body: terms{"card": f.free, "days": 1}},
		"POST /cards/unbind":           {body: bound},
		"POST /cards/unlock":           {body: cards},
		"POST /cards/withdraw":         {staff: true, body: card},
		"GET /cards/{number}":          {query: f.free, looks: true},
		"GET /customers/{id}":          {query: shop, looks: true},
		"GET /customers/{id}/reminder": {query: shop, looks: true},
		"PATCH /customers/{id}":        {query: shop, body: terms{"next_card": true}},
		"GET /deductions":              {list: true},
		"GET /deductions.csv":          {list: true},
		"GET /devices":                 {list: true},
		"GET /devices.csv":             {list: true},
		"POST /devices":                {staff: true, body: terms{"number": "1", "model": "GT06"}},
		"POST /devices/return":         {body: terms{"devices": device}},
		"POST /devices/sell":           {body: terms{"devices": device, "customer_id": kiosk}},
		"GET /devices/{number}":        {query: walledDevice, looks: true},
		"PATCH /devices/{number}":      {query: walledDevice, staff: true, body: terms{"model": "GT07"}},
		"GET /license-codes":           {list: true},
		"POST /license-codes":          {staff: true, body: terms{"code": "X", "name": "X", "models": []string{"X"}, "days": 1}},
		"PATCH /license-codes/{id}":    {query: f.code, staff: true, body: terms{"name": "X"}},
		"GET /orders/{id}":             {query: f.batch, nobody: true},
		"POST /reports":                {staff: true, body: terms{"reports": []terms{{"device": walledDevice}}}},
		"GET /settings":                {staff: true},
		"PATCH /settings":              {staff: true, body: terms{"grace_days": 9}},
		"GET /statements":              {list: true},
		"GET /statements.csv":          {list: true},
		"GET /statistics":              {list: true},
		"GET /transfers":               {list: true},
		"GET /transfers.csv":           {list: true},
		"GET /unknown-devices":         {staff: true},
	}
}

// routes are those of the room, as the API describes itself.
func (f *foreigners) routes(t *testing.T) (all []string) {
	t.Helper()
	var described struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	f.Do(t, "GET", "/api/v1/openapi.json", nil).JSON(t, &described)
	for path, methods := range described.Paths {
		rest, ours := strings.CutPrefix(path, "/api/v1/prepaid/")
		if !ours {
			continue
		}
		for method := range methods {
			if slices.Contains([]string{"get", "post", "put", "patch", "delete"}, method) {
				all = append(all, strings.ToUpper(method)+" /"+rest)
			}
		}
	}
	return all
}

// call calls a route as somebody, with what a key of theirs sends.
func (f *foreigners) call(t *testing.T, secret, route string, w walled, more string) (status int, said string) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	for _, part := range []string{"{number}", "{id}"} {
		path = strings.Replace(path, part, w.query, 1)
	}
	f.calls++
	a := f.Do(t, method, "/api/v1/prepaid"+path+more, w.body, "Authorization", "Bearer "+secret, "Idempotency-Key", fmt.Sprintf("walk %d", f.calls))
	return a.Status, string(a.Body)
}

// Every route of the room, with every foreign identity: another vendor, one beside the shop,
// one below it, one that had its device before, one that may look only, and those above it
// without its switch. A route that is not in the table fails.
func TestEveryPrepaidRouteKeepsStrangersOut(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			f := newForeigners(t, s, clock)
			other := open(t, s, "Bolt", nil)
			walls := f.walls()
			routes := f.routes(t)
			for route := range maps.Keys(walls) {
				if !slices.Contains(routes, route) {
					t.Errorf("%s is in the table, and no route", route)
				}
			}
			before := f.shows(t)
			for _, route := range routes {
				w, known := walls[route]
				if !known {
					t.Errorf("%s is not in the table: say what strangers get on it", route)
					continue
				}
				f.otherVendor(t, other.AdminKey, route, w)
				for _, who := range []string{"sibling", "kiosk", "rival"} {
					f.stranger(t, who, route, w)
				}
				for who, refusal := range map[string]string{"viewer": "role_missing", "mid": "", "top": ""} {
					f.onlooker(t, who, refusal, route, w)
				}
			}
			if after := f.shows(t); after != before {
				t.Errorf("the walk has changed things:\n%s\n%s", before, after)
			}
			f.formerOwner(t)
		})
	}
}

// otherVendor: another vendor's key does not find anything of this one.
func (f *foreigners) otherVendor(t *testing.T, key, route string, w walled) {
	t.Helper()
	status, said := f.call(t, key, route, w, "")
	if w.list && f.tells(said) {
		t.Errorf("%s: another vendor is told %s", route, said)
	}
	if w.query != "" && status != http.StatusNotFound || w.body != nil && !w.staff && (status < 400 || status >= 500) {
		t.Errorf("%s: another vendor gets %d %s", route, status, said)
	}
}

// stranger: who stands beside or below, or had things before, does not find them.
func (f *foreigners) stranger(t *testing.T, who, route string, w walled) {
	t.Helper()
	status, said := f.call(t, f.tokens[who], route, w, "")
	switch {
	case w.staff:
		if status != http.StatusForbidden {
			t.Errorf("%s: %s gets %d %s of what is the vendor's", route, who, status, said)
		}
	case w.list:
		if status != http.StatusOK || f.tells(said) && (who != "rival" || !strings.Contains(route, "deductions")) {
			t.Errorf("%s: %s gets %d %s", route, who, status, said)
		}
		for _, of := range []string{"?customer_id=" + f.customers["shop"], "?below=true&customer_id=" + f.customers["mid"]} {
			if strings.Contains(route, "license-codes") || strings.Contains(route, "statements") && strings.Contains(of, "below") {
				continue // it takes no such parameter
			}
			if status, said := f.call(t, f.tokens[who], route, w, of); status != http.StatusNotFound || f.tells(said) {
				t.Errorf("%s%s: %s gets %d %s", route, of, who, status, said)
			}
		}
	case w.lines:
		if status != http.StatusConflict || f.tells(said) || !strings.Contains(said, "There is no such") {
			t.Errorf("%s: %s gets %d %s", route, who, status, said)
		}
	case status != http.StatusNotFound:
		t.Errorf("%s: %s gets %d %s", route, who, status, said)
	}
}

// onlooker: who sees the things and may not touch them is told so.
func (f *foreigners) onlooker(t *testing.T, who, refusal, route string, w walled) {
	t.Helper()
	status, said := f.call(t, f.tokens[who], route, w, "")
	want := http.StatusForbidden
	switch {
	case w.nobody:
		want = http.StatusNotFound
	case w.lines:
		want = http.StatusConflict
	case w.list || w.looks:
		want = http.StatusOK
	case !w.staff && refusal != "" && !strings.Contains(said, refusal):
		t.Errorf("%s: %s is told %s, want %s", route, who, said, refusal)
	}
	if status != want {
		t.Errorf("%s: %s gets %d %s, want %d", route, who, status, said, want)
	}
}

// tells whether an answer has something of the shop's.
func (f *foreigners) tells(said string) bool {
	return strings.Contains(said, f.free) || strings.Contains(said, f.bound) || strings.Contains(said, walledDevice)
}

// formerOwner: who had the device before sees what was charged in its own time.
func (f *foreigners) formerOwner(t *testing.T) {
	t.Helper()
	for who, want := range map[string]int{"rival": 1, "shop": 1, "kiosk": 0, "sibling": 0} {
		var list struct{ Items []json.RawMessage }
		f.as(t, who, 200, "GET", "/deductions", nil).JSON(t, &list)
		if len(list.Items) != want {
			t.Errorf("%s sees %d deductions, want %d: %s", who, len(list.Items), want, list.Items)
		}
	}
}

// shows is all that the vendor sees of the room.
func (f *foreigners) shows(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, list := range []string{
		"/cards", "/devices", "/transfers", "/deductions", "/license-codes", "/settings", "/customers/" + f.customers["shop"], "/customers/" + f.customers["mid"],
	} {
		all.Write(f.as(t, "staff", 200, "GET", list, nil).Body)
	}
	return heard.ReplaceAllString(all.String(), "")
}

// heard is when a device was heard, which is written behind.
var heard = regexp.MustCompile(`"last_report_at":[^,]*,`)
