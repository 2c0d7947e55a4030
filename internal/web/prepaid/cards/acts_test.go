package cards_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// addressOf is the address below the base of the link or button with this label.
func addressOf(t *testing.T, b *servertest.Browser, p *servertest.Page, label string) string {
	t.Helper()
	for _, a := range p.Find("main a").EachIter() {
		if strings.TrimSpace(a.Text()) == label {
			return strings.TrimPrefix(a.AttrOr("href", ""), b.Base)
		}
	}
	t.Fatalf("%s has no link %q: %s", p.Path, label, p.Text("main"))
	return ""
}

// What is done with one card is done from its page, and each form names the consequence;
// the card's page tells what has happened.
func TestOneCard(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		card := d.Issue(t, 1)[0]
		d.Hand(t, []string{card}, "top", "mid")
		d.Device(t, "35-693803-564380-9", "mid")
		mid := d.As(t, "mid", owners.Operator)
		typed := strings.ToLower(strings.ReplaceAll(card, "-", ""))
		page := func() *servertest.Page {
			t.Helper()
			return mid.Get(t, d.At("mid", "/cards/"+typed))
		}
		do := func(label, says string, values url.Values) *servertest.Page {
			t.Helper()
			form := mid.Get(t, addressOf(t, mid, page(), label))
			servertest.Says(t, form, "main", says)
			return mid.Press(t, form, label, values)
		}
		do("Lock license", "can neither be sold nor bound", nil)
		p := page()
		servertest.Says(t, p, "main", "The card is locked.")
		if strings.Contains(p.Text(".app-actions"), "Bind license") || strings.Contains(p.Text(".app-actions"), "Sell license") {
			t.Errorf("a locked card can be bound or sold: %s", p.Text(".app-actions"))
		}
		do("Unlock license", "can be sold and bound again", nil)

		bind := mid.Get(t, addressOf(t, mid, page(), "Bind license"))
		servertest.Refuses(t, mid.Press(t, bind, "Bind license", url.Values{"device": {"3.56938E+14"}}), "device", "spreadsheet")
		if p := mid.Press(t, bind, "Bind license", url.Values{"device": {"77"}}); p.Status != 404 || !strings.Contains(p.Text(".alert"), "no such device") {
			t.Errorf("a device that is none: %d %s", p.Status, p.Text(".alert"))
		}
		seen := mid.Press(t, bind, "Show what happens", url.Values{"device": {"0356938035643809"}, "look": {"1"}})
		servertest.Says(t, seen, "#foreseen", "35-693803-564380-9", "never reported", "30 days left")
		done := mid.Press(t, bind, "Bind license", url.Values{"device": {"0356938035643809"}})
		servertest.Says(t, done, "main", card+" is on 35-693803-564380-9.", "Inactive")
		if strings.Contains(done.Text("main"), "Open the card") {
			t.Error("the page of the card offers to open the card")
		}
		do("Unbind license", "Days that were paid are not given back", nil)
		do("Return license", "The cards go back to the superior", nil)
		if p := page(); p.Status != 404 {
			t.Errorf("a returned card is seen: %d", p.Status)
		}
		top := d.As(t, "top", owners.Viewer)
		servertest.Says(t, top.Get(t, d.At("top", "/cards/"+card)), "main", "Return", "C-mid")
		if p := top.Get(t, d.At("top", "/cards/"+card)); p.Find(".app-actions > a").Length() > 1 {
			t.Errorf("a viewer is offered %s", p.Text(".app-actions"))
		}
	})
}

// Ticked cards are locked, unlocked, unbound and returned; a refusal names the card, and
// nothing is done then. A lock can be undone.
func TestManyCards(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 5)
		d.Hand(t, cards, "top", "mid")
		mid := d.As(t, "mid", owners.Operator)
		list := d.At("mid", "/cards?sort=number")
		all := func(label string, numbers ...string) *servertest.Page {
			t.Helper()
			return mid.Press(t, tick(t, mid, mid.Get(t, list), label, numbers...), label, nil)
		}
		locked := all("Lock license", cards[:2]...)
		servertest.Says(t, locked, "#flash", "2 cards are locked.")
		if locked.Path != list {
			t.Errorf("it leads to %s, and not back to the list", locked.Path)
		}
		if p := mid.Get(t, d.At("mid", "/cards?locked=true")); p.Find("#rows tr").Length() != 2 {
			t.Errorf("locked are %s", p.Text("#rows"))
		}
		p := all("Return license", cards...)
		if text := p.Text(".alert"); p.Status != 409 || !strings.Contains(text, "The card is locked.") || !strings.Contains(text, cards[0]) && !strings.Contains(text, cards[1]) {
			t.Errorf("locked cards are returned: %d %s", p.Status, text)
		}
		if n := owned(t, d, "mid"); n != 5 {
			t.Errorf("%d cards are left", n)
		}
		undone := mid.Press(t, locked, "Undo", nil)
		servertest.Says(t, undone, "#flash", "2 cards are unlocked.")
		d.Device(t, "501", "mid")
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[0], "device": "501"})
		if p := all("Unbind license", cards[0], cards[1]); p.Status != 409 || !strings.Contains(p.Text(".alert"), "not bound") {
			t.Errorf("unbound that are not bound: %d %s", p.Status, p.Text("main"))
		}
		all("Unbind license", cards[0])
		servertest.Says(t, all("Return license", cards[:3]...), "#flash", "3 cards are returned.")
		if n := owned(t, d, "mid"); n != 2 {
			t.Errorf("%d cards are left", n)
		}
		if p := mid.Post(t, d.At("mid", "/cards/return"), url.Values{}); p.Status != 409 || !strings.Contains(p.Text("main"), "Nothing is ticked.") {
			t.Errorf("nothing ticked: %d %s", p.Status, p.Text("main"))
		}
	})
}

// A person is offered what they may do, is told why not the rest, and is refused it.
func TestWhoMayWhatWithCards(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 3)
		d.Hand(t, cards, "top", "mid", "shop")
		ofShop := "?customer=" + d.Customers["shop"]
		everything := []string{"Sell license", "Return license", "Lock license", "Unlock license", "Unbind license"}
		look := func(b *servertest.Browser, acting, query, says string, want ...string) {
			t.Helper()
			p := b.Get(t, d.At(acting, "/cards"+query))
			if p.Find("#rows tr").Length() != 3 || !slices.Equal(offers(p), want) || !strings.Contains(p.Text("main"), says) {
				t.Errorf("%s%s: offered %v, want %v and %q: %s", acting, query, offers(p), want, says, p.Text(".app-notice"))
			}
		}
		refused := func(b *servertest.Browser, acting, path, code string) {
			t.Helper()
			at := d.At(acting, "/cards"+path)
			form := url.Values{"id": {cards[0]}, "customer": {d.Customers["shop"]}, "to": {d.Customers["end"]}, "card": {cards[0]}, "device": {"501"}}
			if p := b.Get(t, at+ofShop+"&id="+cards[0]); p.Status != 403 && p.Status != 404 || !strings.Contains(p.Text("main"), code) {
				t.Errorf("%s opens %s: %d %s", acting, path, p.Status, p.Text("main"))
			}
			if p := b.Post(t, at, form); p.Status != 403 && p.Status != 404 {
				t.Errorf("%s sends %s: %d %s", acting, path, p.Status, p.Text("main"))
			}
		}
		paths := []string{"/sell", "/return", "/lock", "/unlock", "/unbind", "/bind"}
		d.Device(t, "501", "shop")
		viewer, admin, operator := d.As(t, "shop", owners.Viewer), d.As(t, "mid", owners.Administrator), d.As(t, "mid", owners.Operator)
		top, rival := d.As(t, "top", owners.Administrator), d.As(t, "rival", owners.Administrator)
		look(d.As(t, "shop", owners.Operator), "shop", "", "", everything...)
		look(viewer, "shop", "", "only lets you look")
		look(admin, "mid", ofShop, "does not let its superior manage its licences")
		look(admin, "mid", "?below=1", "Choose one of them")
		look(top, "top", ofShop, "Only the direct superior")
		for _, path := range paths {
			refused(viewer, "shop", path, "only lets you look")
			refused(rival, "rival", path, "no such")
			if path == "/sell" {
				refused(admin, "mid", path, "not yours to sell")
				continue
			}
			refused(admin, "mid", path, "does not let its superior manage")
			refused(top, "top", path, "Only the direct superior")
		}
		if p := d.As(t, "end", owners.Administrator).Get(t, d.At("end", "/cards/"+cards[0])); p.Status != 404 {
			t.Errorf("a sub-customer sees its superior's card: %d", p.Status)
		}
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, "/prepaid/cards/"+cards[0]); p.Status != 404 {
			t.Errorf("another vendor's staff sees the card: %d", p.Status)
		}

		d.API(t, 200, "PATCH", "/customers/"+d.Customers["shop"], servertest.Fields{"allow_superior": true})
		look(admin, "mid", ofShop, "", "Return license", "Lock license", "Unlock license", "Unbind license")
		look(operator, "mid", ofShop, "Only an administrator acts for a sub-customer")
		look(top, "top", ofShop, "Only the direct superior")
		servertest.Says(t, admin.Press(t, admin.Get(t, d.At("mid", "/cards/return"+ofShop+"&id="+cards[0])), "Return license", nil), "#flash", "1 card is returned.")
		if p := viewer.Get(t, d.At("shop", "/cards/"+cards[0])); p.Status != 404 {
			t.Errorf("the former owner sees the card: %d", p.Status)
		}

		console := s.SignIn(t, d.Vendor)
		if p := console.Get(t, "/prepaid/cards"); !slices.Equal(offers(p)[:5], everything) {
			t.Errorf("staff are offered %v", offers(p))
		}
		p := console.Press(t, tick(t, console, console.Get(t, "/prepaid/cards"+ofShop), "Sell license", cards[1]), "Sell license", url.Values{"to": {d.Customers["end"]}})
		servertest.Says(t, p, "#flash", "1 card with 30 days is sold.")
		support := s.SignInAs(t, d.Vendor, "viewer")
		if p := support.Get(t, "/prepaid/cards"); len(offers(p)) != 0 || p.Find(".app-actions a:contains('Batch select')").Length() != 0 {
			t.Errorf("staff who may only look are offered %v", offers(p))
		}
		if p := support.Post(t, "/prepaid/cards/return", url.Values{"id": {cards[1]}}); p.Status != 403 {
			t.Errorf("staff who may only look return a card: %d", p.Status)
		}
	})
}

// The list has the filters of the trade, and all that matches as a file, in which no cell is a formula.
func TestFiltersAndFile(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 4)
		d.Hand(t, cards, "top")
		d.API(t, 201, "POST", "/devices", servertest.Fields{"number": "501", "model": "GT06N", "customer_id": d.Customers["top"]})
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[0], "device": "501"})
		d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "501"}}})
		d.API(t, 200, "POST", "/cards/lock", servertest.Fields{"cards": []string{cards[1]}})
		top := d.As(t, "top", owners.Viewer)
		for query, want := range map[string]int{
			"": 4, "status=in_use": 1, "status=unused": 3, "locked=true": 1, "locked=false": 3, "bound=true": 1, "device=00501": 1, "device=502": 0,
			"number=" + strings.ToLower(cards[2][:6]): 1, "available_days_max=29": 1, "available_days_min=30": 3, "license_code=tr-30": 4,
			"activated_from=2020-01-01": 1, "activated_to=2020-01-01": 0,
		} {
			if p := top.Get(t, d.At("top", "/cards?"+query)); p.Status != 200 || p.Find("#rows tr").Length() != want {
				t.Errorf("%q: %d, %d rows, want %d", query, p.Status, p.Find("#rows tr").Length(), want)
			}
			if p := top.Get(t, d.At("top", "/cards?format=csv&"+query)); strings.Count(p.Body, "\n") != want+1 {
				t.Errorf("%q as a file: %s", query, p.Body)
			}
		}
		for _, wrong := range []string{"available_days_min=few", "activated_from=soon", "status=lost"} {
			if p := top.Get(t, d.At("top", "/cards?"+wrong)); !strings.Contains(p.Text(".alert"), "wrong") {
				t.Errorf("%s: %s", wrong, p.Text("main"))
			}
		}
		list := top.Get(t, d.At("top", "/licenses"))
		servertest.Says(t, list, "main", "119", "30 days a card", "GT06*", "May incur charges", "No charge", "Details")
		if p := top.Get(t, addressOf(t, top, list, "Details")); p.Find("#rows tr").Length() != 4 || !strings.Contains(p.Text("h1"), "TR-30") {
			t.Errorf("Details: %s", p.Text("main"))
		}
		german := top.Get(t, d.At("top", "/cards/"+cards[0]))
		servertest.Says(t, german, "main", "29 days are left on the card.", "days@example.com")
	})
}

// Where there are very many customers below, the buyer is typed: the beginning of a name or
// number is enough where it fits one, and only customers directly below are suggested.
func TestSellToOneOfVeryMany(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 1)
		d.Hand(t, cards, "top")
		for n := range 201 {
			a := s.Do(t, "POST", "/api/v1/customers", servertest.Fields{
				"company_name": "Branch " + strconv.Itoa(n), "customer_number": "B-" + strconv.Itoa(n), "superior_id": d.Customers["top"],
			}, "Authorization", "Bearer "+d.Vendor.AdminKey)
			if a.Status != 201 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		top := d.As(t, "top", owners.Operator)
		form := top.Get(t, d.At("top", "/cards/sell?id="+cards[0]))
		suggest := strings.TrimPrefix(form.Find("input[name=to]").AttrOr("data-suggest", ""), top.Base)
		found := top.Get(t, suggest+"?q=branch+2").Body
		if !strings.Contains(found, "Branch 200 · B-200") || strings.Contains(top.Get(t, suggest+"?q=shop").Body, "shop") {
			t.Errorf("suggested: %s", found)
		}
		for text, says := range map[string]string{"Branch 1": "fits several customers", "shop": "names no customer directly below"} {
			servertest.Refuses(t, top.Press(t, form, "Sell license", url.Values{"to": {text}}), "to", says)
		}
		sold := top.Press(t, form, "Sell license", url.Values{"to": {"Branch 200 · B-200"}})
		servertest.Says(t, sold, "#flash", "1 card with 30 days is sold.")
	})
}
