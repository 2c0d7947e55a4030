package browser_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// TestMainPath is a vendor's first day, by mouse: sell something, see it used, step
// in, and find it all again. The client is the SDK, started beside the browser.
func TestMainPath(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			firstDay(t, storage(t), desk())
		})
	}
}

// TestWithoutScript is the same day with script switched off.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	firstDay(t, servertest.SQLite(t), screen{Width: 1360, Height: 900, NoScript: true})
}

// TestOnAPhone is the same day on a screen of 360 px.
func TestOnAPhone(t *testing.T) {
	t.Parallel()
	firstDay(t, servertest.SQLite(t), phone())
}

func firstDay(t *testing.T, storage wiring.Storage, look screen) {
	t.Helper()
	s := servertest.Start(t, storage)
	v := s.Vendor(t, "Acme")
	b := open(t, s, v, look)
	b.signIn(v)
	b.see("First steps")

	b.get("/products/new")
	b.fill("Name", "Drill Studio")
	b.click("Create the product")
	b.see("Drill Studio")
	product := b.id("/products/")
	b.get("/products/" + product + "/editions/new")
	b.fill("Name", "Standard")
	b.fill("Activations by contract", "1")
	b.fill("Goodwill", "1")
	b.click("Create the edition")
	b.at("/editions/")
	b.see("Standard")
	b.get("/customers/new")
	b.fill("Name", "Sample workshop")
	b.fill("E-mail", "workshop@example.com")
	b.click("Create the customer")
	b.at("/customers/")
	b.see("Sample workshop")

	b.get("/licenses/new")
	b.fill("Customer", "Sample workshop")
	b.choose("edition_id", "Standard")
	b.fill("Licensee's e-mail", "kim@example.com")
	b.see("The mail")
	b.click("Issue the licence")
	b.until("the licence's page", `/\/licenses\/[0-9a-f-]{36}/.test(location.pathname)`)
	license := b.id("/licenses/")
	b.see("Valid")
	key := b.key(license)

	// A client activates, and appears.
	first := b.program(s.Program.URL(), v, product, "workstation-1")
	if status, err := first.Activate(t.Context(), key); err != nil || !status.Valid() {
		t.Fatalf("activate: %+v, %v", status, err)
	}
	b.get("/licenses/" + license + "/devices")
	b.see("workstation-1")

	// Another one goes into the yellow zone, and is told so.
	second := b.program(s.Program.URL(), v, product, "workstation-2")
	if status, err := second.Activate(t.Context(), key); err != nil || !status.License.IsGoodwill {
		t.Fatalf("activate above the contract: %+v, %v", status, err)
	}
	b.get("/licenses/" + license)
	b.see("Goodwill")
	b.get("/goodwill")
	b.see("Sample workshop")

	// The first device is suspended: its next heartbeat is refused.
	b.get("/devices?q=workstation-1")
	b.openRow("workstation-1")
	b.at("/devices/")
	b.see("Suspend")
	b.click("Suspend")
	b.fill("Last day", time.Now().Add(72*time.Hour).Format(time.DateOnly))
	b.submit()
	b.see("is suspended")
	if _, err := first.Heartbeat(t.Context()); !refusedWith(err, 20001) {
		t.Errorf("the heartbeat of a suspended device: %v", err)
	}

	// The licence is extended.
	b.get("/licenses/" + license + "/extend")
	b.until("the form", `document.querySelector("main form.app-form")`)
	b.fill("New last day", "2031-12-31")
	b.submit()
	b.see("31 Dec 2031")

	// It is all in the history, and in the audit log.
	b.get("/licenses/" + license + "/history")
	b.see("31 Dec 2031")
	b.get("/audit-log")
	for _, text := range []string{"Licence issued", "Activation created", v.OwnerEmail} {
		b.see(text)
	}
	b.signOut()
	b.get("/licenses")
	b.at("/sign-in")
}

// id is the id in the address, after this path.
func (b *tab) id(path string) string {
	b.Helper()
	b.until("an address with an id", fmt.Sprintf(`location.pathname.includes(%q) && /[0-9a-f-]{36}/.test(location.pathname.split(%q)[1])`, path, path))
	_, rest, _ := strings.Cut(ask[string](b, "location.pathname"), path)
	return rest[:36]
}

// key is the license key, as the page's copy button gives it.
func (b *tab) key(license string) string {
	b.Helper()
	b.until("the key", `document.querySelector("main [data-copy]")`)
	for _, given := range ask[[]string](b, `Array.from(document.querySelectorAll("main [data-copy]")).map(function (e) { return e.dataset.copy; })`) {
		if len(given) == 36 && given != license {
			return given
		}
	}
	b.Fatalf("the page shows no key:\n%s", b.shown())
	return ""
}

// choose picks an option of a select, or of radio buttons, by its text.
func (b *tab) choose(name, text string) {
	b.Helper()
	find := fmt.Sprintf(`(function () {
		var scope = document.querySelector("dialog[open]") || document;
		var select = scope.querySelector("select[name=%[1]s]");
		if (!select) {
			var radio = Array.from(scope.querySelectorAll("input[type=radio][name=%[1]s]")).find(function (r) { return r.closest("label").textContent.includes(%[2]q); });
			if (!radio) { return scope.querySelector("input[type=hidden][name=%[1]s]"); }
			radio.click();
			return radio;
		}
		var option = Array.from(select.options).find(function (o) { return o.textContent.includes(%[2]q); });
		if (!option) { return null; }
		select.value = option.value;
		select.dispatchEvent(new Event("change", {bubbles: true}));
		return select;
	})()`, name, text)
	b.until("the choice "+text, find)
	b.until("the page", `document.readyState === "complete"`)
}

// openRow opens what the list's row with this text is about.
func (b *tab) openRow(text string) {
	b.Helper()
	row := fmt.Sprintf(`Array.from(document.querySelectorAll("#rows tr")).find(function (r) { return r.textContent.includes(%q); })`, text)
	b.until("the row with "+text, row)
	ask[bool](b, `(`+row+`).querySelector("a[href]").click(), true`)
}

// submit sends the form of the page or the dialogue.
func (b *tab) submit() {
	b.Helper()
	ask[bool](b, `(document.querySelector("dialog[open] form.app-form") || document.querySelector("main form.app-form")).querySelector("button[type=submit]").click(), true`)
}

func (b *tab) signOut() {
	b.Helper()
	ask[bool](b, `document.querySelector("form[action$='/sign-out'] button").click(), true`)
	b.at("/sign-in")
}

// program is the vendor's own software on a machine.
func (b *tab) program(url string, v wiring.NewVendor, product, id string) *client.Client {
	b.Helper()
	key, err := base64.RawURLEncoding.DecodeString(v.Ed25519PublicKey)
	if err != nil {
		b.Fatal(err)
	}
	c, err := client.New(client.Config{
		BaseURL: url, VendorID: v.VendorID, ProductID: product, ProvisioningKey: v.ProvisioningKey,
		PublicKeys: []ed25519.PublicKey{key}, StateDir: b.TempDir(), SoftwareVersion: "1.0", ClientID: id, ClientName: id,
		Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

// refusedWith reports whether the server refused with this id.
func refusedWith(err error, id int) bool {
	refusal, ok := errors.AsType[*client.RefusalError](err)
	return ok && refusal.ID == id
}
