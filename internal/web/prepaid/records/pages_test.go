package records_test

import (
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// traded is a trade in which 3 cards went down to the shop, one of which its device has
// used up: it is blacklisted.
func traded(t *testing.T, s *servertest.Server) (d *servertest.Trade, card string) {
	t.Helper()
	d = servertest.OpenTrade(t, s)
	d.Hand(t, d.Issue(t, 2), "top", "mid")
	cards := d.IssueOf(t, "TR-30", 1, 1)
	d.Hand(t, cards, "top", "mid", "shop")
	d.Device(t, "860001", "shop")
	d.API(t, 201, "POST", "/devices", servertest.Fields{"number": "860002", "model": "GT06N", "customer_id": d.Customers["rival"]})
	d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[0], "device": "860001"})
	d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "860001"}, {"device": "860002"}}})
	return d, cards[0]
}

func rows(p *servertest.Page) int { return p.Find("#rows > tr").Length() }

// Each side of a transfer sees its own part, superiors that of customers below, and others
// nothing; the record is narrowed by day, code, method, customer and card.
func TestSalesRecord(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d, card := traded(t, s)
		console := s.SignIn(t, d.Vendor)
		for who, want := range map[string]int{"top": 4, "mid": 3, "shop": 2, "end": 0, "rival": 1} {
			if p := d.As(t, who, owners.Viewer).Get(t, d.At(who, "/sales")); p.Status != 200 || rows(p) != want {
				t.Errorf("%s sees %d rows (%d), want %d", who, rows(p), p.Status, want)
			}
		}
		mid := d.As(t, "mid", owners.Administrator)
		for query, want := range map[string]int{
			"": 3, "?method=sell": 3, "?method=return": 0, "?license_code=tr-30": 3, "?license_code=none": 0, "?party=C-shop": 1, "?party=sho": 1, "?party=rival": 0,
			"?card=" + strings.ToLower(card): 2, "?card=x": 0, "?from_day=2000-01-01": 3, "?to_day=2000-01-01": 0, "?from_day=yesterday": 0,
			"?below=1&method=device_sale": 0, "?customer=" + d.Customers["shop"]: 2,
		} {
			if p := mid.Get(t, d.At("mid", "/sales"+query)); rows(p) != want {
				t.Errorf("mid, %q: %d rows, want %d: %s", query, rows(p), want, p.Text("#list"))
			}
		}
		for query, want := range map[string]int{"": 9, "?customer=stock": 4, "?customer=" + d.Customers["top"]: 4} {
			if p := console.Get(t, "/prepaid/sales"+query); rows(p) != want {
				t.Errorf("staff, %q: %d rows, want %d", query, rows(p), want)
			}
		}
		file := mid.Get(t, d.At("mid", "/sales?format=csv&method=sell&party=shop")).Body
		if lines := strings.Split(strings.TrimSpace(file), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "sell,C-mid,C-shop,TR-30,1,1,0") {
			t.Errorf("the file: %q", lines)
		}

		// The cards of a transfer are seen by its sides and above.
		href, _ := mid.Get(t, d.At("mid", "/sales?party=shop")).Find("#rows .app-acts a").Attr("href")
		below := strings.TrimPrefix(href, "/portal/acme"+d.At("mid", ""))
		for who, want := range map[string]int{"mid": 200, "top": 200, "shop": 200, "end": 404, "rival": 404} {
			if p := d.As(t, who, owners.Operator).Get(t, d.At(who, below)); p.Status != want || want == 200 && !strings.Contains(p.Text("#rows"), card) {
				t.Errorf("%s opens the transfer: %d %s, want %d", who, p.Status, p.Text("#rows"), want)
			}
		}
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if n, p := rows(other.Get(t, "/prepaid/sales")), other.Get(t, "/prepaid"+below); n != 0 || p.Status != 404 {
			t.Errorf("another vendor's staff: %d rows, %d", n, p.Status)
		}
	})
}

// A deduction stands with who owned the device on that day; a failed one says why, and whom
// to ask for more days.
func TestDeductionRecord(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d, card := traded(t, s)
		for who, want := range map[string][2]int{"top": {0, 2}, "mid": {0, 1}, "shop": {1, 1}, "end": {0, 0}, "rival": {1, 1}} {
			b := d.As(t, who, owners.Viewer)
			own, below := rows(b.Get(t, d.At(who, "/deductions"))), rows(b.Get(t, d.At(who, "/deductions?below=1")))
			if who == "top" {
				want[1] = 1 // rival stands beside it
			}
			if own != want[0] || below != want[1] {
				t.Errorf("%s sees %d and %d, want %v", who, own, below, want)
			}
		}
		shop := d.As(t, "shop", owners.Operator)
		p := shop.Get(t, d.At("shop", "/deductions"))
		servertest.Says(t, p, "#rows", card, "860001", "TR-30", "Charged", "a report of the device")
		if n := p.Find("#rows tr:first-child td").Length(); n > 7 {
			t.Errorf("%d columns: what triggered a deduction is out of sight", n)
		}
		rival := d.As(t, "rival", owners.Operator)
		servertest.Says(t, rival.Get(t, d.At("rival", "/deductions")), "#rows", "Deduction failed", "No card is bound to the device.", "Bind a card with days.")
		for query, want := range map[string]int{
			"?card=" + card: 1, "?card=K7": 0, "?device=0860001": 1, "?device=860002": 0, "?kind=charge": 1, "?kind=failed": 0, "?to_day=2000-01-01": 0,
			"?from_day=2000-01-01": 1,
		} {
			if p := shop.Get(t, d.At("shop", "/deductions"+query)); rows(p) != want {
				t.Errorf("%q: %d rows, want %d", query, rows(p), want)
			}
		}
		file := shop.Get(t, d.At("shop", "/deductions?format=csv")).Body
		if lines := strings.Split(strings.TrimSpace(file), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "860001,"+card+",TR-30,charge,,") {
			t.Errorf("the file: %q", lines)
		}
		if n := rows(s.SignIn(t, d.Vendor).Get(t, "/prepaid/deductions")); n != 2 {
			t.Errorf("staff see %d", n)
		}
		if n := rows(s.SignIn(t, s.Vendor(t, "Other")).Get(t, "/prepaid/deductions")); n != 0 {
			t.Errorf("another vendor's staff see %d", n)
		}
	})
}

// A card that is used up blacklists its device, and the record names the contact of its code.
func TestFailedDeduction(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d, _ := traded(t, s)
		s.Advance(t, d.Vendor, "25h")
		d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "860001"}}})
		p := d.As(t, "shop", owners.Viewer).Get(t, d.At("shop", "/deductions?kind=failed"))
		servertest.Says(t, p, "#rows", "Deduction failed", "No day is left on the cards of the device.", "Buy days: days@example.com", "TR-30")
	}, servertest.TestClock)
}
