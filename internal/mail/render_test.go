package mail

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/mailing"
)

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The server's own mails as a text client shows them: on a server that does
// not know its own address, and on one that leads customers to their dashboard.
func TestMailsReadWell(t *testing.T) {
	t.Parallel()
	readsWell(t, "", func(mailing.Vendor) string { return "" })
	readsWell(t, "dashboard", func(v mailing.Vendor) string { return "https://licences.example.com/portal/" + v.Slug + "/" })
}

func readsWell(t *testing.T, folder string, dashboard func(mailing.Vendor) string) {
	t.Helper()
	r := renderer(t)
	service, err := mailing.New(mailing.Config{
		Store: noStore{}, Renderer: r, Sealer: noSealer{}, IDs: ident.Source{Rand: bytes.NewReader(nil)}, Dashboard: dashboard,
	})
	if err != nil {
		t.Fatal(err)
	}
	languages, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages {
		readsWellIn(t, service, r, l.Code(), folder, dashboard(mailing.Vendor{Slug: "example"}) != "")
	}
}

func readsWellIn(t *testing.T, service *mailing.Service, r *Renderer, code, folder string, known bool) {
	t.Helper()
	for _, k := range mailing.Kinds() {
		leads := slices.Contains(k.Variables(), "DashboardLink")
		if known && !leads {
			continue // it is the same
		}
		b, err := service.Preview(mailing.Vendor{
			Slug: "example", Name: "Example Vendor", SupportEmail: "help@example.com", Website: "https://www.example.com",
		}, r.Default(k, code))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.Text, "\n") {
			if utf8.RuneCountInString(line) > 78 || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: the line %q is too long, or ends in a blank", k, line)
			}
		}
		if strings.Contains(b.Text+b.HTML+b.Subject, "no value") || strings.Contains(b.Text, "\n\n\n") || !strings.Contains(b.HTML, "Example Vendor") {
			t.Errorf("%s:\n%s\n%s", k, b.Text, b.HTML)
		}
		if all := b.Text + b.HTML; !known && leads && (strings.Contains(all, "ashboard") || strings.Contains(all, "Sign in") || strings.Contains(all, "/portal/")) {
			t.Errorf("%s leads to a dashboard that is nowhere:\n%s\n%s", k, b.Text, b.HTML)
		}
		if p := r.Default(k, code); p.Language != code || !strings.Contains(b.HTML, `<html lang="`+code+`">`) {
			t.Errorf("there is no text of %s in %s", k, code)
		}
		in := code
		if code == english {
			in = ""
		}
		golden(t, filepath.Join("testdata", in, folder, string(k)+".txt"), "Subject: "+b.Subject+"\n\n"+b.Text)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what is sent (UPDATE_GOLDEN=1 writes it anew): %v\n%s", file, err, got)
	}
}

// What a vendor may write into a template, and what not.
func TestTemplatesAreRestricted(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	variables := mailing.Goodwill.Variables()
	for text, good := range map[string]bool{
		"plain":                    true,
		"{{.Product}} {{ .Used }}": true,
		"{{if .Until}}x{{else if .Device}}y{{else}}z{{end}}": true,
		"{{/* a comment */}}":                                true,
		"{{.LicenseKey}}":                                    false, // not of this kind
		"{{.Product.Name}}":                                  false,
		"{{.}}":                                              false,
		"{{printf \"%1000000d\" 1}}":                         false,
		"{{.Product | html}}":                                false,
		"{{len .Product}}":                                   false,
		"{{range .Product}}x{{end}}":                         false,
		"{{with .Product}}x{{end}}":                          false,
		"{{$x := .Product}}":                                 false,
		"{{define \"x\"}}x{{end}}":                           false,
		"{{template \"x\"}}":                                 false,
		"{{block \"x\" .}}x{{end}}":                          false,
		"{{if .Product}}":                                    false,
		"{{.Product":                                         false,
		"{{if eq .Product .Used}}x{{end}}":                   false,
		"{{if .Product}}{{.LicenseKey}}{{end}}":              false,
		"{{call .Product}}":                                  false,
		"{{if .Product}}a{{else}}{{.No}}{{end}}":             false,
	} {
		for name, p := range map[string]mailing.Template{
			"subject": {Subject: text, Text: "x", HTML: "x"}, "text": {Subject: "x", Text: text, HTML: "x"}, "html": {Subject: "x", Text: "x", HTML: text},
		} {
			wrong := r.Check(p, variables)
			if (len(wrong) == 0) != good || !good && wrong[0].Name != name {
				t.Errorf("%s %q: %v", name, text, wrong)
			}
		}
	}
	if wrong := r.Check(mailing.Template{Subject: "a\r\nBcc: x@example.com", Text: "x", HTML: "x"}, variables); len(wrong) == 0 {
		t.Error("a subject of two lines was taken")
	}
	if wrong := r.Check(mailing.Template{Subject: "x", Text: "x", HTML: `<a href="{{.Product}}`}, variables); len(wrong) == 0 {
		t.Error("HTML that ends within a tag was taken")
	}
}

// The attack: names that hold markup, links that are script, and headers.
func TestValuesStayValues(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	b, err := r.Render(mailing.Template{Subject: "New: {{.Product}}", Text: "{{.Product}}", HTML: `<p>{{.Product}}</p><a href="{{.DashboardLink}}">x</a>`}, mailing.Vendor{Name: "<b>V</b>"}, map[string]string{
		"Product": "<script>x</script>\r\nBcc: victim@example.com", "DashboardLink": "javascript:alert(1)", "Vendor": "<b>V</b>",
	}, mailing.Foot{Why: "<b>why</b>", Label: "Choose", Link: "https://x.example/stop?token=t"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.Subject, "\r\n") || b.Subject != "New: <script>x</script> Bcc: victim@example.com" {
		t.Errorf("%q", b.Subject)
	}
	if strings.Contains(b.HTML, "<script>") || strings.Contains(b.HTML, "javascript:") || strings.Contains(b.HTML, "<b>V") {
		t.Errorf("%s", b.HTML)
	}
	// The same on the wire: whatever the body says, the head has the lines that it must have.
	u, err := ParseURL("smtp://127.0.0.1:2525")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{URL: u, From: "licences@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	attack := "x\r\nBcc: victim@example.com\r\n\r\nhello"
	m, err := s.message(mailing.Outgoing{
		Vendor: attack, Body: mailing.Body{Subject: attack, Text: "x", HTML: "x"}, At: time.Unix(0, 0),
	}, "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	var wire bytes.Buffer
	if _, err := m.WriteTo(&wire); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(wire.String(), "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if strings.HasPrefix(strings.ToLower(line), "bcc") {
			t.Errorf("a header came in: %q", line)
		}
	}
	if _, err := s.message(mailing.Outgoing{}, "owner@example.com>\r\nRCPT TO:<victim@example.com"); err == nil {
		t.Error("an address of two lines was taken")
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"smtp://mail.example.com": true, "smtp://u:p@mail.example.com:587": true, "smtps://u:p@mail.example.com/": true,
		"": false, "mail.example.com": false, "http://mail.example.com": false, "smtp://": false, "smtp://x:99999": false, "smtp://x?y=z": false, "smtp://u:p%zz@x": false,
	} {
		_, err := ParseURL(text)
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "%zz") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

type noStore struct{ mailing.Store }

type noSealer struct{ mailing.Sealer }
