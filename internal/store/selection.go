package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
)

// Selection builds the text of a list's query from fixed pieces. Values never
// get into the text, so the number of texts stays small.
type Selection struct {
	text strings.Builder
	args []any
}

// Select begins with sqltext, which ends in "WHERE ... vendor_id =".
func Select(sqltext string, vendor ident.VendorID) *Selection {
	s := &Selection{}
	s.add(sqltext+" ?", vendor)
	return s
}

// And adds a condition; each ? in it takes the next of args.
func (s *Selection) And(condition string, args ...any) *Selection {
	s.add(" AND "+condition, args...)
	return s
}

// Prefix adds the condition that column begins with prefix.
func (s *Selection) Prefix(column, prefix string) *Selection {
	if prefix == "" {
		return s
	}
	s.And(column+" >= ?", prefix)
	if end, ok := listing.PrefixEnd(prefix); ok {
		s.And(column+" < ?", end)
	}
	return s
}

// amongAtOnce is how many values one query of Among looks for.
const amongAtOnce = 100

// Among calls query for the values in portions of one size, so that there is one text:
// list is what stands between the brackets of IN (), some are its values.
func Among(values []string, query func(list string, some []any) error) error {
	list := strings.TrimSuffix(strings.Repeat("?, ", amongAtOnce), ", ")
	for chunk := range slices.Chunk(values, amongAtOnce) {
		some := make([]any, amongAtOnce)
		for i := range some {
			some[i] = chunk[min(i, len(chunk)-1)]
		}
		if err := query(list, some); err != nil {
			return err
		}
	}
	return nil
}

// Column is what a list is sorted by.
type Column struct {
	Name   string
	Number bool // a number or an instant; else a text
}

// Page ends the query with the place, the order and the limit of a page: one
// row more than asked for, for listing.Cut. id is the tie-break's column.
func (s *Selection) Page(r listing.Request, by Column, id string) (sqltext string, args []any) {
	after, order := ">", ""
	if r.Desc {
		after, order = "<", " DESC"
	}
	if by.Name == id {
		if r.After != nil {
			s.And(id+" "+after+" ?", r.After.ID)
		}
		s.add(" ORDER BY "+id+order+" LIMIT ?", r.Limit+1)
		return s.text.String(), s.args
	}
	if r.After != nil {
		var value any = r.After.Text
		if by.Number {
			value = r.After.Number
		}
		s.And("("+by.Name+", "+id+") "+after+" (?, ?)", value, r.After.ID)
	}
	s.add(" ORDER BY "+by.Name+order+", "+id+order+" LIMIT ?", r.Limit+1)
	return s.text.String(), s.args
}

// End ends the query with a fixed text, for one that is not paged.
func (s *Selection) End(text string, values ...any) (sqltext string, args []any) {
	s.add(text, values...)
	return s.text.String(), s.args
}

// SearchDepth is how many rows of a list one page looks at when its filter has
// no index. A page that found too few within it still gives a cursor: search on
// from there.
const SearchDepth = 20_000

// Search bounds a list whose filter has no index.
type Search struct {
	last int64 // the id at which this page stops looking; 0 for the list's end
	r    listing.Request
}

// Bound finds where a page stops that looks at most at deep rows. looked selects
// the ids of the list with the conditions that an index serves.
func (db *DB) Bound(ctx context.Context, looked *Selection, id string, r listing.Request, deep int) (Search, error) {
	sqltext, args := looked.Page(listing.Request{Limit: deep, Desc: r.Desc, After: r.After}, Column{Name: id}, id)
	farthest := "MAX"
	if r.Desc {
		farthest = "MIN"
	}
	var last, many int64
	_, err := db.QueryRow(ctx, `SELECT COALESCE(`+farthest+`(id), 0), COUNT(*) FROM (`+sqltext+`) AS looked`, args, &last, &many)
	if many <= int64(deep) {
		last = 0
	}
	return Search{last, r}, err
}

// Within adds the bound to the list's own selection.
func (b Search) Within(s *Selection, id string) {
	switch {
	case b.last == 0:
	case b.r.Desc:
		s.And(id+" >= ?", b.last)
	default:
		s.And(id+" <= ?", b.last)
	}
}

// Next gives a page's cursor: its own, or the one to search on with.
func (b Search) Next(own string) string {
	if own == "" && b.last != 0 {
		return b.r.Mark(b.last).Encode()
	}
	return own
}

func (s *Selection) add(text string, args ...any) {
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			s.args = append(s.args, args[i-1]) //nolint:gosec // one for each ?, or the text is wrong
			s.text.WriteByte('$')
			s.text.WriteString(strconv.Itoa(len(s.args)))
		}
		s.text.WriteString(part)
	}
}
