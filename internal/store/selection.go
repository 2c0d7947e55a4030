package store

import (
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

func (s *Selection) add(text string, args ...any) {
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			s.args = append(s.args, args[i-1])
			s.text.WriteByte('$')
			s.text.WriteString(strconv.Itoa(len(s.args)))
		}
		s.text.WriteString(part)
	}
}
