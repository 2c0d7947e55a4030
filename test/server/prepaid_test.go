package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// shopkeepers is a vendor whose cards go down a line of customers: top, mid and shop, and
// rival beside them.
type shopkeepers struct {
	vendor

	customers map[string]string // ids, by name
	tokens    map[string]string // of an administrator of each
	calls     int
}

func newShopkeepers(t *testing.T, s *servertest.Server) *shopkeepers {
	t.Helper()
	k := &shopkeepers{vendor: open(t, s, "Acme", nil), customers: map[string]string{}, tokens: map[string]string{}}
	superior := ""
	for _, name := range []string{"top", "mid", "shop", "rival"} {
		body := terms{"company_name": name, "email": name + "@example.com"}
		if superior != "" && name != "rival" {
			body["superior_id"] = superior
		}
		superior = k.manage(t, 201, "POST", "/customers", body).text(t, "id")
		k.customers[name] = superior
		k.tokens[name] = s.AsOwner(t, k.NewVendor, "head@"+name+".example.com", map[string]owners.Role{superior: owners.Administrator}).
			AccessToken(t, "script", "90")
	}
	k.tokens["viewer"] = s.AsOwner(t, k.NewVendor, "viewer@example.com", map[string]owners.Role{k.customers["shop"]: owners.Viewer}).
		AccessToken(t, "look", "90")
	k.as(t, "staff", 201, "POST", "/license-codes", terms{"code": "TR-30", "name": "Tracker, 30 days", "models": []string{"GT06*"}, "days": 30})
	return k
}

// as calls as somebody: the vendor's key, or the token of a customer's administrator.
func (k *shopkeepers) as(t *testing.T, who string, want int, method, path string, body any) answer {
	t.Helper()
	secret := k.AdminKey
	if who != "staff" {
		secret = k.tokens[who]
	}
	k.calls++
	a := k.Do(t, method, "/api/v1/prepaid"+path, body, "Authorization", "Bearer "+secret, "Idempotency-Key", fmt.Sprintf("call %d", k.calls))
	if a.Status != want {
		t.Fatalf("%s, %s %s: %d %s, want %d", who, method, path, a.Status, a.Body, want)
	}
	return answer{a}
}

func (k *shopkeepers) refused(t *testing.T, who string, status int, code, method, path string, body any) {
	t.Helper()
	if a := k.as(t, who, status, method, path, body); a.text(t, "code") != code {
		t.Errorf("%s, %s %s: %s, want %s", who, method, path, a.Body, code)
	}
}

func (k *shopkeepers) issue(t *testing.T, n int) (numbers []string) {
	t.Helper()
	var made struct{ Cards []struct{ Number string } }
	k.as(t, "staff", 201, "POST", "/cards", terms{"license_code": "tr-30", "count": n}).JSON(t, &made)
	for _, c := range made.Cards {
		numbers = append(numbers, c.Number)
	}
	return numbers
}

type prepaidCard struct {
	Number, Status string
	AvailableDays  int64   `json:"available_days"`
	Device         *string `json:"device"`
	CustomerID     *string `json:"customer_id"`
}

func (k *shopkeepers) card(t *testing.T, who, number string) (c prepaidCard) {
	t.Helper()
	k.as(t, who, 200, "GET", "/cards/"+number, nil).JSON(t, &c)
	return c
}

type reported struct {
	Results []struct {
		Device      string
		Allowed     bool
		UsableUntil *time.Time `json:"usable_until"`
		Reason      *string
	}
}

func (k *shopkeepers) report(t *testing.T, devices ...string) (r reported) {
	t.Helper()
	reports := make([]terms, len(devices))
	for i, d := range devices {
		reports[i] = terms{"device": d}
	}
	k.as(t, "staff", 200, "POST", "/reports", terms{"reports": reports}).JSON(t, &r)
	return r
}

// A day of the trade by API: cards go down the line, a device is charged when it reports,
// and each side sees its own part.
func TestPrepaidByAPI(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			k := newShopkeepers(t, servertest.Start(t, storage(t), moved))
			cards := k.issue(t, 100)
			if len(cards) != 100 || k.card(t, "staff", strings.ToLower(cards[0])).Status != "unused" {
				t.Fatalf("issued %d cards: %+v", len(cards), k.card(t, "staff", cards[0]))
			}
			k.as(t, "staff", 200, "POST", "/cards/sell", terms{"filter": terms{"license_code": "TR-30"}, "count": 40, "customer_id": k.customers["top"]})
			k.refused(t, "staff", 409, "not_top_level_customer", "POST", "/cards/sell", terms{"count": 1, "customer_id": k.customers["mid"]})
			k.as(t, "top", 200, "POST", "/cards/sell", terms{"count": 10, "customer_id": k.customers["mid"]})
			k.refused(t, "top", 409, "not_direct_sub_customer", "POST", "/cards/sell", terms{"count": 1, "customer_id": k.customers["shop"]})
			k.refused(t, "top", 404, "customer_not_found", "POST", "/cards/sell", terms{"count": 1, "customer_id": k.customers["rival"]})
			var page struct{ Items []prepaidCard }
			k.as(t, "mid", 200, "GET", "/cards?limit=500", nil).JSON(t, &page)
			if len(page.Items) != 10 {
				t.Fatalf("mid has %d cards", len(page.Items))
			}
			card := page.Items[0].Number
			k.as(t, "staff", 201, "POST", "/devices", terms{"number": "356938035643809", "model": "GT06N", "customer_id": k.customers["shop"]})
			k.as(t, "mid", 200, "POST", "/cards/bind", terms{"card": card, "device": "35-693803-564380-9"})
			if c := k.card(t, "shop", card); c.Status != "inactive" || *c.Device != "356938035643809" || *c.CustomerID != k.customers["shop"] {
				t.Errorf("bound: %+v", c)
			}

			r := k.report(t, "0356938035643809", "999").Results
			if !r[0].Allowed || r[0].Device != "0356938035643809" || r[1].Allowed || *r[1].Reason != "unknown_device" {
				t.Errorf("reports: %+v", r)
			}
			again := k.report(t, "356938035643809").Results[0]
			if c := k.card(t, "shop", card); c.AvailableDays != 29 || c.Status != "in_use" || !again.UsableUntil.Equal(*r[0].UsableUntil) {
				t.Errorf("charged: %+v, %v and %v", c, again.UsableUntil, r[0].UsableUntil)
			}
			clock.Advance(24 * time.Hour)
			k.report(t, "356938035643809")
			if c := k.card(t, "shop", card); c.AvailableDays != 28 {
				t.Errorf("a day later: %+v", c)
			}

			// Each side sees its own part, and nobody a stranger's.
			for who, want := range map[string][2]int{"staff": {5, 2}, "top": {2, 0}, "mid": {2, 0}, "shop": {2, 2}, "viewer": {2, 2}, "rival": {0, 0}} {
				query := ""
				if who == "shop" || who == "viewer" {
					query = "?customer_id=" + k.customers["shop"]
				}
				var transfers, deductions struct{ Items []terms }
				k.as(t, who, 200, "GET", "/transfers"+query, nil).JSON(t, &transfers)
				k.as(t, who, 200, "GET", "/deductions"+query, nil).JSON(t, &deductions)
				if len(transfers.Items) != want[0] || len(deductions.Items) != want[1] {
					t.Errorf("%s sees %d transfers and %d deductions, want %v", who, len(transfers.Items), len(deductions.Items), want)
				}
			}
			var figures struct {
				Total struct{ Unused, Total int64 }
			}
			k.as(t, "top", 200, "GET", "/statistics?below=true", nil).JSON(t, &figures)
			if figures.Total.Total != 40 || figures.Total.Unused != 39 {
				t.Errorf("top and below: %+v", figures)
			}
			k.statements(t)
			if file := string(k.as(t, "staff", 200, "GET", "/cards.csv?status=in_use", nil).Body); strings.Count(file, "\n") != 2 || !strings.Contains(file, card) {
				t.Errorf("the file: %s", file)
			}
		})
	}
}

// statements are those of everybody in the month of the story, which the file tells, too.
func (k *shopkeepers) statements(t *testing.T) {
	t.Helper()
	type amount struct{ Cards, Days int64 }
	type line struct {
		Opening, Issued, Bought, Sold, Closing amount

		ChargedDays int64 `json:"charged_days"`
	}
	for who, want := range map[string]line{
		"staff": {Issued: amount{100, 3000}, Sold: amount{40, 1200}, Closing: amount{60, 1800}},
		"top":   {Bought: amount{40, 1200}, Sold: amount{10, 300}, Closing: amount{30, 900}},
		"shop":  {Bought: amount{1, 30}, ChargedDays: 2, Closing: amount{1, 28}},
		"rival": {},
	} {
		var months struct {
			Month string
			Lines []line
			Total line
		}
		k.as(t, who, 200, "GET", "/statements", nil).JSON(t, &months)
		if months.Total != want || len(months.Lines) > 1 || len(months.Lines) == 1 && months.Lines[0] != want {
			t.Errorf("the statement of %s: %+v, want %+v", who, months, want)
		}
		file := strings.Split(strings.TrimSpace(string(k.as(t, who, 200, "GET", "/statements.csv?month="+months.Month, nil).Body)), "\n")
		if len(file) != 1+len(months.Lines) || len(file) == 2 && !strings.HasPrefix(file[1], months.Month+",TR-30,") {
			t.Errorf("the file of %s: %q", who, file)
		}
		before := k.as(t, who, 200, "GET", "/statements?month=2020-01", nil)
		if before.JSON(t, &months); len(months.Lines) != 0 {
			t.Errorf("%s had something in 2020: %+v", who, months)
		}
	}
	var of struct{ Total line }
	k.as(t, "top", 200, "GET", "/statements?customer_id="+k.customers["shop"], nil).JSON(t, &of)
	if of.Total.Closing != (amount{1, 28}) {
		t.Errorf("a statement of below: %+v", of)
	}
	k.refused(t, "shop", 404, "customer_not_found", "GET", "/statements?customer_id="+k.customers["mid"], nil)
	k.refused(t, "shop", 400, "invalid_request", "GET", "/statements?month=yesterday", nil)
}

// What a customer's people may do by their tokens: their own things, as their role allows;
// those below once their owner has switched it on; nothing beside or above.
func TestPrepaidByToken(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		k := newShopkeepers(t, s)
		card := k.issue(t, 1)[0]
		k.as(t, "staff", 200, "POST", "/cards/sell", terms{"cards": []string{card}, "customer_id": k.customers["top"]})
		k.as(t, "top", 200, "POST", "/cards/sell", terms{"cards": []string{card}, "customer_id": k.customers["mid"]})
		k.as(t, "mid", 200, "POST", "/cards/sell", terms{"cards": []string{card}, "customer_id": k.customers["shop"]})
		one := terms{"cards": []string{card}}

		k.as(t, "top", 200, "GET", "/cards/"+card, nil)
		k.refused(t, "rival", 404, "card_not_found", "GET", "/cards/"+card, nil)
		k.refused(t, "rival", 404, "card_not_found", "POST", "/cards/lock", one)
		k.refused(t, "rival", 404, "customer_not_found", "GET", "/cards?customer_id="+k.customers["shop"], nil)
		k.refused(t, "shop", 404, "customer_not_found", "GET", "/cards?customer_id="+k.customers["mid"], nil)
		k.refused(t, "mid", 403, "superior_not_allowed", "POST", "/cards/return", one)
		k.refused(t, "top", 403, "not_direct_superior", "POST", "/cards/return", one)
		k.refused(t, "viewer", 403, "role_missing", "POST", "/cards/lock", one)
		k.as(t, "shop", 200, "POST", "/cards/lock", one)
		k.refused(t, "shop", 409, "card_locked", "POST", "/cards/return", one)
		k.as(t, "shop", 200, "POST", "/cards/unlock", one)
		for _, staffs := range []struct{ method, path, body string }{
			{"POST", "/cards", `{"license_code":"TR-30","count":1}`},
			{"POST", "/cards/top-up", `{"card":"` + card + `","days":1}`},
			{"POST", "/cards/withdraw", `{"cards":["` + card + `"]}`},
			{"POST", "/devices", `{"number":"1","model":"GT06"}`},
			{"POST", "/license-codes", `{"code":"X","name":"X","models":["X"],"days":1}`},
			{"PATCH", "/settings", `{"grace_days":9}`},
			{"POST", "/reports", `{"reports":[{"device":"1"}]}`},
		} {
			k.as(t, "shop", 403, staffs.method, staffs.path, staffs.body)
		}

		k.refused(t, "mid", 403, "switch_foreign", "PATCH", "/customers/"+k.customers["shop"], terms{"allow_superior": true})
		k.as(t, "shop", 200, "PATCH", "/customers/"+k.customers["shop"], terms{"allow_superior": true, "accept_transfer": true})
		if seen := string(k.as(t, "mid", 200, "GET", "/customers/"+k.customers["shop"], nil).Body); !strings.Contains(seen, `"transfer_code":null`) {
			t.Errorf("the superior sees %s", seen)
		}
		k.as(t, "mid", 200, "POST", "/cards/return", one)
		if c := k.card(t, "mid", card); *c.CustomerID != k.customers["mid"] {
			t.Errorf("returned: %+v", c)
		}
		k.refused(t, "shop", 404, "card_not_found", "GET", "/cards/"+card, nil)
	})
}

// What must never happen twice takes an Idempotency-Key, and happens once with it.
func TestPrepaidKeys(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		k := newShopkeepers(t, s)
		card := k.issue(t, 1)[0]
		for path, body := range map[string]any{
			"/cards": terms{"license_code": "TR-30", "count": 1}, "/cards/top-up": terms{"card": card, "days": 5},
			"/cards/sell": terms{"count": 1, "customer_id": k.customers["top"]},
		} {
			if a := k.Do(t, "POST", "/api/v1/prepaid"+path, body, "Authorization", "Bearer "+k.AdminKey); a.Status != 400 || !strings.Contains(string(a.Body), "Idempotency-Key") {
				t.Errorf("%s without a key: %d %s", path, a.Status, a.Body)
			}
		}
		for range 3 {
			a := k.Do(t, "POST", "/api/v1/prepaid/cards/top-up", terms{"card": card, "days": 5}, "Authorization", "Bearer "+k.AdminKey, "Idempotency-Key", "once")
			if a.Status != 200 {
				t.Fatalf("top up: %d %s", a.Status, a.Body)
			}
		}
		if c := k.card(t, "staff", card); c.AvailableDays != 35 {
			t.Errorf("topped up three times with one key: %+v", c)
		}
	})
}
