package servertest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Says expects a page with all of these in the text of a selector.
func Says(t *testing.T, p *Page, selector string, all ...string) {
	t.Helper()
	text := p.Text(selector)
	for _, want := range all {
		if p.Status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d, without %q in %s: %s", p.Path, p.Status, want, selector, text)
		}
	}
}

// Refuses expects a form that comes back with a message beside a field.
func Refuses(t *testing.T, p *Page, field, message string) {
	t.Helper()
	at := "#" + field + "-error"
	if field == "" {
		at = ".alert"
	}
	if p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Text(at), message) {
		t.Errorf("%s: %d, %s says %q, and not %q", p.Path, p.Status, field, p.Text(at), message)
	}
}

// Expects wants texts in a page's parts: selector, text, selector, text.
func Expects(t *testing.T, p *Page, pairs ...string) {
	t.Helper()
	if p.Status != 200 {
		t.Errorf("%s: %d", p.Path, p.Status)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if got := p.Text(pairs[i]); !strings.Contains(got, pairs[i+1]) {
			t.Errorf("%s: %s says %.300q, not %q", p.Path, pairs[i], got, pairs[i+1])
		}
	}
}

// Shows opens a page until it shows what must come of something under way.
func Shows(t *testing.T, b *Browser, path string, shown func(p *Page) bool) *Page {
	t.Helper()
	for t.Context().Err() == nil {
		if p := b.Get(t, path); shown(p) {
			return p
		}
	}
	t.Fatalf("%s never shows it", path)
	return nil
}

// Filled is a form as the page shows it, as a browser would send it.
func Filled(p *Page) url.Values {
	v := url.Values{}
	for _, field := range p.Find("form.app-form input, form.app-form select, form.app-form textarea").EachIter() {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		switch field.AttrOr("type", field.Nodes[0].Data) {
		case "checkbox", "radio":
			if _, on := field.Attr("checked"); !on {
				continue
			}
		case "select":
			value = field.Find("option[selected]").AttrOr("value", field.Find("option").First().AttrOr("value", ""))
		case "textarea":
			value = field.Text()
		}
		v.Add(name, value)
	}
	return v
}

// Fill opens a form and sends it with these values, all else as it stands; a field
// without values is left out.
func (b *Browser) Fill(tb testing.TB, path string, values url.Values) *Page {
	tb.Helper()
	form := Filled(b.Get(tb, path))
	for name, given := range values {
		if name == "seen" {
			continue // what an older page began with
		}
		form[name] = given
		if len(given) == 0 {
			form.Del(name)
		}
	}
	to, _, _ := strings.Cut(path, "?")
	return b.Post(tb, to, form)
}

// Press sends the form that has a button with exactly this label, with these values and
// all else as it stands.
func (b *Browser) Press(tb testing.TB, p *Page, label string, values url.Values) *Page {
	tb.Helper()
	form := p.Find("form").FilterFunction(func(_ int, f *goquery.Selection) bool {
		return f.Find("button").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return strings.TrimSpace(s.Text()) == label
		}).Length() > 0
	}).First()
	if form.Length() == 0 {
		tb.Fatalf("%s has no button %q: %s", p.Path, label, p.Text("main"))
	}
	v := url.Values{}
	for _, field := range form.Find("input").EachIter() {
		if kind := field.AttrOr("type", ""); kind != "checkbox" && kind != "radio" {
			v.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
		}
	}
	for name, given := range values {
		v[name] = given
	}
	to := form.AttrOr("action", "")
	if to == "" || to[0] == '?' {
		here, _, _ := strings.Cut(p.Path, "?")
		to = here + to
	}
	return b.Post(tb, strings.TrimPrefix(to, b.Base), v)
}

// Click follows the link with exactly this label.
func (b *Browser) Click(tb testing.TB, p *Page, label string) *Page {
	tb.Helper()
	link := p.Find("a").FilterFunction(func(_ int, a *goquery.Selection) bool { return strings.TrimSpace(a.Text()) == label }).First()
	to, is := link.Attr("href")
	if !is {
		tb.Fatalf("%s has no link %q: %s", p.Path, label, p.Text("main"))
	}
	return b.Get(tb, strings.TrimPrefix(to, b.Base))
}
