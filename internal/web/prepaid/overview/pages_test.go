package overview_test

import (
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// stocked is a trade whose shop has cards of all kinds: 4 of 30 days, one of them on a
// device; 3 of 5 days, one on a device that reports; 2 of 20 days.
func stocked(t *testing.T, s *servertest.Server) *servertest.Trade {
	t.Helper()
	d := servertest.OpenTrade(t, s)
	d.Hand(t, d.Issue(t, 4), "top", "mid", "shop")
	d.API(t, 201, "POST", "/license-codes", servertest.Fields{"code": "CAM", "name": "Camera", "models": []string{"*"}, "days": 20})
	few := d.IssueOf(t, "TR-30", 3, 5)
	d.Hand(t, few, "top", "mid", "shop")
	d.Hand(t, d.IssueOf(t, "CAM", 2, 20), "top", "mid", "shop")
	d.Device(t, "860001", "shop")
	d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": few[0], "device": "860001"})
	d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "860001"}}})
	return d
}

// Each figure leads to the list of what it counts, apart for cards on devices and on none;
// the pies have a table beside them, and each slice leads to its list.
func TestStatistics(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := stocked(t, s)
		shop := d.As(t, "shop", owners.Viewer)
		p := shop.Get(t, d.At("shop", ""))
		if p.Path != d.At("shop", "/overview") {
			t.Fatalf("the section begins at %s", p.Path)
		}
		row := func(p *servertest.Page, label string) string {
			lines := p.Find("figure tbody tr")
			for i := range lines.Length() {
				if head := lines.Eq(i).Find("th").Text(); strings.HasPrefix(head, label) {
					var cells []string
					for k := range lines.Eq(i).Find("td").Length() {
						cells = append(cells, lines.Eq(i).Find("td").Eq(k).Text())
					}
					return strings.Join(cells, " | ")
				}
			}
			return ""
		}
		for label, want := range map[string]string{
			"1 to 29 days left": "1 | 4 | 5", "1 to 6 days left": "1 | 2 | 3", "Expired": "0 | 0 | 0",
			"TR-30": "7", "CAM": "2", "Unused": "8", "In use": "1",
		} {
			if got := row(p, label); !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %s", label, got, want)
			}
		}
		console := s.SignIn(t, d.Vendor)
		for who, b := range map[string]*servertest.Browser{d.At("shop", ""): shop, "/prepaid": console} {
			p := b.Get(t, who+"/overview")
			links := p.Find("figure a")
			var hrefs []string
			for i := range links.Length() {
				href, _ := links.Eq(i).Attr("href")
				hrefs = append(hrefs, href)
			}
			all := strings.Join(hrefs, "\n") + "\n"
			for _, want := range []string{
				"/cards?available_days_max=29&available_days_min=1&bound=true\n", "/cards?available_days_max=6&available_days_min=1&bound=false\n",
				"/cards?license_code=TR-30\n", "/cards?status=in_use\n",
			} {
				if !strings.Contains(all, who+want) {
					t.Errorf("%s: no link to %sin %s", who, want, all)
				}
			}
			if n := p.Find("svg.app-pie path").Length(); n != 4 {
				t.Errorf("%s: %d slices", who, n)
			}
		}
		servertest.Says(t, p, "main", "Devices that stop within 7 days", "Lasts until", "nothing is charged")
		if p := d.As(t, "top", owners.Viewer).Get(t, d.At("top", "/overview")); !strings.Contains(p.Text("main"), "No licences yet") {
			t.Errorf("top has sold all: %s", p.Text("main"))
		}
		servertest.Says(t, d.As(t, "mid", owners.Viewer).Get(t, d.At("mid", "/overview?below=1")), "main", "9")
	})
}

// A customer is chosen in the tree below, by its place or by a part of its name, and nobody
// beside or above is offered.
func TestChoosing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := stocked(t, s)
		mid := d.As(t, "mid", owners.Viewer)
		names := func(b *servertest.Browser, path string) string {
			var names []string
			cells := b.Get(t, path).Find("#rows td[data-label=Customer] a")
			for i := range cells.Length() {
				names = append(names, cells.Eq(i).Text())
			}
			return strings.Join(names, " ")
		}
		for query, want := range map[string]string{
			"": "shop", "?q=en": "end", "?q=C-shop": "shop", "?q=riv": "", "?q=to": "", "?under=" + d.Customers["shop"]: "end",
			"?under=" + d.Customers["top"]: "", "?under=x": "",
		} {
			if got := names(mid, d.At("mid", "/customers"+query)); got != want {
				t.Errorf("mid, %q: %q, want %q", query, got, want)
			}
		}
		p := mid.Get(t, d.At("mid", "/customers"))
		href, _ := p.Find("#rows td[data-label=Customer] a").Attr("href")
		servertest.Says(t, mid.Get(t, strings.TrimPrefix(href, "/portal/acme")), ".app-head", "shop · C-shop")
		console := s.SignIn(t, d.Vendor)
		for query, want := range map[string]string{"": "rival top", "?q=o": "shop top", "?under=" + d.Customers["top"]: "mid"} {
			if got := names(console, "/prepaid/customers"+query); got != want {
				t.Errorf("staff, %q: %q, want %q", query, got, want)
			}
		}
		if other := s.SignIn(t, s.Vendor(t, "Other")); names(other, "/prepaid/customers") != "" || other.Get(t, "/prepaid/customers?under="+d.Customers["top"]).Status != 404 {
			t.Error("another vendor's staff see customers")
		}
	})
}

// Who signs in is reminded of the own cards with few days, and of devices that stop soon;
// others are not.
func TestReminder(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := stocked(t, s)
		shop := d.As(t, "shop", owners.Viewer)
		p := shop.Get(t, "/")
		servertest.Says(t, p, ".app-notice", "Prepaid licences of shop:", "1 device stops within 7 days", "3 cards with 1 to 6 days left", "5 cards with 1 to 29 days left")
		href, _ := p.Find(".app-notice a").First().Attr("href")
		if !strings.HasSuffix(href, d.At("shop", "/devices?soon=1")) {
			t.Errorf("the first reminder leads to %s", href)
		}
		if p := d.As(t, "mid", owners.Administrator).Get(t, "/"); p.Find(".app-notice").Length() != 0 {
			t.Errorf("mid is reminded: %s", p.Text(".app-notice"))
		}
	})
}
