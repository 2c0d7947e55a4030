package browser_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"chancery/client"
	"chancery/internal/owners"
	"chancery/internal/refusal"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// mailedLink is a link of ours in a mail's text.
var mailedLink = regexp.MustCompile(`http://licences\.example\.com(/portal/\S+)`)

// TestTheOwnersStory: the vendor issues a licence, and the person whom the mail tells of it
// comes in by its link, sees two devices, and deletes them until the contract lets nobody.
func TestTheOwnersStory(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]screen{
		"at a desk": desk(), "on a phone, in dark": {Width: 360, Height: 740, Dark: true},
		"without script": {Width: 1360, Height: 900, NoScript: true}, "on a phone without script": {Width: 360, Height: 740, NoScript: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := servertest.NewMailbox(t)
			s := servertest.Start(t, servertest.SQLite(t), box.Config, func(c *server.Config) { c.PublicURL.Scheme = "http" })
			v := s.Vendor(t, "Acme")
			product, key := issueTo(t, s, v, "anna@example.com")
			b := open(t, s, v, look)
			link := func(to string) string {
				t.Helper()
				mail := box.Read(t)
				found := mailedLink.FindStringSubmatch(mail.Text)
				if mail.To != to || found == nil {
					t.Fatalf("the mail to %s:\n%s", mail.To, mail.Text)
				}
				return s.Program.URL() + found[1]
			}
			b.base = s.Program.URL() + "/portal/" + v.Slug

			// In by the mail's link: forgot, recover, reset, sign in.
			b.visit(link("anna@example.com"))
			b.see("Sign in")
			b.click("Forgot password")
			b.see("Recover password")
			b.fill("E-mail", "anna@example.com")
			b.click("Recover password")
			b.see("a mail with a link is on its way")
			b.visit(link("anna@example.com"))
			b.fill("Password", "seven quiet lanterns")
			b.click("Reset password")
			b.see("Forgot password")
			b.fill("E-mail", "anna@example.com")
			b.fill("Password", "seven quiet lanterns")
			b.click("Sign in")
			b.see("0 used · 5 by contract · 5 allowed")

			// Two devices activate and report.
			devices := map[string]*client.Client{}
			for _, id := range []string{"drill-1", "drill-2"} {
				devices[id] = b.program(s, v, product, id)
				if _, err := devices[id].Activate(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				if _, err := devices[id].Heartbeat(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			b.get("/")
			b.see("2 used · 5 by contract · 5 allowed")
			b.click("Activations")
			b.see("drill-1")
			b.see("drill-2")
			b.see("just now")
			b.see("Local network")

			b.deleteDevice("drill-1")
			b.see("1 activation was deleted. You can delete 1 more.")
			if _, err := devices["drill-1"].Heartbeat(t.Context()); !refusedWith(err, refusal.UnknownClient) {
				t.Errorf("the deleted device's heartbeat: %v", err)
			}
			b.get("/")
			b.see("1 of 2 used, 1 left")

			b.click("Activations")
			b.deleteDevice("drill-2")
			b.see("You can delete 0 more.")
			if _, err := devices["drill-2"].Activate(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			b.get("/")
			b.click("Activations")
			b.openRow("drill-2")
			b.see("Versions")
			b.openMenu()
			b.click("Delete: none left")
			b.see("All 2 deactivations that you can do here are used up. Ask Acme")
			b.click("No deletion is left")
			b.see("Nothing was deleted.")
			b.get("/")
			b.see("1 used · 5 by contract · 5 allowed")
		})
	}
}

// issueTo issues a licence of five activations, of which two may be deleted, to an address.
func issueTo(t *testing.T, s *servertest.Server, v wiring.NewVendor, email string) (product, key string) {
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
	customer := post("/customers", "id", map[string]any{"company_name": "Kirk", "email": "office@example.com"})
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
	b.see("Versions")
	b.openMenu()
	b.click("Delete")
	b.see("loses its activation at once")
	b.see("left")
	b.click("Delete it")
}

// TestDeletingByKeyboard opens the menu of a device and deletes it without a mouse.
func TestDeletingByKeyboard(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	product, key := issueTo(t, s, v, "anna@example.com")
	b := open(t, s, v, desk())
	password := s.NewOwner(t, v, "anna@example.com", nil)
	b.base = s.Program.URL() + "/portal/" + v.Slug
	if _, err := b.program(s, v, product, "drill-1").Activate(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	b.get("/sign-in")
	b.tabTo(`#email`)
	b.press("anna@example.com" + kb.Tab + password + kb.Enter)
	b.see("1 used · 5 by contract · 5 allowed")
	b.tabTo(`.app-tile a`)
	b.press(kb.Enter)
	b.see("drill-1")
	b.tabTo(`#rows a`)
	b.press(kb.Enter)
	b.see("Versions")
	b.tabTo(`main .app-more-actions summary`)
	b.press(kb.Enter)
	b.tabTo(`main .app-drop-menu a`)
	b.press(kb.Enter)
	b.see("loses its activation at once")
	b.tabTo(`.btn-danger`)
	b.press(kb.Enter)
	b.see("1 activation was deleted. You can delete 1 more.")
}

// TestEveryPageOfThePortal looks at each kind of page as TestEveryPage does, for somebody
// with one licence, and for an administrator of several.
func TestEveryPageOfThePortal(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("testdata/axe.js")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("one licence", func(t *testing.T) {
		t.Parallel()
		s := servertest.Start(t, servertest.SQLite(t))
		v := s.Vendor(t, "Acme")
		product, key := issueTo(t, s, v, "anna@example.com")
		b := open(t, s, v, desk())
		for _, id := range []string{"drill-1", "drill-2"} {
			if _, err := b.program(s, v, product, id).Activate(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		b.signInAsOwner(s, v, "anna@example.com", nil)
		b.walksPortal(string(axe), "anna", 8)
	})
	t.Run("several licences", func(t *testing.T) {
		t.Parallel()
		s := servertest.Start(t, servertest.SQLite(t))
		shop := servertest.OpenShop(t, s)
		for _, name := range []string{"A", "B", "C"} {
			shop.Issue(t, shop.Pro, servertest.Fields{"name": name})
		}
		b := open(t, s, shop.Vendor, desk())
		b.signInAsOwner(s, shop.Vendor, "admin@example.com", map[string]owners.Role{shop.Customer: owners.Administrator})
		b.walksPortal(string(axe), "admin", 6)
	})
}

func (b *tab) signInAsOwner(s *servertest.Server, v wiring.NewVendor, email string, roles map[string]owners.Role) {
	b.Helper()
	password := s.NewOwner(b.T, v, email, roles)
	b.base = s.Program.URL() + "/portal/" + v.Slug
	b.get("/sign-in")
	b.fill("E-mail", email)
	b.fill("Password", password)
	b.click("Sign in")
	b.see("Overview")
}

func (b *tab) walksPortal(axe, who string, least int) {
	b.Helper()
	kinds := b.walk(axe, who+"-", "/", "/licenses", "/help")
	b.Log(kinds)
	if len(kinds) < least {
		b.Errorf("only %d kinds of page were found", len(kinds))
	}
}
