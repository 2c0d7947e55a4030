package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
)

// edited is one way to fill in a form that edits a record. More than one of a route
// fill in together all that its form can ask for.
type edited struct {
	route string // below the console
	at    string // its address; the route's own when empty
	api   string // address below the management API that shows the record; empty where none does
	item  string // which of a list it is there: field=value
	row   string // the record's row: a table, and which of it, as field=value

	// What is typed into each field. After " ; " stand what the API and the row have of
	// it, where that is not the same under the same name: "api path=value", "row
	// path=value", or "api -" for nothing.
	fields map[string]string
}

// field is what is expected of one field.
type field struct {
	name, typed     string
	apiPath, rowAt  string // empty where nothing shows it
	apiWant, rowHas string
	secret          bool // nothing shows it
}

// read reads the expectations of a form in the order of their names.
func (e edited) read() []field {
	all := make([]field, 0, len(e.fields))
	for _, name := range slices.Sorted(maps.Keys(e.fields)) {
		parts := strings.Split(e.fields[name], " ; ")
		f := field{name: name, typed: parts[0], apiPath: name, rowAt: name, apiWant: plainly(parts[0]), rowHas: plainly(parts[0])}
		for _, part := range parts[1:] {
			side, rest, _ := strings.Cut(part, " ")
			path, value, valued := strings.Cut(rest, "=")
			if path == "-" {
				path = ""
			}
			if side == "api" {
				if f.apiPath = path; valued {
					f.apiWant = value
				}
			} else if f.rowAt = path; valued {
				f.rowHas = value
			}
		}
		all = append(all, f)
	}
	return all
}

// plainly is a field's value in JSON and in rows.
func plainly(typed string) string {
	if typed == "on" {
		return "true"
	}
	return typed
}

// Every field of every form that edits a record: what is typed into it is what the form
// shows the next time, what the management API answers, and what the row holds. Taken
// back, it is as it was. And whoever has the form open meanwhile does not undo it without a word.
//
// The forms are found by the routes: a form is either filled in here, or it is told
// why it edits nothing.
func TestEveryFormKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openForms(t, servertest.Start(t, storage(t), func(c *server.Config) {
				c.AllowOutbound = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
			}))
			asked, typed := map[string]map[string]bool{}, map[string]map[string]bool{}
			for _, e := range w.edits() {
				names := w.roundTrip(e)
				if asked[e.route] == nil {
					asked[e.route], typed[e.route] = map[string]bool{}, map[string]bool{}
				}
				for _, name := range names {
					asked[e.route][name] = true
				}
				for name := range e.fields {
					typed[e.route][name] = true
				}
			}
			for route, names := range asked {
				for name := range names {
					if !typed[route][name] && !slices.Contains(makesRows(), name) {
						t.Errorf("%s: nothing is typed into %s: give it a value", route, name)
					}
				}
			}
			w.knowsAll(asked)
		})
	}
}

// formWalk is somebody at the console of a vendor that has one of everything.
type formWalk struct {
	*servertest.Shop

	t   *testing.T
	ids map[string]string // what stands for $name in addresses and fields
}

// knowsAll expects that each form of the console is edited here, or edits nothing.
func (w *formWalk) knowsAll(edited map[string]map[string]bool) {
	w.t.Helper()
	posts, reasons := map[string]bool{}, editsNothing()
	for _, r := range w.Server.Program.Routes() {
		if r.Surface.Name == "console" && r.Method == http.MethodPost && r.Public == "" {
			posts[r.Path] = true
		}
	}
	for _, r := range w.Server.Program.Routes() {
		route := strings.TrimPrefix(r.Path, "/console/{vendor}")
		if r.Surface.Name != "console" || r.Method != http.MethodGet || !posts[r.Path] {
			continue
		}
		reason, told := reasons[route]
		delete(reasons, route)
		if edits := edited[route] != nil; edits == told {
			w.t.Errorf("%s: a form is filled in (%t) or edits nothing, for a reason (%q)", route, edits, reason)
		}
	}
	for route := range reasons {
		w.t.Errorf("%s is no form any more", route)
	}
}

func (w *formWalk) expand(text string) string {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(w.ids))) {
		text = strings.ReplaceAll(text, "$"+name, w.ids[name])
	}
	return text
}

// roundTrip fills a form in, and gives the names of all that it asks for.
func (w *formWalk) roundTrip(e edited) []string {
	w.t.Helper()
	t, at := w.t, w.expand(e.at)
	if at == "" {
		at = e.route
	}
	first := w.Get(t, at)
	names := fieldNames(first)
	if first.Status != 200 || first.Find("form.app-form input[name=seen]").AttrOr("value", "") == "" {
		t.Errorf("%s: %d, its form does not tell what it began with: make it with web.Edit", at, first.Status)
		return names
	}
	began := servertest.Filled(first)
	form := maps.Clone(began)
	expected := e.read()
	for i := range expected {
		f := &expected[i]
		f.name, f.typed, f.apiPath, f.apiWant = w.expand(f.name), w.expand(f.typed), w.expand(f.apiPath), w.expand(f.apiWant)
		f.rowAt, f.rowHas = w.expand(f.rowAt), w.expand(f.rowHas)
		if first.Find(`input[type=checkbox][name="`+f.name+`"]`).Length() > 0 && f.typed == "" {
			f.apiWant, f.rowHas = "false", "false"
		}
		if !slices.Contains(names, f.name) {
			t.Errorf("%s does not ask for %s", at, f.name)
		}
		if first.Find(`input[type=password][name="`+f.name+`"]`).Length() > 0 {
			began.Set(f.name, f.typed) // whoever sends the form gives it, and no page shows it
			form.Set(f.name, f.typed)
			f.typed, f.secret = "", true
			continue
		}
		if strings.Join(began[f.name], ",") == f.typed {
			t.Errorf("%s: %s is %q already: type a value of its own", at, f.name, f.typed)
		}
		form[f.name] = strings.Split(f.typed, ",")
		if first.Find(`textarea[name="`+f.name+`"], input[type=text][name="`+f.name+`"]`).Length() > 0 {
			form[f.name] = []string{f.typed}
		}
		if f.typed == "" {
			form.Set(f.name, "")
		}
	}
	w.sent(e, at, "filled in", w.Post(t, at, form))
	w.holds(e, at, expected)
	w.unmoved(e, at, began, expected)

	// Back to what it was; of the page this is enough: the same code shows both.
	back := maps.Clone(began)
	back["seen"] = servertest.Filled(w.Get(t, at))["seen"]
	w.sent(e, at, "taken back", w.Post(t, at, back))
	now := servertest.Filled(w.Get(t, at))
	for _, name := range names {
		if got, want := strings.Join(now[name], ","), strings.Join(began[name], ","); got != want && first.Find(`[type=password][name="`+name+`"]`).Length() == 0 {
			t.Errorf("%s, taken back: %s is %q, and was %q", at, name, got, want)
		}
	}
	return generic(names, w.ids)
}

// sent expects that a form was taken, and follows a vendor that has moved.
func (w *formWalk) sent(e edited, at, what string, p *servertest.Page) {
	w.t.Helper()
	if rest, moved := strings.CutPrefix(p.Path, "/console/"); moved {
		slug, _, _ := strings.Cut(rest, "/")
		w.Base = "/console/" + slug
	}
	// Where the zone is another one, last days follow before it can be changed again.
	if _, err := w.Server.Program.Rooms().Vendors.FinishZoneMoves(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if p.Status != 200 || p.Find(".app-error, form .alert-red").Length() > 0 {
		w.t.Errorf("%s (%s), %s: %d %s", at, e.route, what, p.Status, p.Text("main .alert, .app-error, .app-meanwhile"))
	}
}

// holds expects the page, the API and the row to hold what was typed.
func (w *formWalk) holds(e edited, at string, expected []field) {
	w.t.Helper()
	t := w.t
	page, api, row := servertest.Filled(w.Get(t, at)), w.shownByAPI(e), w.row(e)
	for _, f := range expected {
		if got := strings.Join(page[f.name], ","); got != f.typed {
			t.Errorf("%s: %s comes back as %q, not %q", at, f.name, got, f.typed)
		}
		if got := api[f.apiPath]; e.api != "" && f.apiPath != "" && got != f.apiWant {
			t.Errorf("%s: the API's %s is %q, not %q", at, f.apiPath, got, f.apiWant)
		}
		if got, found := find(row, f.rowAt); e.row != "" && f.rowAt != "" && (!found || got != f.rowHas && asNumber(f.rowHas) != got) {
			t.Errorf("%s: the row's %s is %q (%t), not %q", at, f.rowAt, got, found, f.rowHas)
		}
	}
}

// unmoved sends the form as somebody else still has it open: nothing of what was saved
// goes, and they are told of each field.
func (w *formWalk) unmoved(e edited, at string, began url.Values, expected []field) {
	w.t.Helper()
	t := w.t
	p := w.Post(t, at, began)
	rows := p.Find(".app-meanwhile tbody tr").Length()
	changed := len(slices.DeleteFunc(slices.Clone(expected), func(f field) bool { return f.secret }))
	if p.Status != 409 || rows < changed {
		t.Errorf("%s, from a form that somebody else had open: %d, %d fields of %d are told of: %s", at, p.Status, rows, changed, p.Text("main .alert, .app-error"))
	}
	for _, f := range expected {
		if got := strings.Join(servertest.Filled(p)[f.name], ","); got != f.typed {
			t.Errorf("%s, shown to who had it open: %s is %q, not %q", at, f.name, got, f.typed)
		}
	}
	w.holds(e, at, expected)
}

// shownByAPI is what the API answers of a record, by paths.
func (w *formWalk) shownByAPI(e edited) map[string]string {
	w.t.Helper()
	if e.api == "" {
		return nil
	}
	a := w.Server.Do(w.t, "GET", "/api/v1"+w.expand(e.api), nil, "Authorization", "Bearer "+w.Vendor.AdminKey)
	if a.Status != 200 {
		w.t.Fatalf("%s: %d %s", e.api, a.Status, a.Body)
	}
	return flat(w.t, a.Body, w.expand(e.item))
}

// flat gives the values of JSON by their paths; of a list, those of one item.
func flat(t *testing.T, body []byte, item string) map[string]string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	if name, want, one := strings.Cut(item, "="); one {
		items, _ := value.(map[string]any)["items"].([]any)
		i := slices.IndexFunc(items, func(v any) bool { return fmt.Sprint(v.(map[string]any)[name]) == want })
		if i < 0 {
			t.Fatalf("there is no %s in %s", item, body)
		}
		value = items[i]
	}
	out := map[string]string{}
	spread("", value, out)
	return out
}

func spread(path string, value any, out map[string]string) {
	under := strings.TrimPrefix(path+".", ".")
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			spread(under+name, inner, out)
		}
	case []any:
		texts := make([]string, len(v))
		for i, inner := range v {
			texts[i] = fmt.Sprint(inner)
			spread(under+fmt.Sprint(i), inner, out)
		}
		out[path] = strings.Join(texts, ",")
	case nil:
		out[path] = ""
	default:
		out[path] = fmt.Sprint(v)
	}
}

// row is the record's row, with what its JSON holds by paths.
func (w *formWalk) row(e edited) map[string]string {
	w.t.Helper()
	if e.row == "" {
		return nil
	}
	table, which, _ := strings.Cut(w.expand(e.row), " ")
	column, value, _ := strings.Cut(which, "=")
	var key any = value
	if id, err := ident.ParseUUID(value); err == nil {
		key = id
	}
	rows, err := w.Server.Program.Rooms().DB.Query(w.t.Context(), "SELECT * FROM "+table+" WHERE "+column+" = $1", key) //nolint:unqueryvet // of the tests' own
	if err != nil {
		w.t.Fatal(err)
	}
	return oneRow(w.t, rows)
}

func oneRow(t *testing.T, rows store.Rows) map[string]string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil || !rows.Next() {
		t.Fatalf("no row: %v", err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for i, name := range columns {
		text := fmt.Sprint(values[i])
		switch v := values[i].(type) {
		case nil:
			text = ""
		case []byte:
			text = string(v)
		}
		out[name] = text
		if json.Valid([]byte(text)) && strings.ContainsAny(text[:min(1, len(text))], "{[") {
			for path, inner := range flat(t, []byte(text), "") {
				out[strings.TrimSuffix(name+"."+path, ".")] = inner
			}
		}
	}
	return out
}

// asNumber is how a column keeps what is true or false.
func asNumber(text string) string {
	return map[string]string{"true": "1", "false": "0"}[text]
}

// find gives a value by its path or by the end of it.
func find(row map[string]string, path string) (value string, found bool) {
	if value, found = row[path]; found {
		return value, true
	}
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if strings.HasSuffix(name, "."+path) {
			return row[name], true
		}
	}
	return "", false
}

// fieldNames are the names of all that a form asks for. No form shows again which file
// was sent: those have tests of their own.
func fieldNames(p *servertest.Page) []string {
	var names []string
	p.Find("form.app-form").Find("input, select, textarea").Each(func(_ int, f *goquery.Selection) {
		name, kind := f.AttrOr("name", ""), f.AttrOr("type", "")
		if _, fixed := f.Attr("readonly"); kind != "hidden" && kind != "file" && !fixed && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// generic writes names with ids in them as the table has them.
func generic(names []string, ids map[string]string) []string {
	all := slices.Clone(names)
	for i := range all {
		for name, id := range ids {
			all[i] = strings.ReplaceAll(all[i], id, "$"+name)
		}
	}
	return all
}
