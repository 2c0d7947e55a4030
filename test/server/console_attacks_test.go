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
	b := hostile(t, script)
	var shown []string
	n := crawl(t, b, func(path string, p *apptest.Page) {
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			return // a download; nosniff and its type keep it from being taken for a page
		}
		harmless(t, path, p)
		if strings.Contains(p.Find("body").Text(), "alert(1)") {
			shown = append(shown, path)
		}
	})
	if len(shown) < 40 {
		t.Errorf("only %d of %d kinds of page showed the text, the attack did not reach the others: %v", len(shown), n, shown)
	}
}

// harmless expects that what a page shows is text, whatever it is made of.
func harmless(t *testing.T, path string, p *apptest.Page) {
	t.Helper()
	if strings.Contains(p.Body, "<script>alert") || strings.Contains(p.Body, "<img src=x") {
		t.Errorf("%s holds the attacker's markup", path)
	}
	p.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "action" || a.Key == "src") && strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("%s: <%s %s=%q>", path, e.Nodes[0].Data, a.Key, a.Val)
			}
		}
	})
}

// CSV formula injection: a spreadsheet that opens an export runs nothing.
func TestExportsHoldNoFormulas(t *testing.T) {
	t.Parallel()
	b := hostile(t, formula)
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
	b := hostile(t, "Harmless")
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
