package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// portalWorld is a customer of acme with all that its people see, and what must be seen
// by nobody else.
type portalWorld struct {
	*servertest.Shop

	ids     map[string]string // by the first word of a route's address
	user    string            // of the customer's administrator
	request string            // that the administrator has made, and that is open
	session string            // of the same
	card    string            // number of a prepaid card of the customer
	device  string            // number of a prepaid device of the customer
	secrets []string
	admin   *servertest.Browser
}

func newPortalWorld(t *testing.T, server *servertest.Server) portalWorld {
	t.Helper()
	w := portalWorld{Shop: servertest.OpenShop(t, server), ids: map[string]string{}}
	license, key := w.Issue(t, w.Pro, servertest.Fields{"name": "Presses hall", "licensee_email": "anna@werk.example"})
	w.Activate(t, key, "press-4711", "hall-nine")
	w.admin = server.AsOwner(t, w.Vendor, "admin@kirk.example", map[string]owners.Role{w.Customer: owners.Administrator})
	var out struct{ Items []struct{ ID string } }
	server.Do(t, "GET", "/api/v1/licenses/"+license+"/activations", nil, "Authorization", "Bearer "+w.Vendor.AdminKey).JSON(t, &out)
	activation := out.Items[0].ID
	var people struct {
		Items []struct {
			ID string `json:"user_id"`
		}
	}
	server.Do(t, "GET", "/api/v1/customers/"+w.Customer+"/users", nil, "Authorization", "Bearer "+w.Vendor.AdminKey).JSON(t, &people)
	w.user = people.Items[0].ID
	end := w.admin.Get(t, "/account").Find(`form[action*="/account/sessions/"]`).AttrOr("action", "")
	w.session, _, _ = strings.Cut(strings.TrimPrefix(end, w.admin.Base+"/account/sessions/"), "/")
	w.ids = map[string]string{"licenses": license, "activations": activation, "people": w.Customer, "account": w.user}
	asked := w.admin.Post(t, "/licenses/"+license+"/requests/new", url.Values{"wish": {"renewal"}, "months": {"12"}, "message": {"Vertraulich: 4711"}})
	take := asked.Find(`form[action$="/withdraw"]`).AttrOr("action", "")
	w.request = strings.TrimSuffix(take[strings.LastIndex(take, "/requests/")+len("/requests/"):], "/withdraw")
	w.secrets = []string{"Vertraulich: 4711", w.request, license, activation, key, "Presses hall", "press-4711", "hall-nine", "Kirk AG", "anna@werk.example", "admin@kirk.example", w.Customer, w.user}
	return w.withPrepaid(t)
}

// withPrepaid gives the customer a card and a device, a sale, and an order of very many cards.
func (w portalWorld) withPrepaid(t *testing.T) portalWorld {
	t.Helper()
	made := 0
	manage := func(path string, body, into any) {
		t.Helper()
		made++
		w.Server.Do(t, "POST", "/api/v1/prepaid"+path, body, "Authorization", "Bearer "+w.Vendor.AdminKey, "Idempotency-Key", fmt.Sprintf("made %d", made)).JSON(t, into)
	}
	var answer map[string]any
	manage("/license-codes", servertest.Fields{"code": "TR-30", "name": "Tracker", "models": []string{"GT06*"}, "days": 30}, &answer)
	var issued struct{ Cards []struct{ Number string } }
	manage("/cards", servertest.Fields{"license_code": "TR-30", "count": 1}, &issued)
	w.card, w.device = issued.Cards[0].Number, "356938035643809"
	manage("/cards/sell", servertest.Fields{"cards": []string{w.card}, "customer_id": w.Customer}, &answer)
	manage("/devices", servertest.Fields{"number": w.device, "model": "GT06N", "customer_id": w.Customer}, &answer)
	branch := w.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Branch", "superior_id": w.Customer}, "id")
	var order struct{ Order struct{ ID string } }
	manage("/cards/sell", servertest.Fields{"count": 2001, "from_customer_id": w.Customer, "customer_id": branch}, &order)
	var sales struct{ Items []struct{ ID string } }
	w.Server.Do(t, "GET", "/api/v1/prepaid/transfers?method=sell", nil, "Authorization", "Bearer "+w.Vendor.AdminKey).JSON(t, &sales)
	w.ids["prepaid/orders"], w.ids["prepaid/sales"] = order.Order.ID, sales.Items[0].ID
	w.secrets = append(w.secrets, w.card, w.device)
	return w
}

// path fills a route's address below the portal of acme.
func (w portalWorld) path(t *testing.T, r edge.Route) string {
	t.Helper()
	below := strings.TrimPrefix(strings.TrimSuffix(r.Path, "{$}"), "/portal/{vendor}")
	noun, _, _ := strings.Cut(strings.TrimPrefix(below, "/"), "/")
	number := w.card
	if part, is := strings.CutPrefix(below, "/prepaid/{acting}/"); is {
		noun, _, _ = strings.Cut(part, "/")
		if noun == "devices" {
			number = w.device
		}
		noun = "prepaid/" + noun
	}
	if strings.Contains(below, "{id}") && w.ids[noun] == "" {
		t.Errorf("%s: the walk has no id for it", r.Path)
	}
	return strings.NewReplacer("{id}", w.ids[noun], "{user}", w.user, "{request}", w.request, "{acting}", w.Customer, "{customer}", w.Customer, "{number}", number, "{file}", w.request, "{$}", "").Replace(below)
}

// walk goes over all routes of the portal that need a session.
func (w portalWorld) walk(t *testing.T, do func(r edge.Route, path string)) {
	t.Helper()
	withIDs := 0
	for _, r := range w.Server.Program.Faces().Routes {
		if !strings.HasPrefix(r.Path, "/portal/{vendor}/") || r.Public != "" {
			continue
		}
		path := w.path(t, r)
		if strings.Count(r.Path, "{") > 1 && !strings.HasSuffix(r.Path, "{$}") {
			withIDs++
		}
		do(r, path)
	}
	if withIDs < 10 {
		t.Errorf("only %d routes of single things were walked", withIDs)
	}
}

// state is what foreigners could change.
func (w portalWorld) state(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`SELECT COUNT(*) FROM activations WHERE released_at IS NULL`, `SELECT COUNT(*) FROM activations`, `SELECT COUNT(*) FROM devices`,
		`SELECT COUNT(*) FROM customer_users WHERE role = 'administrator'`, `SELECT COUNT(*) FROM customer_users`, `SELECT COUNT(*) FROM users`,
		`SELECT COUNT(*) FROM licenses`, `SELECT COUNT(*) FROM license_handovers`, `SELECT COUNT(*) FROM license_requests`,
		`SELECT COUNT(*) FROM license_requests WHERE state = 'open'`, `SELECT COUNT(*) FROM mails`, `SELECT COUNT(*) FROM audit_log WHERE subject <> 'user'`,
		`SELECT COUNT(*) FROM audit_log WHERE subject = 'user' AND action = 'user.session_revoked'`,
	} {
		var n int
		if _, err := w.Server.Program.Rooms().DB.QueryRow(t.Context(), query, nil, &n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s: %d\n", query, n)
	}
	return all.String()
}

// anything is a form that has something for each field that a page may ask for.
func anything() url.Values {
	return url.Values{
		"role": {"administrator"}, "email": {"eve@example.com"}, "name": {"Eve"}, "confirm": {"on"}, "reason": {"x"}, "text": {"x"}, "value": {"1"}, "wish": {"activations"}, "quantity": {"5"}, "message": {"x"},
	}
}

// Every route of the portal, with every foreign identity: nothing of acme's customer is
// seen, and nothing is done.
func TestThePortalKeepsStrangersOut(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		w := newPortalWorld(t, server)
		hall := w.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Hall and Sons"}, "id")
		w.Issue(t, w.Edition, servertest.Fields{"customer_id": hall, "licensee_email": "stranger@hall.example"})
		rival := server.Vendor(t, "Rival")
		elsewhere := server.AsOwner(t, rival, "anna@werk.example", nil)
		brought := func(cookie string) *servertest.Browser {
			b := server.Browser(t, w.Vendor).At("portal")
			b.Bring(t, "chancery_portal", cookie)
			return b
		}
		foreigners := map[string]*servertest.Browser{
			"nobody":                          server.Browser(t, w.Vendor).At("portal"),
			"staff with a console's session":  brought(w.Cookie(t, "chancery_console")),
			"the same address at a rival":     brought(elsewhere.Cookie(t, "chancery_portal")),
			"another licensee":                server.AsOwner(t, w.Vendor, "stranger@hall.example", nil),
			"an administrator of another one": server.AsOwner(t, w.Vendor, "admin@hall.example", map[string]owners.Role{hall: owners.Administrator}),
		}
		staff := server.Browser(t, w.Vendor).At("portal")
		staff.Enter(t, w.Vendor.OwnerEmail, w.Vendor.OwnerPassword)
		foreigners["an owner of the vendor at the portal"] = staff
		before := w.state(t)
		for name, b := range foreigners {
			w.walk(t, func(r edge.Route, path string) {
				if strings.HasPrefix(path, "/account/") && !strings.Contains(r.Path, "{id}") {
					return // one's own, whoever that is
				}
				var p *servertest.Page
				if r.Method == http.MethodGet {
					p = b.Get(t, path)
				} else {
					p = b.Post(t, path, anything())
				}
				if strings.Contains(r.Path, "{id}") && r.Method == http.MethodGet && p.Status == 200 && !strings.HasPrefix(p.Path, "/sign-in") {
					t.Errorf("%s, %s %s: %d at %s", name, r.Method, r.Path, p.Status, p.Path)
				}
				if p.Status >= 500 {
					t.Errorf("%s, %s %s: %d", name, r.Method, r.Path, p.Status)
				}
				body := strings.ReplaceAll(p.Body, url.QueryEscape(path), "") // the sign-in that leads back here
				for _, secret := range w.secrets {
					if strings.Contains(strings.ReplaceAll(body, path, ""), secret) {
						t.Errorf("%s, %s %s: sees %q", name, r.Method, r.Path, secret)
					}
				}
			})
			if after := w.state(t); after != before {
				t.Fatalf("%s changed\n%s\nto\n%s", name, before, after)
			}
		}
	})
}

// A viewer opens every page of the customer's licences, and changes nothing by any route.
func TestViewersOfThePortalOnlyLook(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		w := newPortalWorld(t, server)
		viewer := server.AsOwner(t, w.Vendor, "viewer@kirk.example", map[string]owners.Role{w.Customer: owners.Viewer})
		before := w.state(t)
		opened := 0
		w.walk(t, func(r edge.Route, path string) {
			if strings.HasPrefix(path, "/account") {
				return
			}
			if r.Method == http.MethodGet {
				p := viewer.Get(t, path)
				if p.Status == 200 {
					opened++
				} else if p.Status != 403 && p.Status != 404 && p.Status != 409 {
					t.Errorf("%s: %d", r.Path, p.Status)
				}
				return
			}
			if p := viewer.Post(t, path, anything()); p.Status == 200 && !strings.Contains(p.Text("main"), "does not allow") {
				t.Errorf("%s %s: %d: %.200s", r.Method, r.Path, p.Status, p.Text("main"))
			}
		})
		if opened < 5 {
			t.Errorf("the viewer opened %d pages", opened)
		}
		if after := w.state(t); after != before {
			t.Errorf("a viewer changed\n%s\nto\n%s", before, after)
		}
	})
}

// An address is one account at each vendor: what is known at one says nothing at another.
func TestOneAddressAtThreeVendors(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		first, second, third := server.Vendor(t, "First"), server.Vendor(t, "Second"), server.Vendor(t, "Third")
		const address = "anna@werk.example"
		passwords := map[string]string{}
		first.OwnerEmail = address
		staff := server.AsOwner(t, first, address, nil) // made as the others are, and promoted
		passwords["First"] = staff.Password
		owner := server.AsOwner(t, second, address, nil)
		passwords["Second"] = owner.Password
		passwords["Third"] = server.AsOwner(t, third, address, nil).Password
		for at, v := range map[string]string{"First": first.Slug, "Second": second.Slug, "Third": third.Slug} {
			for of, password := range passwords {
				b := server.Browser(t, first).At("portal")
				b.Base = "/portal/" + v
				p := b.Post(t, "/sign-in", url.Values{"email": {address}, "password": {password}})
				if in := p.Status == 200 && !strings.HasPrefix(p.Path, "/sign-in"); in != (of == at) {
					t.Errorf("the password of %s at %s signs in: %t (%d at %s)", of, at, in, p.Status, p.Path)
				}
			}
		}
		owner.Press(t, owner.Get(t, "/account/name"), "Save", url.Values{"name": {"Anna at the second"}})
		if p := staff.Get(t, "/account"); strings.Contains(p.Text("main"), "Anna at the second") {
			t.Error("a name that was changed at one vendor shows at another")
		}
	})
}
