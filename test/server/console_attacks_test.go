package server_test

import (
	"encoding/csv"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/app/apptest"
)

// What an attacker writes into every text that somebody else will look at.
const (
	script  = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`
	formula = `=HYPERLINK("http://evil.example","x")`
)

// hostile is a vendor whose every name was chosen by an attacker.
func hostile(t *testing.T, s *apptest.Server, text string) *apptest.Browser {
	t.Helper()
	v := open(t, s, "Acme", terms{
		"token_limit": 2, "goodwill_token_limit": 1, "description": text, "features": []terms{{"name": text, "description": text}},
		"limitations": []terms{{"name": text, "limit": 9, "reset": "month"}}, "variables": []terms{{"name": text, "value": text}},
	})
	v.manage(t, 200, "PATCH", "/vendor", terms{"name": text})
	v.manage(t, 200, "PATCH", "/products/"+v.product, terms{"name": text})
	v.manage(t, 200, "PATCH", "/editions/"+v.edition, terms{"name": text})
	v.manage(t, 200, "PATCH", "/customers/"+v.customer, terms{"company_name": text})
	v.manage(t, 201, "POST", "/customers", terms{"company_name": text, "superior_id": v.customer})
	v.manage(t, 201, "POST", "/products/"+v.product+"/releases", terms{"software_release": "9.9", "description": text})
	l := v.issue(t, terms{"name": text, "legacy_license_key": "OLD" + text})
	for _, client := range []string{"a", "b", "c"} {
		body := v.activation(l.Key, client+text)
		for _, field := range []string{"client_name", "client_description", "software_version", "hostname", "platform", "operating_system"} {
			body[field] = text
		}
		body["tags"], body["device_variables"] = []string{text}, map[string]string{text: text}
		v.call(t, "/activations", body)
	}
	v.call(t, "/activations", v.activation(l.Key, "d"+text))
	v.manage(t, 201, "POST", "/api-keys", terms{"kind": "admin", "name": text})
	return s.SignIn(t, v.NewVendor)
}

// crawl opens each kind of page that the console leads to.
func crawl(t *testing.T, b *apptest.Browser, visit func(path string, p *apptest.Page)) int {
	t.Helper()
	id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	seen := map[string]bool{}
	for queue := []string{"/", "/licenses", "/account"}; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		kind, query, _ := strings.Cut(id.ReplaceAllString(path, "{id}"), "?")
		if strings.Contains(query, "format=csv") {
			kind += "?format=csv"
		}
		if seen[kind] {
			continue
		}
		seen[kind] = true
		p := b.Get(t, path)
		if p.Status >= 500 {
			t.Errorf("%s: %d", path, p.Status)
		}
		visit(path, p)
		p.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			if next, ok := strings.CutPrefix(a.AttrOr("href", ""), b.Base); ok && strings.HasPrefix(next, "/") {
				queue = append(queue, next)
			}
		})
	}
	return len(seen)
}

// Stored XSS: markup in every name, description and answer of a client stays text on
// every page.
func TestMarkupStaysText(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.SQLite(t))
	b := hostile(t, s, script)
	shown := 0
	n := crawl(t, b, func(path string, p *apptest.Page) {
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			return // a download; nosniff and its type keep it from being taken for a page
		}
		if strings.Contains(p.Body, "<script>alert") || strings.Contains(p.Body, "<img src=x") {
			t.Errorf("%s holds the attacker's markup", path)
		}
		if strings.Contains(p.Find("body").Text(), "alert(1)") {
			shown++
		}
		p.Find("*").Each(func(_ int, e *goquery.Selection) {
			for _, a := range e.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "action" || a.Key == "src") && strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", path, e.Nodes[0].Data, a.Key, a.Val)
				}
			}
		})
	})
	if shown < 3 {
		t.Errorf("only %d of %d kinds of page showed the text: the attack did not reach them", shown, n)
	}
}

// CSV formula injection: a spreadsheet that opens an export runs nothing.
func TestExportsHoldNoFormulas(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.SQLite(t))
	b := hostile(t, s, formula)
	files, reached := 0, false
	crawl(t, b, func(path string, p *apptest.Page) {
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") {
			return
		}
		files++
		if d := p.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") {
			t.Errorf("%s: a browser would show it: %q", path, d)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\uFEFF"))).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				reached = reached || strings.Contains(cell, formula)
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
					t.Errorf("%s: a spreadsheet takes %q for a formula", path, cell)
				}
			}
		}
	})
	if files == 0 || !reached {
		t.Errorf("%d files, the attack reached one: %t", files, reached)
	}
}

// Clickjacking and injected script: every page says that it may be framed by
// nobody, and runs and shows nothing but our own files.
func TestPagesArePoliced(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.SQLite(t))
	b := hostile(t, s, "Harmless")
	crawl(t, b, func(path string, p *apptest.Page) {
		for header, want := range map[string]string{
			"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'",
		} {
			if got := p.Header.Get(header); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			return
		}
		if policy := p.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self'") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		if n := p.Find("[style], style, script:not([src])").Length(); n > 0 {
			t.Errorf("%s: %d inline styles or scripts, which the policy forbids", path, n)
		}
		p.Find("[src], link[href]").Each(func(_ int, e *goquery.Selection) {
			for _, attr := range []string{"src", "href"} {
				if u, err := url.Parse(e.AttrOr(attr, "")); err != nil || u.Host != "" {
					t.Errorf("%s: loads %s from elsewhere", path, e.AttrOr(attr, ""))
				}
			}
		})
	})
}
