package server_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// wide is a logo that holds a name: five times as wide as it is high.
func wide(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 300, 60))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// brand gives a vendor a name, a logo, colours and a support text.
func brand(t *testing.T, m *servertest.Mailed) {
	t.Helper()
	got := m.API(t, 200, "PATCH", "/vendor", map[string]any{
		"shown_name": "Pressa", "accent_light": "#FA0", "accent_dark": "#8a3ab9", "support_text": "Monday to Friday <9 to 17>",
		"logo": base64.StdEncoding.EncodeToString(wide(t)),
	})
	if got["accent_light"] != "#ffaa00" || got["shown_name"] != "Pressa" || got["name"] != "Acme" || !strings.HasSuffix(got["logo"].(string), "-300x60") {
		t.Fatalf("%v", got)
	}
}

// The portal is the vendor's from the sign-in page on, and the console stays the server's.
func TestThePortalIsInTheVendorsBranding(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		brand(t, m)
		portal := "/portal/" + m.Vendor.Slug
		page := m.Do(t, "GET", portal+"/sign-in", nil)
		text := string(page.Body)
		for _, want := range []string{`alt="Pressa"`, "<title>Sign in · Pressa</title>", "Monday to Friday &lt;9 to 17&gt;", `width="180" height="36"`} {
			if !strings.Contains(text, want) {
				t.Errorf("the sign-in page is without %s:\n%s", want, text)
			}
		}
		if strings.Contains(text, "style=") || strings.Contains(text, "<style") || strings.Contains(page.Header.Get("Content-Security-Policy"), "inline") ||
			strings.Contains(text, "Acme") || strings.Contains(text, "app-mark") {
			t.Errorf("inline style, another name or the server's mark:\n%s", text)
		}
		files := regexp.MustCompile(`/portal/[^"]*/brand/[^"]+`).FindAllString(text, -1)
		kinds := map[string]bool{}
		for _, file := range files {
			a := m.Do(t, "GET", file, nil)
			kinds[a.Header.Get("Content-Type")] = true
			if a.Status != http.StatusOK || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", file, a.Status, a.Header)
			}
			if strings.HasSuffix(file, ".css") && !strings.Contains(string(a.Body), "--app-brand:#ffaa00;--app-brand-text:#101418") {
				t.Errorf("the colours are %s", a.Body)
			}
		}
		if !kinds["text/css; charset=utf-8"] || !kinds["image/png"] {
			t.Errorf("%v are served of %v", kinds, files)
		}
		if a := m.Do(t, "GET", portal+"/brand/style-0000000000000000.css", nil); a.Status != http.StatusOK || a.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("the style of a page from before: %d %s", a.Status, a.Header.Get("Cache-Control"))
		}
		for _, file := range []string{"/brand/x.svg", "/brand/..%2f", "/brand/"} {
			if a := m.Do(t, "GET", portal+file, nil); a.Status != http.StatusNotFound {
				t.Errorf("%s: %d", file, a.Status)
			}
		}
		console := string(m.Do(t, "GET", "/console/"+m.Vendor.Slug+"/sign-in", nil).Body)
		if strings.Contains(console, "Pressa") || strings.Contains(console, "/brand/") || !strings.Contains(console, "Chancery") {
			t.Errorf("the console is branded:\n%s", console)
		}
		if a := m.Do(t, "GET", "/console/"+m.Vendor.Slug+"/brand/style-0000000000000000.css", nil); a.Status != http.StatusNotFound {
			t.Errorf("the console serves a brand: %d", a.Status)
		}
		m.API(t, 200, "PATCH", "/vendor", map[string]any{"shown_name": "", "accent_light": "", "accent_dark": "", "support_text": "", "logo": ""})
		if text := string(m.Do(t, "GET", portal+"/sign-in", nil).Body); strings.Contains(text, "/brand/") || !strings.Contains(text, "Acme") {
			t.Errorf("after all was taken away:\n%s", text)
		}
	})
}

// Mails come in the vendor's name and colours, with the logo in the mail itself: who
// reads one asks nobody for a picture.
func TestMailsAreInTheVendorsBranding(t *testing.T) {
	servertest.EachMailed(t, func(t *testing.T, m *servertest.Mailed) {
		brand(t, m)
		m.Issue(t, `"token_limit":1`)
		got := m.Box.Await(t)
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(body))
		if !strings.Contains(got.Header.Get("From"), "Pressa") {
			t.Errorf("from %s", got.Header.Get("From"))
		}
		for _, want := range []string{
			"multipart/related", "Content-Id: <logo>", "image/png", `src="cid:logo"`, `alt="Pressa"`, "border-top:4px solid #ffaa00", "Pressa has issued",
			"Monday to Friday <9 to 17>", "Monday to Friday &lt;9 to 17&gt;",
		} {
			if !strings.Contains(text, want) && !strings.Contains(got.Header.Get("Content-Type"), want) {
				t.Errorf("the mail is without %s:\n%s", want, text)
			}
		}
		// The log shows it with the logo, and loads nothing.
		b := m.SignIn(t, m.Vendor)
		id := m.API(t, 200, "GET", "/mails", nil)["items"].([]any)[0].(map[string]any)["id"].(string)
		frame := b.Get(t, "/settings/mail/log/"+id).Find("iframe").AttrOr("src", "")
		if shown := m.Do(t, "GET", frame, nil, "Cookie", "chancery_console="+b.Cookie(t, "chancery_console")); !strings.Contains(string(shown.Body), "data:image/png;base64,") {
			t.Errorf("the log shows %d %s", shown.Status, shown.Body)
		}
	})
}

// The form shows what is typed before it is saved, and says where a colour can't be read.
func TestBrandingIsSeenBeforeItIsSaved(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.SignIn(t, v)
		const path = "/settings/vendor/branding"
		form := url.Values{"shown_name": {"Typed"}, "accent_light": {"#ffaa00"}, "accent_dark": {""}, "support_text": {"By day"}}
		p := b.Upload(t, path+"/preview", form, "logo", "logo.png", wide(t))
		for _, want := range []string{"Typed", "By day", "background:#ffaa00", "Links on light pages are drawn in", "data:image/png;base64,", "cid:logo"} {
			if has := strings.Contains(p.Body, want); has == (want == "cid:logo") {
				t.Errorf("the preview and %q: %v", want, has)
			}
		}
		if csp := p.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("the preview's policy is %s", csp)
		}
		servertest.Says(t, b.Upload(t, path+"/preview", url.Values{"accent_light": {"blue"}}, "logo", "x.svg", []byte("<svg/>")), "body", "Logo must be a PNG or JPEG picture.")
		servertest.Says(t, b.Post(t, path+"/preview", url.Values{"accent_light": {"blue"}}), "body", "Accent on light pages must be a colour such as #1f5fbf")
		if stored := b.Get(t, path); stored.Find("#shown_name").AttrOr("value", "") != "" {
			t.Error("a preview was saved")
		}

		saved := servertest.Filled(b.Get(t, path))
		for name, values := range form {
			saved[name] = values
		}
		servertest.Refuses(t, b.Upload(t, path, saved, "logo", "x.png", []byte("<svg/>")), "logo", "must be a PNG or JPEG picture")
		servertest.Says(t, b.Upload(t, path, saved, "logo", "logo.png", wide(t)), "#flash", "The branding was saved")
		again := b.Get(t, path)
		if again.Find("#shown_name").AttrOr("value", "") != "Typed" || again.Find("#accent_light").AttrOr("value", "") != "#ffaa00" || again.Find("#remove_logo").Length() != 1 {
			t.Errorf("it is kept as %s", again.Text("form"))
		}
		saved = servertest.Filled(again)
		saved.Set("remove_logo", "on")
		servertest.Says(t, b.Fill(t, path, saved), "#flash", "The branding was saved")
		if b.Get(t, path).Find("#remove_logo").Length() != 0 {
			t.Error("the logo is still there")
		}
		// Who may not change the vendor sees none of it.
		viewer := s.SignInAs(t, v, "viewer")
		for _, at := range []string{path, path + "/preview"} {
			if p := viewer.Get(t, at); p.Status != http.StatusForbidden {
				t.Errorf("%s for a viewer: %d", at, p.Status)
			}
		}
	})
}
