package web_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/audit"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// thing is a record that several people edit through one form.
type thing struct {
	name, size, note string
	big              bool
	tags             []string
	place            string // is shown only
}

// desk is a face with the form of one thing.
type desk struct {
	stage

	t     *testing.T
	at    thing
	saved int
	moved int // how often somebody else is at the thing in the same moment
	edge  *edge.Edge
}

func (d *desk) Stand(context.Context, ident.VendorID, ...audit.Thing) (audit.Standing, error) {
	return audit.Standing{}, nil
}

func (d *desk) Moved(tx.Tx, ident.VendorID, audit.Standing) (bool, error) {
	if d.moved == 0 {
		return false, nil
	}
	d.moved--
	return true, nil
}

func (d *desk) LastChange(context.Context, ident.VendorID, audit.Thing) (who, actor string, at time.Time, err error) {
	return "anna@example.com", "", time.Now(), nil
}

func openDesk(t *testing.T, at thing) *desk {
	t.Helper()
	d := &desk{t: t, at: at}
	assets, err := web.NewAssets()
	if err != nil {
		t.Fatal(err)
	}
	ids := ident.Source{Clock: ident.SystemClock{}, Rand: rand.Reader}
	face, err := web.NewFace(web.Config{
		Name: "stage", Assets: assets, Sessions: d, Vendors: d, Changes: edge.Changes{Runner: d, Log: d}, Clock: ident.SystemClock{}, IDs: ids, Log: d,
		Nav: func(identity.Principal, string, func(string) bool) []web.NavGroup { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.edge, err = edge.New(edge.Config{IDs: ids, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if err := d.edge.Mount(web.Edit(face, "/thing", web.Access{Public: "a test"}, "form.html", web.OfAll("thing"), d.show, d.save)...); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) show(q *web.Request, form *web.Form) (*web.FormPage, error) {
	big := ""
	if d.at.big {
		big = "on"
	}
	form.Watch("Place", d.at.place)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "name", Label: "Name", Value: d.at.name},
		{Name: "size", Label: "Size", Kind: web.SelectField, Value: d.at.size, Options: []web.Option{{Value: "s", Label: "Small"}, {Value: "l", Label: "Large"}}},
		{Name: "note", Label: "Note", Kind: web.AreaField, Value: d.at.note},
		{Name: "big", Label: "Big", Kind: web.CheckField, Value: big},
		{Name: "until", Label: "Until", Value: time.Now().String(), Fresh: true},
		{Name: "tags", Label: "Tags", Kind: web.ChecksField, Values: d.at.tags, Options: []web.Option{{Value: "a", Label: "Apple"}, {Value: "b", Label: "Bean"}, {Value: "c", Label: "Corn"}}},
	}})
	return &web.FormPage{Page: q.Page("The thing"), Form: form}, nil
}

func (d *desk) save(_ tx.Tx, _ *web.Request, v web.Values) (web.Done, error) {
	v.Check(v.Text("name") != "bad", "name", "must not be bad")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	d.saved++
	d.at = thing{v.Text("name"), v.Text("size"), v.Text("note"), v.Flag("big"), v.Values["tags"], d.at.place}
	return web.Done{To: "/"}, nil
}

// ask opens the form, and gives it as a browser would send it.
func (d *desk) ask() url.Values {
	_, page := d.do(http.MethodGet, nil)
	return filled(page)
}

func filled(page *goquery.Document) url.Values {
	v := url.Values{}
	page.Find("form.app-form input, form.app-form select, form.app-form textarea").Each(func(_ int, f *goquery.Selection) {
		name, value := f.AttrOr("name", ""), f.AttrOr("value", "")
		switch f.AttrOr("type", f.Nodes[0].Data) {
		case "checkbox":
			if _, on := f.Attr("checked"); !on {
				return
			}
		case "select":
			value = f.Find("[selected]").AttrOr("value", "s")
		case "textarea":
			value = strings.ReplaceAll(f.Text(), "\n", "\r\n")
		}
		v.Add(name, value)
	})
	return v
}

func (d *desk) do(method string, form url.Values) (int, *goquery.Document) {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, "/stage/sample/thing", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.edge.ServeHTTP(w, r)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		d.t.Fatal(err)
	}
	return w.Code, page
}

func told(page *goquery.Document) (all []string) {
	page.Find(".app-meanwhile tbody tr").Each(func(_ int, row *goquery.Selection) {
		all = append(all, strings.Join(strings.Fields(strings.Join(row.Find("td").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), " | ")), " "))
	})
	return all
}

// What somebody else has changed since the form was shown is not undone without a word.
func TestAnEditTellsWhatOthersChangedMeanwhile(t *testing.T) {
	t.Parallel()
	const mine, same = "yours; saving puts it in place of theirs", "The same"
	began := thing{"First", "s", "one\ntwo", false, []string{"a"}, "here"}
	for name, test := range map[string]struct {
		others func(at *thing)
		typed  url.Values
		told   []string
		holds  map[string]string // in the form that comes back
	}{
		"another field": {
			func(at *thing) { at.size, at.note = "l", "three\nfour" },
			url.Values{"name": {"Mine"}},
			[]string{"Size | Large | " + same, "Note | “three…”three four | " + same},
			map[string]string{"name": "Mine", "size": "l", "note": "three\r\nfour"},
		},
		"the same field": {
			func(at *thing) { at.name = "Theirs" },
			url.Values{"name": {"Mine"}},
			[]string{"Name | Theirs | Mine" + mine},
			map[string]string{"name": "Mine"},
		},
		"to nothing": {
			func(at *thing) { at.name, at.note = "", "" },
			url.Values{"note": {"My note"}},
			[]string{"Name | Empty | " + same, "Note | Empty | My note" + mine},
			map[string]string{"name": "", "note": "My note"},
		},
		"a tick": {
			func(at *thing) { at.big, at.tags = true, []string{"b"} },
			url.Values{"tags": {"a", "c"}},
			[]string{"Big | Ticked | " + same, "Apple | Not ticked | " + same, "Bean | Ticked | " + same},
			map[string]string{"big": "on", "tags": "b c"},
		},
		"what the form only shows": {func(at *thing) { at.place = "there" }, url.Values{"name": {"Mine"}}, []string{"Place | there | " + same}, map[string]string{"name": "Mine"}},
	} {
		d := openDesk(t, began)
		form := d.ask()
		test.others(&d.at)
		now := d.at
		maps.Copy(form, test.typed)
		status, page := d.do(http.MethodPost, form)
		if got := told(page); status != 409 || d.saved != 0 || strings.Join(got, "\n") != strings.Join(test.told, "\n") {
			t.Errorf("%s: %d, saved %d times, tells\n%s\nnot\n%s", name, status, d.saved, strings.Join(got, "\n"), strings.Join(test.told, "\n"))
		}
		if said := page.Find(".alert").Text(); !strings.Contains(said, "nothing is saved yet") || !strings.Contains(said, "anna@example.com has changed this") {
			t.Errorf("%s: it says %s", name, said)
		}
		again := filled(page)
		for field, want := range test.holds {
			if got := strings.Join(again[field], " "); got != want {
				t.Errorf("%s: %s holds %q, not %q", name, field, got, want)
			}
		}
		// Whoever has read it can save it; and is told anew when more has changed.
		d.at.place = "elsewhere"
		if status, page := d.do(http.MethodPost, again); status != 409 || len(told(page)) != 1 {
			t.Errorf("%s, changed once more: %d %v", name, status, told(page))
		} else if status, _ := d.do(http.MethodPost, filled(page)); status != 303 || d.saved != 1 {
			t.Errorf("%s, sent again: %d, from %+v to %+v", name, status, now, d.at)
		}
	}
}

// An edit that meets nobody else's is saved at once, also when both changed the same.
func TestAnEditThatMeetsNobodys(t *testing.T) {
	t.Parallel()
	d := openDesk(t, thing{name: "  First ", note: "one\r\ntwo\n", tags: []string{"a"}})
	for range 2 { // it was only looked at
		if status, page := d.do(http.MethodPost, d.ask()); status != 303 {
			t.Errorf("as it was: %d %v", status, told(page))
		}
	}
	form := d.ask()
	form.Set("name", "Second")
	d.at.name = "Second"
	if status, page := d.do(http.MethodPost, form); status != 303 {
		t.Errorf("the same change: %d %v", status, told(page))
	}
	// Somebody who changes it at this very moment is looked at again.
	d.moved, d.saved = 3, 0
	if status, _ := d.do(http.MethodPost, d.ask()); status != 303 || d.saved != 4 {
		t.Errorf("others at the same moment: %d, tried %d times", status, d.saved)
	}
	d.moved = 1000
	if status, page := d.do(http.MethodPost, d.ask()); status != 409 || !strings.Contains(page.Find(".alert").Text(), "Send it again") {
		t.Errorf("others without end: %d %s", status, page.Find(".alert").Text())
	}
}

// What a select holds it offers, whatever its list has become: a form that is only
// looked at changes nothing.
func TestASelectOffersWhatItHolds(t *testing.T) {
	t.Parallel()
	d := openDesk(t, thing{name: "First", size: "xl"})
	if status, page := d.do(http.MethodPost, d.ask()); status != 303 || d.at.size != "xl" {
		t.Errorf("%d, it holds %q: %v", status, d.at.size, told(page))
	}
}

// A form that was refused for something else still knows what it began with.
func TestARefusedEditStillKnowsWhatItBeganWith(t *testing.T) {
	t.Parallel()
	d := openDesk(t, thing{name: "First", size: "s"})
	form := d.ask()
	form.Set("name", "bad")
	status, page := d.do(http.MethodPost, form)
	if status != 400 {
		t.Fatalf("a wrong name: %d", status)
	}
	form = filled(page)
	form.Set("name", "good")
	d.at.size = "l"
	if status, page := d.do(http.MethodPost, form); status != 409 || len(told(page)) != 1 {
		t.Errorf("changed while it was corrected: %d %v", status, told(page))
	}
	for _, seen := range []string{"", "nonsense", "AAAA"} {
		form.Set("seen", seen)
		form.Set("size", "s")
		if status, page := d.do(http.MethodPost, form); status != 409 || !strings.Contains(page.Find(".alert").Text(), "does not tell what it began with") {
			t.Errorf("a form that began with %q: %d %s", seen, status, page.Find(".alert").Text())
		}
	}
}
