package web

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/listing"
	"chancery/internal/visible"
)

// exportTimeout is how long an export may take.
const exportTimeout = 10 * time.Minute

// writeCSV sends all rows that match, page by page, so that it holds one page at
// a time. A failure on the way tears the answer off: half a file can be seen to be
// one.
func (t Table[R]) writeCSV(w http.ResponseWriter, q *Request) error {
	address := q.R.URL.Query()
	r, err := listing.Parse(listing.MaxLimit, address.Get("sort"), "", t.Sorts...)
	if err != nil {
		return err
	}
	found, err := t.Rows(q, r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.csv"`, t.Name, calendar.DayOf(q.Now(), q.VendorZone())))
	_, _ = w.Write([]byte("\uFEFF")) // spreadsheets take the file for UTF-8 by it
	out := csv.NewWriter(w)
	columns := t.Columns
	if address.Get("cols") != "" {
		columns = t.chosen(address)
	}
	columns = slices.DeleteFunc(slices.Clone(columns), Column[R].acts)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = cmp.Or(c.Heading, c.Label)
	}
	_ = out.Write(line) // an error stays in out, and is seen below
	for {
		for _, row := range found.Items {
			for i, c := range columns {
				line[i] = visible.Cell(c.text(q, row))
			}
			_ = out.Write(line)
		}
		out.Flush()
		if found.Next == "" || out.Error() != nil {
			return nil //nolint:nilerr // at the end, or the browser is gone
		}
		if r, err = listing.Parse(listing.MaxLimit, address.Get("sort"), found.Next, t.Sorts...); err != nil {
			return err
		}
		if found, err = t.Rows(q, r); err != nil {
			return err
		}
	}
}

// text is a cell in a file: instants are UTC's, first and last days those of the zone.
func (c Column[R]) text(q *Request, row R) string {
	zone := q.VendorZone()
	if c.Plain != nil {
		return c.Plain(row)
	}
	cell := c.Cell(row)
	switch {
	case cell.Badge != nil:
		return q.Language().Word(cell.Badge.Word)
	case cell.Bar != nil:
		return strconv.FormatInt(cell.Bar.Used, 10)
	case !cell.When.IsZero():
		return calendar.WriteInstant(cell.When)
	case !cell.At.IsZero():
		return calendar.WriteInstant(cell.At)
	case !cell.Day.IsZero():
		return calendar.WriteInstant(cell.Day)
	case !cell.FirstDay.IsZero():
		return calendar.WriteBeginning(cell.FirstDay, zone)
	case !cell.LastDay.IsZero():
		return calendar.WriteEnd(cell.LastDay, zone)
	}
	return cell.Text
}
