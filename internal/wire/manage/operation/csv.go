package operation

import (
	"encoding/csv"
	"mime"
	"net/http"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/listing"
	"chancery/internal/visible"
)

// exportTimeout is how long an export may take.
const exportTimeout = 10 * time.Minute

// Export is a list as a file: its name, its heads, and the line of a row. Texts that
// people or programs chose go through visible.Cell.
type Export[Row any] struct {
	Name  string
	Heads []string
	Line  func(Row) []string
}

// CSV makes an operation that gives all rows that match as a file, page by page, so
// that it holds one page at a time. A failure on the way tears the answer off: half a
// file can be seen to be one.
func CSV[Row any](
	op Operation, sorts []string, rows func(q *Request, r listing.Request) (listing.Page[Row], error), file Export[Row],
) Operation {
	op.Method, op.IsCSV, op.Timeout = http.MethodGet, true, exportTimeout
	op.Status = http.StatusOK
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		found, err := page(q, "", sorts, rows)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+file.Name+`.csv"`)
		out := csv.NewWriter(w)
		_ = out.Write(file.Heads) // an error stays in out, and is seen below
		for {
			for _, row := range found.Items {
				_ = out.Write(file.Line(row))
			}
			out.Flush()
			if found.Next == "" || out.Error() != nil {
				return nil //nolint:nilerr // at the end, or the client is gone
			}
			if found, err = page(q, found.Next, sorts, rows); err != nil {
				return err
			}
		}
	}
	return op
}

// OrCSV makes one operation of a list and its file: the file is for who asks for text/csv.
func OrCSV(op, file Operation) Operation {
	list := op.Handler
	op.Timeout = file.Timeout
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Add("Vary", "Accept")
		if asked, _, err := mime.ParseMediaType(r.Header.Get("Accept")); err == nil && asked == "text/csv" {
			return file.Handler(w, r)
		}
		return list(w, r)
	}
	return op
}

func page[Row any](
	q *Request, cursor string, sorts []string, rows func(q *Request, r listing.Request) (listing.Page[Row], error),
) (listing.Page[Row], error) {
	r, err := listing.Parse(listing.MaxLimit, q.Text("sort"), cursor, sorts...)
	if err != nil {
		return listing.Page[Row]{}, err
	}
	return rows(q, r)
}

// Cell is a text that people or programs chose, as a file holds it.
func Cell(s string) string { return visible.Cell(s) }

// Moment is an instant as a file holds it; empty for none.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return calendar.WriteInstant(t)
}
