package browser_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"chancery/client"
	"chancery/internal/geo/geotest"
	"chancery/internal/owners"
	"chancery/internal/refusal"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// mailedLink is a link of ours in a mail's text.
var mailedLink = regexp.MustCompile(`http://licences\.example\.com(/portal/\S+)`)

// TestTheOwnersStory: the vendor issues a licence, and the person whom the mail tells of it
// comes in by its link, sees two devices and where they are, and deletes them until the
// contract lets nobody. The devices call through a proxy, and one claims another address.
func TestTheOwnersStory(t *testing.T) {
	t.Parallel()
	cities := geotest.Cities(t)
	for name, look := range map[string]screen{
		"at a desk": desk(), "on a phone, in dark": {Width: 360, Height: 740, Dark: true},
		"without script": {Width: 1360, Height: 900, NoScript: true}, "on a phone without script": {Width: 360, Height: 740, NoScript: true},
		"in German": {Width: 1360, Height: 900, Language: "de"}, "in German on a phone, in dark": {Width: 360, Height: 740, Dark: true, Language: "de"},
		"in German without script": {Width: 1360, Height: 900, NoScript: true, Language: "de"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := servertest.NewMailbox(t)
			s := servertest.Start(t, servertest.SQLite(t), box.Config, func(c *server.Config) {
				c.PublicURL.Scheme, c.GeoFile = "http", cities
				c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
			})
			v := s.Vendor(t, "Acme")
			product, key := issueTo(t, s, v, "anna@example.com", look.Language)
			b := open(t, s, v, look)
			link := func(to string) string {
				t.Helper()
				mail := box.Read(t)
				found := mailedLink.FindStringSubmatch(mail.Text)
				if german := strings.Contains(mail.Text, " Sie "); mail.To != to || found == nil || german != (look.Language == "de") {
					t.Fatalf("the mail to %s:\n%s", mail.To, mail.Text)
				}
				return s.Program.URL() + found[1]
			}
			b.base = s.Program.URL() + "/portal/" + v.Slug

			// In by the mail's link: forgot, recover, reset, sign in.
			b.visit(link("anna@example.com"))
			if b.see("Sign in"); look.Language != "" {
				b.click(b.speaks(t, look.Language))
			}
			b.see(b.say("Sign in"))
			b.click(b.say("Forgot password"))
			b.see(b.say("Recover password"))
			b.fill(b.say("E-mail"), "anna@example.com")
			b.click(b.say("Recover password"))
			b.see(b.say("If there is an account with this address, a mail with a link is on its way. Only the newest mail's link works."))
			b.visit(link("anna@example.com"))
			b.fill(b.say("Password"), "seven quiet lanterns")
			b.click(b.say("Reset password"))
			b.see(b.say("Forgot password"))
			b.fill(b.say("E-mail"), "anna@example.com")
			b.fill(b.say("Password"), "seven quiet lanterns")
			b.click(b.say("Sign in"))
			b.see(b.say(uses, 0, 5, 5))

			// Two devices activate and report.
			devices := map[string]*client.Client{}
			for id, at := range map[string]forwarded{"drill-1": {seen: geotest.London}, "drill-2": {seen: "10.0.0.7", claims: geotest.London}} {
				devices[id] = b.program(proxy(t, s, at), v, product, id)
				if _, err := devices[id].Activate(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				if _, err := devices[id].Heartbeat(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			b.get("/")
			b.see(b.say(uses, 2, 5, 5))
			b.click(b.say("Activations"))
			b.see("drill-1")
			b.see("drill-2")
			b.see(b.say("just now"))
			b.see(b.say("Local network"))
			b.see("London, " + b.lang.Country("GB"))
			b.openRow("drill-1")
			b.see(b.say("Reckoned from its address: most likely within %d km around %s.", 10, "London"))
			b.get("/")
			b.click(b.say("Activations"))

			b.deleteDevice("drill-1")
			b.see(b.say("%d activations were deleted.", 1) + " " + b.say("You can delete %d more.", 1))
			if _, err := devices["drill-1"].Heartbeat(t.Context()); !refusedWith(err, refusal.UnknownClient) {
				t.Errorf("the deleted device's heartbeat: %v", err)
			}
			b.get("/")
			b.see(b.say("%d of %d used, %d left", 1, 2, 1))

			b.click(b.say("Activations"))
			b.deleteDevice("drill-2")
			b.see(b.say("You can delete %d more.", 0))
			if _, err := devices["drill-2"].Activate(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			b.get("/")
			b.click(b.say("Activations"))
			b.openRow("drill-2")
			b.see(b.say("Versions"))
			b.openMenu()
			b.click(b.say("Delete: none left"))
			b.see(b.say("All %d deactivations that you can do here are used up. Ask %s to delete the device, or for more.", 2, "Acme"))
			b.click(b.say("No deletion is left"))
			b.see(b.say("Nothing was deleted."))
			b.get("/")
			b.see(b.say(uses, 1, 5, 5))
		})
	}
}

const uses = "%d used · %d by contract · %d allowed"

// forwarded is the address that a device calls from as a proxy sees it, and the one that
// the device claims to have.
type forwarded struct{ seen, claims string }

// proxy is a reverse proxy before the server, for one device.
func proxy(t *testing.T, s *servertest.Server, at forwarded) string {
	t.Helper()
	to, err := url.Parse(s.Program.URL())
	if err != nil {
		t.Fatal(err)
	}
	between := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		said := at.seen
		if at.claims != "" {
			said = at.claims + ", " + at.seen
		}
		r.Out.Header.Set("X-Forwarded-For", said)
	}})
	t.Cleanup(between.Close)
	return between.URL
}

// issueTo issues a licence of five activations, of which two may be deleted, to an address
// at a customer who reads a language; "" for the vendor's.
func issueTo(t *testing.T, s *servertest.Server, v wiring.NewVendor, email, reads string) (product, key string) {
	t.Helper()
	post := func(path, field string, body map[string]any) string {
		t.Helper()
		a := s.Do(t, "POST", "/api/v1"+path, body, "Authorization", "Bearer "+v.AdminKey)
		if a.Status != 201 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		var made map[string]any
		a.JSON(t, &made)
		return made[field].(string)
	}
	product = post("/products", "id", map[string]any{"name": "Drill"})
	edition := post("/editions", "id", map[string]any{
		"product_id": product, "name": "Pro", "token_limit": 5, "dashboard_deactivation_allowance": 2,
		"limitations": []map[string]any{{"name": "Pages", "limit": 1000, "reset": "month"}}, "offline_allowed": true, "xml_files_allowed": true,
	})
	customer := post("/customers", "id", map[string]any{"company_name": "Kirk", "email": "office@example.com", "language": reads})
	return product, post("/licenses", "license_key", map[string]any{
		"edition_id": edition, "customer_id": customer, "name": "Hall 9", "licensee_email": email,
	})
}

// visit opens an address as a link in a mail does.
func (b *tab) visit(address string) {
	b.Helper()
	b.get(address[len(b.base):])
}

// openMenu opens the menu at the upper right of a page.
func (b *tab) openMenu() {
	b.Helper()
	b.until("the menu", `document.querySelector("main .app-more-actions summary")`)
	ask[bool](b, `document.querySelector("main .app-more-actions summary").click(), true`)
}

// deleteDevice deletes a device from the list of activations.
func (b *tab) deleteDevice(name string) {
	b.Helper()
	b.openRow(name)
	b.see(b.say("Versions"))
	b.openMenu()
	b.click(b.say("Delete"))
	b.see(b.loses())
	b.see(b.say("left"))
	b.click(b.say("Delete it"))
}

const loses = "%s loses its activation at once, and the place is free for another device. Its program is told at its next contact " +
	"that it is not activated any more. It can be activated again with the license key, as a new activation, while a place is free."

// loses is what is said of a device that is to be deleted, behind its name.
func (b *tab) loses() string {
	_, behind, _ := strings.Cut(b.say(loses, "…"), "…")
	return strings.TrimSpace(behind)
}

// TestDeletingByKeyboard opens the menu of a device and deletes it without a mouse.
func TestDeletingByKeyboard(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]screen{"at a desk": desk(), "in German on a phone, in dark": {Width: 360, Height: 740, Dark: true, Language: "de"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deletesByKeyboard(t, look)
		})
	}
}

func deletesByKeyboard(t *testing.T, look screen) {
	t.Helper()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	product, key := issueTo(t, s, v, "anna@example.com", look.Language)
	b := open(t, s, v, look)
	password := s.NewOwner(t, v, "anna@example.com", nil)
	b.base = s.Program.URL() + "/portal/" + v.Slug
	if _, err := b.program(s.Program.URL(), v, product, "drill-1").Activate(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	b.get("/sign-in")
	if look.Language != "" {
		b.speaks(t, look.Language)
		b.tabTo(`.app-languages button[value=` + look.Language + `]`)
		b.press(kb.Enter)
	}
	b.see(b.say("Sign in"))
	b.tabTo(`#email`)
	b.press("anna@example.com" + kb.Tab + password + kb.Enter)
	b.see(b.say(uses, 1, 5, 5))
	b.tabTo(`.app-tile a`)
	b.press(kb.Enter)
	b.see("drill-1")
	b.tabTo(`#rows a`)
	b.press(kb.Enter)
	b.see(b.say("Versions"))
	b.tabTo(`main .app-more-actions summary`)
	b.press(kb.Enter)
	b.tabTo(`main .app-drop-menu a`)
	b.press(kb.Enter)
	b.see(b.loses())
	b.tabTo(`.btn-danger`)
	b.press(kb.Enter)
	b.see(b.say("%d activations were deleted.", 1) + " " + b.say("You can delete %d more.", 1))
}

// TestEveryPageOfThePortal looks at each kind of page as TestEveryPage does, for somebody
// with one licence, and for an administrator of several; in both languages.
func TestEveryPageOfThePortal(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("testdata/axe.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, speaks := range map[string]string{"in English": "", "in German": "de"} {
		look := desk()
		look.Language = speaks
		t.Run("one licence "+name, func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, servertest.SQLite(t))
			v := s.Vendor(t, "Acme")
			product, key := issueTo(t, s, v, "anna@example.com", "")
			b := open(t, s, v, look)
			for _, id := range []string{"drill-1", "drill-2"} {
				if _, err := b.program(s.Program.URL(), v, product, id).Activate(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			b.signInAsOwner(s, v, "anna@example.com", nil)
			b.walksPortal(string(axe), "anna"+speaks, 8)
		})
		t.Run("several licences "+name, func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, servertest.SQLite(t))
			shop := servertest.OpenShop(t, s)
			for _, name := range []string{"A", "B", "C"} {
				shop.Issue(t, shop.Pro, servertest.Fields{"name": name})
			}
			b := open(t, s, shop.Vendor, look)
			b.signInAsOwner(s, shop.Vendor, "admin@example.com", map[string]owners.Role{shop.Customer: owners.Administrator})
			b.walksPortal(string(axe), "admin"+speaks, 6)
		})
	}
}

// signInAsOwner comes in as somebody who is not staff, in the language of the screen.
func (b *tab) signInAsOwner(s *servertest.Server, v wiring.NewVendor, email string, roles map[string]owners.Role) {
	b.Helper()
	password := s.NewOwner(b.T, v, email, roles)
	b.base = s.Program.URL() + "/portal/" + v.Slug
	b.get("/sign-in")
	if b.see("Sign in"); b.look.Language != "" {
		b.click(b.speaks(b.T, b.look.Language))
	}
	b.fill(b.say("E-mail"), email)
	b.fill(b.say("Password"), password)
	b.click(b.say("Sign in"))
	b.see(b.say("Overview"))
}

func (b *tab) walksPortal(axe, who string, least int) {
	b.Helper()
	kinds := b.walk(axe, who+"-", "/", "/licenses", "/help")
	b.Log(kinds)
	if len(kinds) < least {
		b.Errorf("only %d kinds of page were found", len(kinds))
	}
}
