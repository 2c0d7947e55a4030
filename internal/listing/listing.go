package listing

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"chancery/internal/fault"
)

// Page sizes.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Mark is the place in a list after which the next page begins.
type Mark struct {
	Sort   string `json:"s"`           // the sort it belongs to, with a leading "-" for descending
	Text   string `json:"t,omitempty"` // the last row's sort value, for a text column
	Number int64  `json:"n,omitempty"` // the same, for a number or an instant in Unix milliseconds
	ID     int64  `json:"i"`           // the last row's id: the tie-break
}

// Request is a checked request for one page.
type Request struct {
	Limit int    // 1 to MaxLimit
	Sort  string // one of the list's sorts
	Desc  bool
	After *Mark // nil for the first page
}

// Page is one page of rows. Next is empty on the last one.
type Page[T any] struct {
	Items []T
	Next  string
}

// Parse checks a request for a page of a list that offers sorts; sorts[0] is the
// default, a leading "-" in sort (or in sorts[0]) means descending. Faults name the field.
func Parse(limit int, sort, cursor string, sorts ...string) (Request, error) {
	var wrong fault.Fields
	if limit == 0 {
		limit = DefaultLimit
	}
	wrong.Check(limit >= 1 && limit <= MaxLimit, "limit", "must be between 1 and 500")
	if sort == "" {
		sort = sorts[0]
	}
	name, desc := strings.CutPrefix(sort, "-")
	known := slices.ContainsFunc(sorts, func(s string) bool { return strings.TrimPrefix(s, "-") == name })
	wrong.Check(known, "sort", "must be one of "+strings.Join(sorts, ", ")+", with a leading \"-\" for descending")
	r := Request{Limit: limit, Sort: name, Desc: desc}
	if cursor != "" {
		m, ok := decode(cursor)
		wrong.Check(ok && m.Sort == sort, "cursor", "must be a next_cursor of this list in this sort, unchanged")
		r.After = &m
	}
	return r, wrong.Err()
}

// Mark starts the cursor for the row (value, id) in this request's sort.
func (r Request) Mark(id int64) Mark {
	sort := r.Sort
	if r.Desc {
		sort = "-" + sort
	}
	return Mark{Sort: sort, ID: id}
}

// Encode gives the cursor as it goes over the wire.
func (m Mark) Encode() string {
	b, _ := json.Marshal(m) //nolint:errchkjson // plain strings and numbers
	return base64.RawURLEncoding.EncodeToString(b)
}

func decode(cursor string) (Mark, bool) {
	if len(cursor) > 2048 {
		return Mark{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return Mark{}, false
	}
	var m Mark
	if err := json.Unmarshal(b, &m); err != nil || strings.ContainsRune(m.Text, 0) {
		return Mark{}, false
	}
	return m, true
}

// Cut makes a page of rows that were fetched one over the limit; mark gives the
// place of a row.
func Cut[T any](r Request, rows []T, mark func(T) Mark) Page[T] {
	if len(rows) <= r.Limit {
		return Page[T]{Items: rows}
	}
	rows = rows[:r.Limit]
	return Page[T]{Items: rows, Next: mark(rows[len(rows)-1]).Encode()}
}
