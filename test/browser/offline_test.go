package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chancery/client"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
	"chancery/signed"
)

// carrier is somebody who carries files of a vendor's devices.
type carrier struct {
	*tab

	v       wiring.NewVendor
	product string
	key     string
	inbox   string // where the browser saves what it downloads
}

// carry opens the page for files on a host of the vendor's own, in its branding.
func carry(t *testing.T, look screen) *carrier {
	t.Helper()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	auth := []string{"Authorization", "Bearer " + v.AdminKey}
	made := func(path string, body any) map[string]any {
		t.Helper()
		var m map[string]any
		s.Do(t, "POST", "/api/v1"+path, body, auth...).JSON(t, &m)
		return m
	}
	c := &carrier{tab: open(t, s, v, look), v: v, inbox: t.TempDir()}
	s.Do(t, "PATCH", "/api/v1/vendor", map[string]any{"shown_name": "Acme Drills", "accent_light": "#7a1fa2", "support_text": "Ring 0123"}, auth...)
	c.product = made("/products", map[string]any{"name": "Drill"})["id"].(string)
	edition := made("/editions", map[string]any{"product_id": c.product, "name": "Pro", "token_limit": 20, "offline_allowed": true, "offline_days": 90})["id"]
	customer := made("/customers", map[string]any{"company_name": "Kirk AG", "email": "kirk@example.com"})["id"]
	c.key = made("/licenses", map[string]any{"edition_id": edition, "customer_id": customer})["license_key"].(string)
	r := s.Program.Rooms()
	if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := r.Hosts.Approve(x, s.RoomID(t, v), vendors.AddHost{Name: "offline.acme.example", Opens: vendors.OpensFiles})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(s.Program.Address(), ":")
	c.base = "http://offline.acme.example:" + port
	c.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: c.inbox,
			BrowserContextID: chromedp.FromContext(c.ctx).BrowserContextID, // the tab has one of its own
		})
		return err
	}))
	return c
}

// device is one without internet, which asks for a licence.
func (c *carrier) device(id string) (d *client.Client, request string) {
	c.Helper()
	key, err := signed.ParseKey(c.v.Ed25519PublicKey)
	if err != nil {
		c.Fatal(err)
	}
	sealing, err := signed.ParseSealingKey(c.v.X25519PublicKey)
	if err != nil {
		c.Fatal(err)
	}
	config := client.Config{
		Offline: true, VendorID: c.v.VendorID, ProductID: c.product, StateDir: c.TempDir(), TombstoneDir: c.TempDir(), ClientID: id,
		SoftwareVersion: "1.0", Hostname: "press-" + id, SealingKey: sealing,
	}
	config.PublicKeys = append(config.PublicKeys, key)
	if d, err = client.New(config); err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { _ = d.Close() })
	file, err := d.OfflineRequest(c.key)
	if err != nil {
		c.Fatal(err)
	}
	return d, string(file.Text)
}

// choose chooses files with these texts in the file field.
func (c *carrier) chooses(texts ...string) {
	c.Helper()
	dir, names := c.TempDir(), make([]string, len(texts))
	for i, text := range texts {
		names[i] = filepath.Join(dir, "activation-"+strconv.Itoa(i)+".req")
		if err := os.WriteFile(names[i], []byte(text), 0o600); err != nil {
			c.Fatal(err)
		}
	}
	c.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		doc, err := chromedp.Call(ctx, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		field, err := chromedp.Call(ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: doc.Root.NodeID, Selector: "input[type=file]"})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: names, NodeID: field.NodeID})
		return err
	}))
}

// came waits for the nth download, and installs it on the device.
func (c *carrier) came(n int, d *client.Client) {
	c.Helper()
	ctx, cancel := contextWithPatience(c.tab)
	defer cancel()
	for ctx.Err() == nil {
		files, err := filepath.Glob(filepath.Join(c.inbox, "*"))
		if err != nil {
			c.Fatal(err)
		}
		if busy, _ := filepath.Glob(filepath.Join(c.inbox, "*.crdownload")); len(files) < n || len(busy) > 0 {
			ask[bool](c.tab, "true") // time passes with the browser
			continue
		}
		if d == nil {
			return
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				c.Fatal(err)
			}
			if state, err := d.Install(text); err == nil && state.Valid() {
				return
			}
		}
		c.Fatalf("none of %d downloads unlocks the device", len(files))
	}
	c.Fatalf("only %d files came", n-1)
}

// The page for files in a browser: by choosing, several at once, on a host of the vendor's
// own, in its name; a file comes by itself, and again by its button.
func TestFilesAreCarried(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("testdata/axe.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, look := range map[string]screen{
		"desk": desk(), "phone-dark": {Width: 360, Height: 740, Dark: true},
		"no-script": {Width: 1360, Height: 900, NoScript: true}, "phone-no-script": {Width: 360, Height: 740, NoScript: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := carry(t, look)
			c.do(chromedp.Navigate(c.base + "/"))
			c.see("Licences for devices without internet")
			c.see("Acme Drills")
			c.see("Ring 0123")
			if !look.NoScript {
				c.inspect("/offline/", string(axe), screen{Width: look.Width, Height: look.Height}, name)
			}
			d, request := c.device("m-1")
			c.chooses(request)
			c.click("Upload")
			c.see("The licence is ready.")
			c.see("Device m-1")
			c.shoot("/offline/answer", name)
			n := 1
			if look.NoScript {
				c.click("Download license.lic")
			}
			c.came(n, d)
			c.click("Download license.lic")
			c.came(n+1, nil)

			c.do(chromedp.Navigate(c.base + "/offline/"))
			ten := make([]string, 10)
			for i := range ten {
				_, ten[i] = c.device("t-" + strconv.Itoa(i))
			}
			c.chooses(ten...)
			c.click("Upload")
			c.see("t-9")
			if ready := ask[int](c.tab, `document.querySelectorAll("section form button").length`); ready != 10 {
				t.Errorf("%d of ten requests were answered", ready)
			}
			c.shoot("/offline/ten", name)
			c.do(chromedp.Navigate(c.base + "/offline/"))
			c.fill("Or paste the text of a file", "Hello, here is nothing.")
			c.click("Upload")
			c.until("what is wrong", `document.querySelector(".alert-red")`)
			c.shoot("/offline/wrong", name)
		})
	}
}

// Files may be dropped anywhere on the page and pasted, and all of it goes by keyboard.
func TestFilesAreDroppedAndPasted(t *testing.T) {
	t.Parallel()
	c := carry(t, desk())
	give := func(event, property, id string) {
		t.Helper()
		_, request := c.device(id)
		text, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		ask[bool](c.tab, fmt.Sprintf(`(function () {
			var all = new DataTransfer();
			all.items.add(new File([%s], "%s.req"));
			document.body.dispatchEvent(new %s));
			return true;
		})()`, text, id, fmt.Sprintf(event, property)))
		c.until("the name of the file", fmt.Sprintf(`document.querySelector("[data-files-chosen]").textContent.includes("%s.req")`, id))
	}
	c.do(chromedp.Navigate(c.base + "/offline/"))
	c.see("Upload")
	give(`DragEvent("drop", {bubbles: true, cancelable: true, %s: all}`, "dataTransfer", "d-1")
	give(`ClipboardEvent("paste", {bubbles: true, cancelable: true, %s: all}`, "clipboardData", "d-2")
	c.press(kb.Enter) // the button has the focus
	c.see("d-1")
	c.see("d-2")

	d, request := c.device("d-3")
	c.do(chromedp.Navigate(c.base + "/offline/"))
	c.see("Upload")
	c.tabTo("#text")
	ask[bool](c.tab, fmt.Sprintf(`document.activeElement.value = %q, true`, request))
	c.tabTo("[data-files-send]")
	c.press(kb.Enter)
	c.see("d-3")
	c.came(1, d)
}

// A browser that reads codes scans one with its camera; where the camera is not allowed, the
// page says what to do; other browsers have no button. No other page may use the camera.
func TestACodeIsScanned(t *testing.T) {
	t.Parallel()
	c := carry(t, phone())
	port := c.base[strings.LastIndex(c.base, ":"):]
	c.base = "http://localhost" + port + "/offline/" + c.v.Slug // a camera takes TLS, or this machine
	c.do(chromedp.Navigate(c.base + "/"))
	c.see("Upload")
	if ask[bool](c.tab, `document.querySelector("[data-scan]").getClientRects().length > 0`) {
		t.Error("there is a button for what the browser can't do")
	}
	d, request := c.device("q-1")
	c.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(`
			window.BarcodeDetector = function () {};
			BarcodeDetector.getSupportedFormats = function () { return Promise.resolve(["qr_code"]); };
			BarcodeDetector.prototype.detect = function () { return Promise.resolve(window.codeIsThere ? [{rawValue: %q}] : []); };
			navigator.mediaDevices.getUserMedia = function () {
				if (window.refused) { return Promise.reject(new DOMException("no", "NotAllowedError")); }
				var canvas = document.createElement("canvas");
				canvas.getContext("2d").fillRect(0, 0, 9, 9);
				return Promise.resolve(window.given = canvas.captureStream());
			};`, request)})
		return err
	}))
	c.do(chromedp.Navigate(c.base + "/"))
	c.see("Scan a QR code")
	ask[bool](c.tab, "window.refused = true")
	c.click("Scan a QR code")
	c.see("The camera was not allowed.")
	ask[bool](c.tab, "window.refused = false, true")
	c.click("Scan a QR code")
	c.see("Hold the code before the camera.")
	c.shoot("/offline/scan", "phone")
	c.click("Stop")
	c.until("the camera is off", `given.getTracks().every(function (t) { return t.readyState === "ended"; })`)
	c.click("Scan a QR code")
	ask[bool](c.tab, "window.codeIsThere = true")
	c.see("The licence is ready.")
	c.came(1, d)
	for path, allowed := range map[string]bool{"/": true, "/../../portal/" + c.v.Slug + "/sign-in": false} {
		got := c.await(fmt.Sprintf(`fetch(%q).then(function (r) { return r.headers.get("Permissions-Policy"); })`, "/offline/"+c.v.Slug+path))
		if strings.Contains(got, "camera=(self)") != allowed {
			t.Errorf("%s: %s", path, got)
		}
	}
}
