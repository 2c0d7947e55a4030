package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/language"
	"chancery/internal/listing"
)

// Cell is what one place of a table holds. Of the kinds of content, one is given.
type Cell struct {
	Text  string
	Href  string // where it leads
	Sub   string // a second, quieter line
	Mono  bool   // keys and numbers that are read letter by letter
	Copy  string // what a button beside it copies
	Badge *Badge
	Bar   *Bar
	When  time.Time // relative; the exact instant on hover
	At    time.Time // to the minute
	Day   time.Time // the day of an instant
	Flag  string    // two-letter country code, shown before the text
	Quiet bool      // of less weight
	Whole bool      // never broken into lines

	FirstDay time.Time // a beginning: a first day of the vendor's, or an instant
	LastDay  time.Time // an exclusive end: a last day of the vendor's, or an instant

	Differs []Difference // below the rest: what a change changed
	Links   []Link       // what can be done here, side by side
}

// Difference is one thing that a change changed.
type Difference struct {
	Name, Before, After string

	Only bool // there is no other side: the thing began or ended
}

// Column is one column of a table of R.
type Column[R any] struct {
	Name  string // in addresses and in the column picker
	Label string
	Sort  string // the list's sort that it offers; empty for none
	Extra bool   // only shown when picked
	End   bool   // numbers stand at the end
	Act   bool   // links that do something: always shown, in no file
	Roomy bool   // keeps room for some words side by side: names that others make way for
	Cell  func(row R) Cell
	Plain func(row R) string // for CSV, where the cell's text is not enough

	Heading string // in CSV, where imports know the column by another name than Label
}

// FilterKind is how a filter is chosen.
type FilterKind string

// The kinds of filter.
const (
	SearchFilter FilterKind = "search"
	NumberFilter FilterKind = "number"
	ChoiceFilter FilterKind = "choice"
	DateFilter   FilterKind = "date"
)

// Filter narrows a list. What is chosen stands in the address.
type Filter struct {
	Name    string
	Label   string
	Kind    FilterKind
	Hint    string   // placeholder of a search
	Options []Option // of a choice; "all" comes first by itself
	Value   string   // what is chosen, set by the table
}

// Bulk is something to do with all ticked rows: a POST with one "id" for each.
type Bulk struct {
	Label  string
	Action string // address
	Icon   string
	Danger bool
	Value  string // sent as "page" by this button
	Asks   bool   // its address asks before it does it: see Form.Look and Form.Ticked
}

// Table declares a list of R: what it shows, offers and reads.
type Table[R any] struct {
	Name    string // of the file that it exports: "licences"
	Columns []Column[R]
	Filters []Filter
	Sorts   []string // sorts[0] is the default; "-created_at" for descending
	Empty   Empty    // when there is nothing at all
	Limit   int      // rows a page; 0 for listing.DefaultLimit
	Keep    []string // parameters of the address that say what the list is of: they stay when filters are cleared
	ID      func(row R) string
	Ticked  func(row R) bool // rows that are ticked from the start; nil for none
	Bulk    []Bulk
	Top     bool // cells of several lines stand at the top of their row
	Rows    func(q *Request, r listing.Request) (listing.Page[R], error)
}

// List is one page of a table as templates show it.
type List struct {
	Heads    []Head
	Rows     []Row
	Filters  []Filter
	Bulk     []Bulk
	Top      bool // cells stand at the top of their row
	Narrowed bool // a filter is set
	Clear    string
	Next     string // address of the next page; empty on the last
	CSV      string
	Picks    []Pick // the columns that can be picked
	Kept     []Kept // parameters that the filter form carries along
	Carried  []Kept // what is sent with the ticked rows
	Empty    Empty
	Wrong    *Notice
}

// Head is the head of a column.
type Head struct {
	Label string
	Sort  string // address that sorts by it; empty for none
	Dir   string // "ascending", "descending" when sorted by it
	End   bool
	Act   bool // its word is for those who listen
}

// Row is one row: its cells, and its id for ticking.
type Row struct {
	ID     string
	Ticked bool
	Cells  []ShownCell
}

// ShownCell is a cell with its column's label, for narrow screens.
type ShownCell struct {
	Cell

	Label string
	End   bool
	Act   bool
	Roomy bool
	Time  Moment // of what the cell has of it
}

// Pick is a column in the column picker.
type Pick struct {
	Name  string
	Label string
	On    bool
}

// Kept is a parameter of the address.
type Kept struct{ Name, Value string }

// View reads the page that the request asks for. A wrong filter or cursor shows
// as a message in the list.
func (t Table[R]) View(q *Request, p *Page) (List, error) {
	address := q.R.URL.Query()
	columns := t.chosen(address)
	l := List{Empty: t.Empty, Bulk: t.Bulk, Top: t.Top, Filters: slices.Clone(t.Filters)}
	for i := range l.Filters {
		l.Filters[i].Value = entry.Line(address.Get(l.Filters[i].Name))
		l.Narrowed = l.Narrowed || l.Filters[i].Value != ""
	}
	l.Clear = q.R.URL.Path
	if kept := kept(address, t.Keep); len(kept) > 0 {
		l.Clear += "?" + kept.Encode()
	}
	for _, c := range slices.DeleteFunc(slices.Clone(t.Columns), Column[R].acts) {
		l.Picks = append(l.Picks, Pick{Name: c.Name, Label: c.Label, On: slices.ContainsFunc(columns, func(d Column[R]) bool { return d.Name == c.Name })})
	}
	for _, name := range append([]string{"sort", "cols"}, t.Keep...) {
		if value := address.Get(name); value != "" {
			l.Kept = append(l.Kept, Kept{name, value})
		}
	}
	if len(t.Bulk) > 0 {
		l.Carried = append(l.Carried, Kept{BackName, strings.TrimPrefix(q.R.URL.RequestURI(), q.Base)})
		for _, k := range t.Keep {
			if value := address.Get(k); value != "" {
				l.Carried = append(l.Carried, Kept{k, value})
			}
		}
	}
	l.CSV = with(q.R.URL, "format", "csv", "cursor", "")
	sort := address.Get("sort")
	if sort == "" && len(t.Sorts) > 0 {
		sort = t.Sorts[0]
	}
	l.Heads = t.heads(q.R.URL, columns, sort)
	r, err := listing.Parse(t.Limit, address.Get("sort"), address.Get("cursor"), t.Sorts...)
	var found listing.Page[R]
	if err == nil {
		found, err = t.Rows(q, r)
	}
	if err != nil {
		if !showable(err) {
			return List{}, err
		}
		l.Wrong = refusal(q.Language(), err)
		return l, nil
	}
	for _, row := range found.Items {
		l.Rows = append(l.Rows, t.row(p, columns, row))
	}
	if found.Next != "" {
		l.Next = with(q.R.URL, "cursor", found.Next)
	}
	return l, nil
}

// BackName is what sends along, with the rows that were ticked in a list, where that
// list is below the face.
const BackName = "back"

// Of is a list of these rows, on a page that reads them itself: without filters and pages.
func (t Table[R]) Of(q *Request, p *Page, rows []R) List {
	columns := t.chosen(url.Values{})
	l := List{Empty: t.Empty, Bulk: t.Bulk, Top: t.Top, Heads: t.heads(q.R.URL, columns, "")}
	for _, row := range rows {
		l.Rows = append(l.Rows, t.row(p, columns, row))
	}
	return l
}

// Records is a short table on a thing's page, and where all of it stands.
type Records struct {
	Title string
	List  List
	All   *Link // nil for nowhere
}

func refusal(l *language.Language, err error) *Notice {
	e := fault.As(err)
	n := &Notice{Tone: Bad}
	n.Title, n.Text = l.Fault(e.Code, e.Message, e.Help)
	if len(e.Fields) > 0 {
		n.Title, n.Text = l.T("Something in the list's address is wrong."), l.T("Choose anew what to show:")
	}
	n.Text += named(l, e.Fields)
	return n
}

// named tells what is wrong with fields where there is no place beside them.
func named(l *language.Language, fields []fault.Field) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, " %s %s.", l.Said(spoken(f.Name)), l.Said(f.Message))
	}
	return b.String()
}

// chosen are the columns to show: those picked, or those not extra.
func (t Table[R]) chosen(address url.Values) []Column[R] {
	picked := address["cols"]
	if len(picked) == 1 {
		picked = strings.Split(picked[0], ",")
	}
	var shown []Column[R]
	for _, c := range t.Columns {
		if c.Act || len(picked) == 0 && !c.Extra || slices.Contains(picked, c.Name) {
			shown = append(shown, c)
		}
	}
	if !slices.ContainsFunc(shown, func(c Column[R]) bool { return !c.Act }) {
		return t.Columns
	}
	return shown
}

func (c Column[R]) acts() bool { return c.Act }

func (t Table[R]) heads(u *url.URL, columns []Column[R], sort string) []Head {
	heads := make([]Head, len(columns))
	for i, c := range columns {
		heads[i] = Head{Label: c.Label, End: c.End, Act: c.Act}
		if c.Sort == "" {
			continue
		}
		to := c.Sort
		switch sort {
		case c.Sort:
			heads[i].Dir, to = "ascending", "-"+c.Sort
		case "-" + c.Sort:
			heads[i].Dir = "descending"
		default:
			if slices.Contains(t.Sorts, "-"+c.Sort) {
				to = "-" + c.Sort
			}
		}
		heads[i].Sort = with(u, "sort", to, "cursor", "")
	}
	return heads
}

func (t Table[R]) row(p *Page, columns []Column[R], row R) Row {
	out := Row{Cells: make([]ShownCell, len(columns))}
	if t.ID != nil {
		out.ID = t.ID(row)
	}
	out.Ticked = t.Ticked != nil && t.Ticked(row)
	for i, c := range columns {
		out.Cells[i] = p.Cell(c.Cell(row))
		out.Cells[i].Label, out.Cells[i].End, out.Cells[i].Act, out.Cells[i].Roomy = c.Label, c.End, c.Act, c.Roomy
	}
	return out
}

// Cell prepares a cell for showing.
func (p *Page) Cell(c Cell) ShownCell {
	if p.request != nil {
		if c.Href != "" && !p.request.MayOpen(c.Href) {
			c.Href = ""
		}
		c.Links = p.request.openable(c.Links)
	}
	s := ShownCell{Cell: c}
	switch {
	case !c.When.IsZero():
		s.Time = p.Ago(c.When)
	case !c.At.IsZero():
		s.Time = p.At(c.At)
	case !c.Day.IsZero():
		s.Time = p.Day(c.Day)
	case !c.FirstDay.IsZero():
		s.Time = p.FirstDay(c.FirstDay)
	case !c.LastDay.IsZero():
		s.Time = p.LastDay(c.LastDay)
	}
	return s
}

// kept are those parameters of an address that are set.
func kept(address url.Values, names []string) url.Values {
	v := url.Values{}
	for _, name := range names {
		if value := address.Get(name); value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// with gives an address with parameters set, or removed when empty.
func with(u *url.URL, pairs ...string) string {
	v := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return u.Path
	}
	return u.Path + "?" + v.Encode()
}

// ListPage is a page that is a list and nothing else.
type ListPage struct {
	Page

	List List
}

// Lists makes the route of a page that is a list: the page, and with ?format=csv
// all that matches as a file. chrome gives the page without its list.
func Lists[R any](f *Face, path string, who Access, table func(q *Request) (Table[R], error), chrome func(q *Request) (Page, error)) edge.Route {
	v := viewOf[*ListPage](f, "list.html")
	rt := f.route(http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		t, err := table(q)
		if err != nil {
			return err
		}
		if q.Text("format") == "csv" {
			return t.writeCSV(w, q)
		}
		p := &ListPage{}
		if p.Page, err = chrome(q); err != nil {
			return err
		}
		if p.List, err = t.View(q, &p.Page); err != nil {
			return err
		}
		f.writePage(w, q, http.StatusOK, v, p)
		return nil
	})
	rt.Timeout = exportTimeout
	return rt
}

// CSV serves a table as a file, for pages that show it among other things.
func CSV[R any](f *Face, path string, who Access, table func(q *Request) (Table[R], error)) edge.Route {
	rt := f.route(http.MethodGet, path, who, func(w http.ResponseWriter, q *Request) error {
		t, err := table(q)
		if err != nil {
			return err
		}
		return t.writeCSV(w, q)
	})
	rt.Timeout = exportTimeout
	return rt
}
