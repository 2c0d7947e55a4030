package statement_test

import (
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// A statement tells what a customer had, what came and went, and what is left; a month that
// is over stays as it is. Superiors see those of customers below, and others do not.
func TestStatement(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 10)
		d.Hand(t, cards[:4], "top")
		d.Hand(t, cards[:3], "mid")
		d.Device(t, "860001", "mid")
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[0], "device": "860001"})
		d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "860001"}}})
		d.API(t, 200, "POST", "/cards/top-up", servertest.Fields{"card": cards[1], "days": 5})
		line := func(p *servertest.Page, label string) string {
			lines := p.Find("figure tbody tr")
			for i := range lines.Length() {
				if lines.Eq(i).Find("th").Text() == label {
					return lines.Eq(i).Find("td").Eq(0).Text() + "/" + lines.Eq(i).Find("td").Eq(1).Text()
				}
			}
			return ""
		}
		mid, top := d.As(t, "mid", owners.Viewer), d.As(t, "top", owners.Viewer)
		first := mid.Get(t, d.At("mid", "/statement"))
		for label, want := range map[string]string{
			"At the beginning": "0/0", "Bought": "+ 3/+ 90", "Topped up": "/+ 5", "Charged": "/− 1", "At the end": "3/94", "Sold": "", "Withdrawn by the vendor": "",
		} {
			if got := line(first, label); got != want {
				t.Errorf("mid, %s: %q, want %q", label, got, want)
			}
		}
		servertest.Says(t, first, "main", "This month is not over")
		if got := line(top.Get(t, d.At("top", "/statement?customer="+d.Customers["mid"])), "At the end"); got != "3/94" {
			t.Errorf("top looks at mid: %q", got)
		}
		console := s.SignIn(t, d.Vendor)
		for query, want := range map[string]string{"": "6/180", "?customer=" + d.Customers["top"]: "1/30"} {
			if got := line(console.Get(t, "/prepaid/statement"+query), "At the end"); got != want {
				t.Errorf("staff at %q: %q, want %q", query, got, want)
			}
		}
		for _, at := range []string{d.At("mid", "/statement?customer="+d.Customers["top"]), d.At("mid", "/statement.csv?customer="+d.Customers["rival"]), d.At("top", "/statement")} {
			if p := mid.Get(t, at); p.Status != 404 {
				t.Errorf("mid opens %s: %d", at, p.Status)
			}
		}
		file := strings.Split(strings.TrimSpace(mid.Get(t, d.At("mid", "/statement.csv")).Body), "\n")
		if len(file) != 2 || !strings.Contains(file[0], "opening_cards,opening_days") || !strings.HasSuffix(file[1], ",3,94") {
			t.Errorf("the file: %q", file)
		}

		month, _ := first.Find("#month option[selected]").Attr("value")
		s.Advance(t, d.Vendor, "744h")
		d.Hand(t, cards[4:6], "top", "mid")
		again := mid.Get(t, d.At("mid", "/statement?month="+month))
		servertest.Says(t, again, "main", "This month is over")
		if a, b := line(again, "At the end"), line(again, "Bought"); !strings.HasPrefix(a, "3/") || b != "+ 3/+ 90" {
			t.Errorf("a month later it says %q, %q", a, b)
		}
		next := mid.Get(t, d.At("mid", "/statement"))
		if a, b := line(again, "At the end"), line(next, "At the beginning"); a != b {
			t.Errorf("it ends with %q, and the next begins with %q", a, b)
		}
	}, servertest.TestClock)
}
