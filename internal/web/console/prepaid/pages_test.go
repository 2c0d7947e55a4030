package prepaid_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

func rows(p *servertest.Page) int { return p.Find("#rows > tr").Length() }

// Staff make a license code, see it with all its fields, and change what may change.
func TestCodes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		b := s.SignIn(t, s.Vendor(t, "Acme"))
		servertest.Says(t, b.Get(t, "/prepaid/codes"), "main", "No license codes yet", "New license code")
		if p := b.Get(t, "/prepaid/codes/issue"); p.Status != 409 || !strings.Contains(p.Text("main"), "Make a license code first") {
			t.Errorf("issuing without a code: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Fill(t, "/prepaid/codes/new", url.Values{"code": {""}, "days": {"0"}}); p.Status != 400 || p.Find(".is-invalid").Length() < 4 {
			t.Errorf("an empty form: %d %s", p.Status, p.Text("main"))
		}
		fields := url.Values{
			"code": {"CAM-90"}, "name": {"Camera"}, "models": {"CAM*\nEYE2\n"}, "days": {"90"}, "billing": {"on_report"}, "price_note": {"9.90 a quarter"},
			"contact": {"shop@example.com"},
		}
		p := b.Fill(t, "/prepaid/codes/new", fields)
		servertest.Says(t, p, "main", "The license code CAM-90 was made.", "CAM*, EYE2", "90", "Only on days with a report", "9.90 a quarter")
		if p := b.Fill(t, "/prepaid/codes/new", fields); p.Status != 409 || !strings.Contains(p.Text("main"), "There is a license code of this name already.") {
			t.Errorf("a second one: %d %s", p.Status, p.Text("main"))
		}
		href, _ := p.Find("#rows td a").First().Attr("href")
		edit := strings.TrimPrefix(href, "/console/acme")
		form := b.Get(t, edit)
		sent := servertest.Filled(form)
		for name, want := range fields {
			if got := sent.Get(name); name != "billing" && strings.TrimSpace(got) != strings.TrimSpace(want[0]) {
				t.Errorf("the form holds %s %q, want %q", name, got, want[0])
			}
		}
		servertest.Says(t, form, "main", "Only on days with a report")
		servertest.Says(t, b.Fill(t, edit, url.Values{"days": {"120"}, "name": {"Eye"}}), "main", "was saved", "120", "Eye")
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, edit); p.Status != 404 {
			t.Errorf("another vendor's staff: %d", p.Status)
		}
	})
}

// Staff issue cards to the stock or to a customer at the top, at once or by an order, and
// get the numbers as a file.
func TestIssuing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		b := s.SignIn(t, d.Vendor)
		number := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4},TR-30,`)
		p := b.Fill(t, "/prepaid/codes/issue", url.Values{"count": {"60"}})
		servertest.Says(t, p, "main", "60 cards were issued.", "60 of 60", "Done", "These are the first 50 of 60.")
		if n := p.Find("li.app-mono").Length(); n != 50 {
			t.Errorf("%d numbers", n)
		}
		file, _ := p.Find("a[download]").Attr("href")
		if found := number.FindAllString(b.Get(t, strings.TrimPrefix(file, "/console/acme")).Body, -1); len(found) != 60 {
			t.Errorf("%d numbers in the file", len(found))
		}
		servertest.Says(t, b.Fill(t, "/prepaid/codes/issue", url.Values{"count": {"2"}, "days": {"7"}, "customer_id": {"C-top"}}), "main", "2 cards were issued.", "7")
		if n := rows(d.As(t, "top", owners.Viewer).Get(t, d.At("top", "/cards"))); n != 2 {
			t.Errorf("top has %d cards", n)
		}
		for _, wrong := range []url.Values{
			{"count": {""}}, {"count": {"0"}}, {"count": {"1000001"}}, {"count": {"1"}, "days": {"0"}}, {"count": {"1"}, "customer_id": {"nobody"}}, {"count": {"1"}, "code": {"x"}},
		} {
			if p := b.Fill(t, "/prepaid/codes/issue", wrong); p.Status != 400 {
				t.Errorf("%v: %d %s", wrong, p.Status, p.Text("main"))
			}
		}
		if p := b.Fill(t, "/prepaid/codes/issue", url.Values{"count": {"1"}, "customer_id": {"C-mid"}}); p.Status != 409 || !strings.Contains(p.Text("main"), "without a superior") {
			t.Errorf("to a customer below: %d %s", p.Status, p.Text("main"))
		}
		many := b.Fill(t, "/prepaid/codes/issue", url.Values{"count": {"1001"}})
		servertest.Says(t, many, "main", "The cards are being made.", "of 1,001")
		path := many.Path
		if p := s.SignIn(t, s.Vendor(t, "Other")).Get(t, path); p.Status != 404 {
			t.Errorf("another vendor's staff see the order: %d", p.Status)
		}
	})
}

// A card is topped up and withdrawn, with the consequence in words; customers can do neither.
func TestTopUpAndWithdraw(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 3)
		b := s.SignIn(t, d.Vendor)
		up := "/prepaid/cards/top-up?id=" + cards[0]
		servertest.Says(t, b.Get(t, up), "main", cards[0], "Available days", "30")
		if p := b.Fill(t, up, url.Values{"days": {"0"}}); p.Status != 400 {
			t.Errorf("0 days: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Fill(t, up, url.Values{"days": {"99999"}}); p.Status != 409 || !strings.Contains(p.Text("main"), "100,000 days at most") {
			t.Errorf("too many: %d %s", p.Status, p.Text("main"))
		}
		servertest.Says(t, b.Fill(t, up, url.Values{"days": {"5"}}), "main", "5 days were put on.", "35")
		servertest.Says(t, b.Get(t, "/prepaid/cards/withdraw?id="+cards[0]), "main", "taken back for good", cards[0], "35")
		servertest.Says(t, b.Fill(t, "/prepaid/cards/withdraw?id="+cards[0], nil), "main", "1 card was withdrawn.")
		several := b.Post(t, "/prepaid/cards/withdraw", url.Values{"id": {cards[1], cards[2]}, "look": {"1"}})
		servertest.Says(t, several, "main", "taken back for good", "2")
		servertest.Says(t, b.Press(t, several, "Take the days back", nil), "main", "2 cards were withdrawn.")
		if p := b.Fill(t, "/prepaid/cards/withdraw?id="+cards[1], nil); p.Status != 409 || !strings.Contains(p.Text("main"), "no days left") {
			t.Errorf("once more: %d %s", p.Status, p.Text("main"))
		}
		top := d.As(t, "top", owners.Administrator)
		for _, path := range []string{"/cards/top-up", "/cards/withdraw", "/codes", "/codes/issue", "/run", "/devices/new"} {
			if p := top.Get(t, d.At("top", path)); p.Status != 404 {
				t.Errorf("a customer opens %s: %d", path, p.Status)
			}
			if p := top.Post(t, d.At("top", path), url.Values{"id": {cards[0]}}); p.Status != 404 && p.Status != 405 {
				t.Errorf("a customer sends %s: %d", path, p.Status)
			}
		}
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, up); p.Status != 404 {
			t.Errorf("another vendor's staff: %d", p.Status)
		}
	})
}

// The run's page tells what is due, charged and blacklisted, of this vendor alone.
func TestRun(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		card := d.Issue(t, 1)
		d.Hand(t, card, "top")
		d.Device(t, "35693803", "top")
		d.Device(t, "777", "top")
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": card[0], "device": "35693803"})
		d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "35693803"}, {"device": "777"}}})
		b := s.SignIn(t, d.Vendor)
		p := b.Get(t, "/prepaid/run")
		servertest.Says(t, p, "main", "Due now0", "Charged today1", "Blacklisted1", "Last chunk", "Unknown device numbers")
		servertest.Says(t, b.Click(t, p, "Unknown device numbers"), "main", "Unknown")
		servertest.Says(t, s.SignIn(t, s.Vendor(t, "Other")).Get(t, "/prepaid/run"), "main", "Charged today0", "Blacklisted0")
	})
}
