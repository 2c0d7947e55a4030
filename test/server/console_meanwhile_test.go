package server_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
)

// Forms whose fields are not of the record overwrite what they only show: the end of a
// licence, its edition, its customer, a customer's superior, the text of a mail. Whoever
// has one open while it changes is told, and so is whoever takes back what others have
// changed since.
func TestFormsThatOverwriteWhatTheyOnlyShow(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.OpenShop(t, servertest.Start(t, storage(t)))
			id, key := s.Issue(t, s.Edition, nil)
			s.Activate(t, key, "press-1", "")
			device := strings.TrimPrefix(s.Get(t, "/devices").Find(`main td a[href*="/devices/"]`).First().AttrOr("href", ""), s.Base)
			other := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Lind", "customer_number": "L-1"}, "id")
			s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Moss", "customer_number": "M-1"}, "id")
			for _, test := range []struct {
				at           string
				first, later url.Values // what one person sends, and the other
				told         string
			}{
				{"/licenses/" + id + "/extend", url.Values{"expires_at": {"2090-06-30"}}, url.Values{"expires_at": {"2089-01-01"}}, "Ends 30 Jun 2090"},
				{device + "/suspend", url.Values{"until": {"2090-06-30"}}, url.Values{"until": {"2089-01-01"}}, "Suspended 30 Jun 2090"},
				{"/licenses/" + id + "/move", url.Values{"edition_id": {s.Pro}}, url.Values{"edition_id": {s.Pro}}, "Edition Pro"},
				{
					"/licenses/" + id + "/hand-over",
					url.Values{"customer": {"L-1"}, "licensee_email": {"l@example.com"}},
					url.Values{"customer": {"M-1"}},
					"Customer Lind",
				},
				{"/customers/" + s.Customer + "/move", url.Values{"superior": {"L-1"}}, url.Values{"superior": {"M-1"}}, "Superior Lind"},
				{"/settings/mail/templates/used_up/en/reset", nil, nil, "Subject Mine"},
			} {
				opened := servertest.Filled(s.Get(t, test.at))
				saved := s.Fill(t, test.at, test.first)
				if template, resets := strings.CutSuffix(test.at, "/reset"); resets {
					saved = s.Fill(t, template, url.Values{"subject": {"Mine"}, "text": {"x"}, "html": {"x"}})
				}
				if saved.Status != 200 {
					t.Fatalf("%s: %d %s", test.at, saved.Status, saved.Text("main"))
				}
				maps.Copy(opened, test.later)
				late := s.Post(t, test.at, opened)
				if got := late.Text(".app-meanwhile tbody"); late.Status != 409 || !strings.Contains(spaced(late), test.told) {
					t.Errorf("%s, open meanwhile: %d %s: %s", test.at, late.Status, got, late.Text("main"))
				}
			}
			// Nobody has changed it since: it is taken back. Somebody has: they are asked.
			for _, changed := range []bool{false, true} {
				p := s.Fill(t, "/customers/"+other+"/move", url.Values{"superior": {"M-1"}})
				form, to := undo(p)
				if changed {
					s.Fill(t, "/customers/"+other+"/move", url.Values{"superior": {""}})
				}
				back := s.Post(t, strings.TrimPrefix(to, s.Base), form)
				if asked := back.Status == 409; asked != changed {
					t.Errorf("taken back, changed since %t: %d %s", changed, back.Status, back.Text("main"))
				}
			}
		})
	}
}

// spaced is what is told of changes, a field and its value by a blank.
func spaced(p *servertest.Page) string {
	var all []string
	p.Find(".app-meanwhile tbody td").Each(func(_ int, cell *goquery.Selection) { all = append(all, strings.TrimSpace(cell.Text())) })
	return strings.Join(all, " ")
}

// undo is the form of an undo on a page.
func undo(p *servertest.Page) (form url.Values, to string) {
	form = url.Values{}
	p.Find(".app-flash form input").Each(func(_ int, f *goquery.Selection) { form.Set(f.AttrOr("name", ""), f.AttrOr("value", "")) })
	return form, p.Find(".app-flash form").AttrOr("action", "")
}

// clerk is one of several people who edit the same records in the same month. A record
// is opened, left open for a while, changed in some fields, and sent.
type clerk struct {
	*servertest.Browser

	name string
	open map[string]*draft
}

// draft is a form that somebody has open.
type draft struct {
	form  url.Values
	began url.Values        // what it showed of the record
	typed map[string]string // what was typed since
}

// month is what three people do in a month, and the model of it.
type month struct {
	t       *testing.T
	r       *rand.Rand
	records map[string]map[string]string // by the form's address: what each field holds
	told    int
	saved   int
}

// Three people edit the same customer, licence, product and edition for a month, each
// with forms that stay open while the others save. What one of them saved is there until
// somebody sends a form that has shown it: nothing is undone without a word.
func TestAMonthOfThreePeopleAtTheSameRecords(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.OpenShop(t, servertest.Start(t, storage(t)))
			id, _ := s.Issue(t, s.Pro, nil)
			seed := uint64(20261128)
			m := &month{t: t, r: rand.New(rand.NewPCG(seed, 1)), records: map[string]map[string]string{}}
			member(t, s.Server, s.Browser, s.Vendor, "ada", staffMay()...)
			ada := s.Server.Browser(t, s.Vendor)
			ada.Post(t, "/sign-in", url.Values{"email": {"ada@example.com"}, "password": {"a long word of ada"}})
			clerks := []*clerk{{Browser: s.Browser, name: "Olive"}, {Browser: s.As(t, identity.AdminRole), name: "Adam"}, {Browser: ada, name: "Ada"}}
			for at, fields := range map[string][]string{
				"/customers/" + s.Customer + "/edit": {"company_name", "email"},
				"/licenses/" + id + "/change":        {"name", "token_limit", "expires_at", "freeride_days"},
				"/products/" + s.Product + "/edit":   {"description", "maximum_inactive_days"},
				"/editions/" + s.Pro + "/edit":       {"description", "trial_days"},
			} {
				m.records[at] = map[string]string{}
				now := servertest.Filled(s.Get(t, at))
				for _, field := range fields {
					m.records[at][field] = now.Get(field)
				}
			}
			for _, c := range clerks {
				c.open = map[string]*draft{}
			}
			for range 400 {
				m.step(clerks[m.r.IntN(len(clerks))])
			}
			if m.told < 20 || m.saved < 60 {
				t.Errorf("seed %d: only %d forms met another's change, %d were saved", seed, m.told, m.saved)
			}
		})
	}
}

// step opens a form, types into one, or sends one.
func (m *month) step(c *clerk) {
	m.t.Helper()
	all := sortedKeys(m.records)
	at := all[m.r.IntN(len(all))]
	d := c.open[at]
	if d == nil {
		form := servertest.Filled(c.Get(m.t, at))
		c.open[at] = &draft{form: form, began: maps.Clone(form), typed: map[string]string{}}
		return
	}
	if m.r.IntN(2) == 0 {
		fields := sortedKeys(m.records[at])
		field := fields[m.r.IntN(len(fields))]
		d.typed[field] = m.value(field)
		if field == "expires_at" {
			d.form.Set("expires_mode", "at")
		}
		d.form.Set(field, d.typed[field])
		return
	}
	m.send(c, at, d)
}

// value is something that a field can hold.
func (m *month) value(field string) string {
	n := m.r.IntN(900) + 100
	switch field {
	case "company_name", "name", "description":
		return fmt.Sprintf("Text %d", n)
	case "email":
		return fmt.Sprintf("m%d@example.com", n)
	case "expires_at":
		return fmt.Sprintf("2%d-06-30", n)
	}
	return fmt.Sprint(n)
}

// send sends a form, and expects of it what the model says.
func (m *month) send(c *clerk, at string, d *draft) {
	m.t.Helper()
	t, now := m.t, m.records[at]
	meets := map[string]bool{} // what others have changed since, and is not what was typed
	for field, value := range now {
		if value != d.began.Get(field) && value != d.form.Get(field) {
			meets[field] = true
		}
	}
	p := c.Post(t, at, d.form)
	if len(meets) > 0 {
		m.told++
		shown := servertest.Filled(p)
		if p.Status != 409 || p.Find(".app-meanwhile tbody tr").Length() < len(meets) {
			t.Fatalf("%s at %s: %d, not told of %v: %s", c.name, at, p.Status, sortedKeys(meets), p.Text("main"))
		}
		for field, value := range now {
			want := value
			if typed, ok := d.typed[field]; ok {
				want = typed
			}
			if shown.Get(field) != want {
				t.Fatalf("%s at %s: %s shows %q, not %q", c.name, at, field, shown.Get(field), want)
			}
		}
		// Now they know: the form that came back has shown all of it.
		d.form, d.began = shown, maps.Clone(shown)
		for field, value := range now {
			d.began.Set(field, value)
		}
		return
	}
	if p.Status == 409 && p.Find(".app-meanwhile").Length() > 0 {
		// Another field has changed that the model does not follow: how the end is reckoned.
		d.form, d.began = servertest.Filled(p), servertest.Filled(p)
		for field, value := range now {
			d.began.Set(field, value)
		}
		return
	}
	delete(c.open, at)
	if p.Status != 200 {
		t.Fatalf("%s at %s: %d %s", c.name, at, p.Status, p.Text("main .alert, .app-error"))
	}
	m.saved++
	for field := range now {
		now[field] = d.form.Get(field)
	}
	kept := servertest.Filled(c.Get(t, at))
	for field, value := range now {
		if kept.Get(field) != value {
			t.Fatalf("%s at %s: %s is %q after saving, not %q", c.name, at, field, kept.Get(field), value)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Two people save at the very same moment, over and over: one of them is told.
func TestTwoPeopleSaveAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.OpenShop(t, servertest.Start(t, storage(t)))
			id, _ := s.Issue(t, s.Edition, nil)
			both := []*servertest.Browser{s.Browser, s.As(t, identity.AdminRole)}
			for at, field := range map[string]string{
				"/customers/" + s.Customer + "/edit": "company_name", "/licenses/" + id + "/change": "name", "/products/" + s.Product + "/edit": "description",
				"/settings/vendor": "website", "/settings/mail/templates/test/en": "subject",
			} {
				for round := range 8 {
					forms := make([]url.Values, len(both))
					for i, b := range both {
						forms[i] = servertest.Filled(b.Get(t, at))
						forms[i].Set(field, fmt.Sprintf("https://example.com/%d-%d", round, i))
					}
					status := make([]int, len(both))
					var wait sync.WaitGroup
					for i, b := range both {
						wait.Go(func() { status[i] = b.Post(t, at, forms[i]).Status })
					}
					wait.Wait()
					if status[0] == status[1] || status[0]+status[1] != 200+409 {
						t.Errorf("%s: %v", at, status)
					}
				}
			}
		})
	}
}
