package server_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/visible"
)

// What an attacker writes into every text that somebody else will look at.
const (
	script  = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`
	formula = `=HYPERLINK("http://evil.example","x")`
)

// crawl opens each kind of page that the console leads to.
func crawl(t *testing.T, b *servertest.Browser, visit func(path string, p *servertest.Page)) int {
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
	n := crawl(t, b, func(path string, p *servertest.Page) {
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
func harmless(t *testing.T, path string, p *servertest.Page) {
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
	crawl(t, b, func(path string, p *servertest.Page) {
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
	crawl(t, b, func(path string, p *servertest.Page) {
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

// hidden turns the direction of a text, takes no room, and isolates.
const hidden = "a\u202eb\u200bc\u2066d\u00ad\u2028e"

// raw gives the characters of a text that show nothing by themselves.
func raw(text string) string {
	return strings.Map(func(r rune) rune {
		if visible.Hidden(r) {
			return r
		}
		return -1
	}, text)
}

// Names made of characters that nobody sees, kept before they were refused: every page,
// file and mail shows them, and what was shown can be sent back as it was.
func TestHiddenCharactersAreShown(t *testing.T) {
	t.Parallel()
	const standsFor = "hidden-text"
	v, _ := hostileServer(t, standsFor)
	s := v.Server
	back := v.manage(t, 201, "POST", "/customers", terms{"company_name": "Back " + standsFor, "customer_number": "BACK-1"}).text(t, "id")
	sold := v.issue(t, nil).ID
	hide(t, s, standsFor)
	s.Restart(t)
	b := s.SignIn(t, v.NewVendor)
	v.manage(t, 200, "POST", "/mail-templates/reset", terms{"kind": "license_issued"}) // its own words are the vendor's
	v.manage(t, 204, "POST", "/licenses/"+sold+"/mail", nil)
	const shown = "a‹U+202E›b‹U+200B›c‹U+2066›d‹U+00AD›‹U+2028›e"
	pages, files := 0, 0
	crawl(t, b, func(path string, p *servertest.Page) {
		body := strings.TrimPrefix(p.Body, "\uFEFF")
		if found := raw(body); found != "" {
			at := strings.IndexFunc(body, visible.Hidden)
			t.Errorf("%s: %+q near %+q", path, found, body[max(at-60, 0):min(at+60, len(body))])
		}
		switch has := strings.Contains(body, shown); {
		case has && strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv"):
			files++
		case has && strings.HasPrefix(p.Header.Get("Content-Type"), "text/html"):
			pages++
		}
	})
	if pages < 40 || files < 3 {
		t.Errorf("only %d pages and %d files showed the text", pages, files)
	}
	if p := b.Get(t, "/customers/matches?q="+url.QueryEscape("a\u202e")); raw(p.Body) != "" || !strings.Contains(p.Body, shown) {
		t.Errorf("suggestions: %+q", p.Body)
	}
	hiddenMails(t, s, shown)
	hiddenComesBack(t, s, b, back, shown)
}

// hiddenMails looks at what was mailed.
func hiddenMails(t *testing.T, s *servertest.Server, shown string) {
	t.Helper()
	db := s.Program.Rooms().DB
	texts, err := store.All[string](db.Query(t.Context(), `SELECT subject || ' ' || body_text || ' ' || body_html FROM mails`))(
		func(scan store.Scan) (text string, err error) { err = scan(&text); return text, err })
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d mails, %v", len(texts), err)
	}
	reached := false
	for _, text := range texts {
		if found := raw(text); found != "" {
			t.Errorf("a mail: %+q", found)
		}
		reached = reached || strings.Contains(text, shown)
	}
	if !reached {
		t.Error("no mail shows the text")
	}
}

// hide writes hidden for what stands for it, wherever a text is kept.
func hide(t *testing.T, s *servertest.Server, standsFor string) {
	t.Helper()
	db := s.Program.Rooms().DB
	type column struct{ table, name string }
	columns, err := store.All[column](db.Query(t.Context(), `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name <> 'mails' AND c.type = 'TEXT'`))(func(scan store.Scan) (c column, err error) { err = scan(&c.table, &c.name); return c, err })
	if err != nil || len(columns) < 50 {
		t.Fatalf("columns %v, %v", columns, err)
	}
	if err := db.Run(t.Context(), func(x tx.Tx) error {
		for _, c := range columns {
			if _, err := store.On(x).Exec(`UPDATE `+c.table+` SET `+c.name+` = replace(`+c.name+`, $1, $2) WHERE `+c.name+` LIKE '%' || $1 || '%'`, standsFor, hidden); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// hiddenComesBack saves the form of a customer as it stands, but for the number. In a
// file that is imported, the name is new, and refused.
func hiddenComesBack(t *testing.T, s *servertest.Server, b *servertest.Browser, id, shown string) {
	t.Helper()
	page := b.Get(t, "/customers/"+id+"/edit")
	field := page.Find("[name=company_name]").AttrOr("value", "")
	if field != "Back "+shown {
		t.Errorf("the field holds %+q", field)
	}
	again := url.Values{"company_name": {field}, "customer_number": {"BACK-9"}, "email": {""}}
	if p := b.Fill(t, "/customers/"+id+"/edit", again); p.Status != http.StatusOK || !strings.Contains(p.Text("main"), "BACK-9") {
		t.Errorf("the form as it stood: %d %s", p.Status, p.Text("main"))
	}
	file := "company_name,customer_number\nBack " + shown + ",BACK-2\n"
	up := b.Upload(t, "/imports/new?kind=customers", url.Values{"kind": {"customers"}}, "file", "back.csv", []byte(file))
	b.Post(t, up.Path+"/start", url.Values{"mode": {"lines"}})
	if _, err := s.Program.Rooms().Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	names, err := store.All[string](s.Program.Rooms().DB.Query(t.Context(), `SELECT company_name FROM customers WHERE company_name LIKE 'Back %'`))(
		func(scan store.Scan) (text string, err error) { err = scan(&text); return text, err })
	if err != nil || len(names) != 1 || names[0] != "Back "+hidden {
		t.Errorf("stored: %+q, %v", names, err)
	}
	if n := b.Get(t, "/customers?q="+url.QueryEscape("Back "+shown)).Find("#rows tr").Length(); n != 1 {
		t.Errorf("%d customers are found by what is shown", n)
	}
}
