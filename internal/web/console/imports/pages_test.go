package imports_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// stat is a figure of an import's page.
func stat(p *servertest.Page, label string) string {
	for _, s := range p.Find(".app-stat").EachIter() {
		if s.Find(".app-stat-label").Text() == label {
			return s.Find(".app-stat-value").Text()
		}
	}
	return ""
}

// TestImportPages brings customers and licences in from files.
func TestImportPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		b := servertest.Importer{Browser: s.SignIn(t, s.Vendor(t, "Acme")), Server: s}
		if p := b.Get(t, "/imports"); !strings.Contains(p.Text(".app-empty"), "No imports yet") {
			t.Errorf("the empty list: %s", p.Text("main"))
		}
		wrongFiles(t, b)
		importCustomers(t, b)
		product := b.Post(t, "/products/new", url.Values{"name": {"Plotter"}, "printed_keys": {"on"}})
		form := servertest.Filled(b.Get(t, product.Path+"/editions/new"))
		form.Set("name", "Standard")
		b.Post(t, product.Path+"/editions/new", form)
		importLicences(t, b)
		allOrNothing(t, b)
		if p := b.Get(t, "/imports"); !strings.Contains(p.Text("tbody"), "Done in part") || !strings.Contains(p.Text("tbody"), "Refused") {
			t.Errorf("the list: %s", p.Text("tbody"))
		}
	})
}

func wrongFiles(t *testing.T, b servertest.Importer) {
	t.Helper()
	many := "company_name\n" + strings.Repeat("x\n", 10_001)
	for name, c := range map[string]struct{ content, want string }{
		"nothing":         {"", "is empty"},
		"a workbook":      {"PK\x03\x04rest", "save it as CSV"},
		"UTF-16":          {"\xff\xfec\x00", "UTF-16"},
		"Latin-1":         {"company_name\nM\xfcller", "UTF-8"},
		"no heading":      {"Acme;K-1\nBolt;K-2", "lacks the column company_name"},
		"a column twice":  {"company,Company\na,b", "twice"},
		"only a heading":  {"company_name\n\n", "no lines"},
		"an open quote":   {"company_name\n\"Acme\nBolt", "quotation mark"},
		"too many lines":  {many, "more than 10,000 lines"},
		"a giant line":    {"company_name\n" + strings.Repeat("x", 70_000), "more than 64 kB in line 2"},
		"too many bytes":  {"company_name\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", 5300), "larger than 5 MB"},
		"too many cells":  {"company_name\n" + strings.Repeat(strings.Repeat(",", 60_000)+"\n", 9), "more cells than"},
		"fifty-one heads": {"company_name" + strings.Repeat(",x", 50) + "\na", "more than 50 columns"},
	} {
		if p := b.Read(t, "customers", c.content); p.Status != 400 && p.Status != 413 || !strings.Contains(p.Text("main"), c.want) {
			t.Errorf("%s: %d %s", name, p.Status, p.Text(".app-error, .alert, main"))
		}
	}
	if p := b.Post(t, "/imports/new?kind=customers", url.Values{"kind": {"customers"}}); p.Status != 400 || !strings.Contains(p.Text(".app-error"), "choose one") {
		t.Errorf("no file: %d %s", p.Status, p.Text("main"))
	}
	if p := b.Get(t, "/imports"); p.Find("tbody tr").Length() != 0 {
		t.Errorf("a refused file was kept: %s", p.Text("tbody"))
	}
}

func importCustomers(t *testing.T, b servertest.Importer) {
	t.Helper()
	p := b.Read(t, "customers", "\xef\xbb\xbfCompany;Customer number;E-Mail;Superior;Colour\r\n"+
		"Sample reseller;R-1;desk@example.com;;red\r\n"+
		"Sample customer;K-1;;R-1;\r\n"+
		";K-2;;;\r\n"+
		"@home GmbH;K-3;;;\r\n"+
		"=cmd|other;K-1;nobody;R-9;\r\n"+
		"Sample third;;third@example.com;R-1;\r\n")
	for _, want := range []string{"4 lines can be imported; 2 lines have a problem", "Company must not be empty", "is in line 3 already", "must be one e-mail address", "names no customer"} {
		if !strings.Contains(p.Text("main"), want) {
			t.Errorf("the preview lacks %q: %d %s", want, p.Status, p.Text("main"))
		}
	}
	if !strings.Contains(p.Text(".sell-read"), "Colourignored") {
		t.Errorf("the columns: %s", p.Text(".sell-read"))
	}
	if list := b.Get(t, "/customers"); list.Find("tbody tr").Length() != 0 {
		t.Error("a preview wrote customers")
	}
	if p := b.Post(t, p.Path+"/start", url.Values{"all_or_nothing": {"on"}}); !strings.Contains(p.Text(".app-flash"), "not possible while lines have problems") {
		t.Errorf("all or nothing with problems: %s", p.Text("main"))
	}
	done := b.Carry(t, p, nil)
	if stat(done, "Done") != "4" || stat(done, "With problems") != "2" || done.Text("h1 .app-badge") != "Done in part" {
		t.Errorf("the import: %s", done.Text("main"))
	}
	list := b.Get(t, "/customers")
	if list.Find("tbody tr").Length() != 4 || !strings.Contains(list.Text("tbody"), "@home GmbH") || strings.Count(list.Text("tbody"), "Sample reseller") != 3 {
		t.Errorf("the customers: %s", list.Text("tbody"))
	}
	failed := b.Get(t, p.Path+"/failed.csv")
	if !strings.Contains(failed.Body, "problem,Company,Customer number") || !strings.Contains(failed.Body, "'=cmd|other") || strings.Contains(failed.Body, "third@") {
		t.Errorf("the failed lines: %s", failed.Body)
	}
	again := b.Read(t, "customers", strings.TrimPrefix(failed.Body, "\xef\xbb\xbf"))
	if stat(again, "Lines") != "2" || strings.Contains(again.Text("tbody"), "'=cmd") {
		t.Errorf("the failed lines as a file: %s", again.Text("main"))
	}
	if p := b.Post(t, again.Path+"/discard", nil); p.Path != "/imports" || strings.Contains(p.Text("tbody"), "Not started") {
		t.Errorf("discard: %d at %s: %s", p.Status, p.Path, p.Text("main"))
	}
	if p := b.Post(t, p.Path+"/discard", nil); !strings.Contains(p.Text(".app-flash"), "kept as a record") {
		t.Errorf("discard what was started: %s", p.Text("main"))
	}
}

func importLicences(t *testing.T, b servertest.Importer) {
	t.Helper()
	p := b.Read(t, "licenses", "customer_number,edition,licensee,tokens,expires,old key\n"+
		"K-1,Standard,anna@example.com,5,2099-12-31,OLD-1\n"+
		"K-1,Standard,,,never,\n"+ // this customer has no address of its own
		"K-1,Gold,anna@example.com,,,\n"+
		"K-9,Standard,anna@example.com,many,31.12.2099,OLD-1\n"+
		"R-1,Standard,,3,30 days,\n")
	for _, want := range []string{"edition names no edition", "K-9", "licensee must be an e-mail address", "tokens must be a whole number", "expires must be a date", "customer_number names no customer", "old key is in line 2 already"} {
		if !strings.Contains(p.Text("main"), want) {
			t.Errorf("the preview lacks %q: %d %s", want, p.Status, p.Text("main"))
		}
	}
	done := b.Carry(t, p, nil)
	if stat(done, "Done") != "2" || stat(done, "With problems") != "3" || !strings.Contains(done.Text("tbody"), "licensee must be an e-mail address") {
		t.Errorf("the import: %s", done.Text("main"))
	}
	report := b.Get(t, p.Path+"/report.csv").Body
	lines := strings.Split(strings.TrimSpace(report), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[0], "\xef\xbb\xbfline,result,problem,license_key,printed_key") {
		t.Fatalf("the report: %s", report)
	}
	key := strings.Split(lines[1], ",")[3]
	if len(key) != 36 || len(strings.Split(lines[1], ",")[4]) != 23 {
		t.Errorf("the keys in the report: %s", lines[1])
	}
	if l := b.Get(t, "/customers/"+customerID(t, b, "K-1")+"/licenses?cols=license,key,expires,activations"); l.Find("tbody tr").Length() != 1 || !strings.Contains(l.Text("tbody"), "31 Dec 2099") && !strings.Contains(l.Text("tbody"), "1 Jan 2100") {
		t.Errorf("the licences: %s", l.Text("tbody"))
	}
	again := b.Post(t, p.Path+"/retry", nil)
	if _, err := b.Server.Program.Rooms().Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if done := b.Get(t, again.Path); stat(done, "Done") != "2" || stat(done, "With problems") != "3" {
		t.Errorf("the failed lines again: %s", done.Text("main"))
	}
}

func customerID(t *testing.T, b servertest.Importer, number string) string {
	t.Helper()
	href := b.Get(t, "/customers?in=customer_number&q="+number).Find("tbody a").First().AttrOr("href", "")
	return href[strings.LastIndex(href, "/")+1:]
}

func allOrNothing(t *testing.T, b servertest.Importer) {
	t.Helper()
	p := b.Read(t, "customers", "company_name,email\nSample fourth,ok@example.com\nSample fifth,two@@example\n"+strings.Repeat("Sample more,\n", 60))
	if stat(p, "With problems") != "1" {
		t.Fatalf("the preview: %s", p.Text("main"))
	}
	p = b.Read(t, "customers", "company_name,customer_number\nSample fourth,K-4\n"+strings.Repeat("Sample more,\n", 60)+"Sample fifth,K-5\n")
	b.Post(t, "/customers/new", url.Values{"company_name": {"Sample rival"}, "customer_number": {"K-5"}}) // meanwhile
	before := b.Get(t, "/customers?format=csv").Body
	done := b.Carry(t, p, url.Values{"all_or_nothing": {"on"}})
	if done.Text("h1 .app-badge") != "Refused" || stat(done, "Done") != "0" || !strings.Contains(b.Get(t, p.Path+"?show=failed").Text("tbody"), "customer_number is another customer's") {
		t.Errorf("all or nothing: %s", done.Text("main"))
	}
	if after := b.Get(t, "/customers?format=csv").Body; after != before {
		t.Errorf("all or nothing left something behind: %s", after)
	}
	p = b.Read(t, "customers", "company_name,email\n"+strings.Repeat("Sample more,\n", 60)+"Sample fifth,two@\n"+strings.Repeat("Sample more,\n", 60))
	done = b.Carry(t, p, nil)
	if stat(done, "Done") != "120" || stat(done, "With problems") != "1" {
		t.Errorf("a refused line among many: %s", done.Text(".app-stats"))
	}
	if n := strings.Count(b.Get(t, "/customers?format=csv").Body, "Sample more"); n != 120 {
		t.Errorf("%s customers, want 120", strconv.Itoa(n))
	}
}

// A line at which the server failed is told at the top of the import's page.
func TestImportPageTellsOfAServersFault(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := servertest.Importer{Browser: s.SignIn(t, s.Vendor(t, "Acme")), Server: s}
	done := b.Carry(t, b.Read(t, "customers", "company_name,email\nSample one,\nSample two,two@\n"), nil)
	if strings.Contains(done.Text("main"), "was not brought in") {
		t.Errorf("a refused line is told as the server's fault: %s", done.Text("main"))
	}
	if err := s.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := store.On(x).Exec(`UPDATE import_lines SET problems = '[{"text":"The server failed at this line.","fault":true}]' WHERE state = 'failed'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if p := b.Get(t, done.Path); !strings.Contains(p.Text("main"), "Line 3 was not brought in.") || !strings.Contains(p.Text("main"), "The server failed at this line.") {
		t.Errorf("%s", p.Text("main"))
	}
}

// A file that was brought in before is brought in once more only by who says so.
func TestImportPageAsksAboutTheSameFile(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := servertest.Importer{Browser: s.SignIn(t, s.Vendor(t, "Acme")), Server: s}
	b.Carry(t, b.Read(t, "customers", "company_name\nSample one\n"), nil)
	again := b.Read(t, "customers", "company_name\r\nSample one\r\n")
	if !strings.Contains(again.Text("main"), "This file was brought in on ") || again.Find(`input[name="again"]`).Length() != 1 {
		t.Errorf("the draft: %s", again.Text("main"))
	}
	if p := b.Post(t, again.Path+"/start", nil); !strings.Contains(p.Text(".app-flash"), "was brought in before") {
		t.Errorf("started without a word: %s", p.Text("main"))
	}
	if done := b.Carry(t, again, url.Values{"again": {"on"}}); stat(done, "Done") != "1" {
		t.Errorf("once more: %s", done.Text("main"))
	}
}
