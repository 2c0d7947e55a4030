package operation

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/wire/manage/value"
)

// Kind is the type of a query parameter.
type Kind string

// The kinds of query parameters.
const (
	Text    Kind = "text"
	Whole   Kind = "whole"
	UUID    Kind = "uuid"
	Instant Kind = "instant"
	Flag    Kind = "flag"
)

// Query is one query parameter of an operation.
type Query struct {
	Name string
	Kind Kind
	Doc  string
	Enum []string
}

func pageQueries(sorts []string) []Query {
	queries := []Query{
		{Name: "limit", Kind: Whole, Doc: "rows of a page, 1 to 500; 50 if left out"},
		{Name: "cursor", Kind: Text, Doc: "next_cursor of the page before, with the same sort and filters"},
	}
	if len(sorts) > 1 {
		queries = append(queries, Query{
			Name: "sort", Kind: Text, Doc: "one of " + strings.Join(sorts, ", ") + "; with a leading - descending. " + sorts[0] + " if left out",
		})
	}
	return queries
}

// Request is what an operation is asked, checked.
type Request struct {
	Context context.Context //nolint:containedctx // a request is one call
	Vendor  ident.VendorID
	ID      ident.UUID     // {id} of the path
	Number  string         // {number} of the path, as it was sent
	Zone    *time.Location // where the vendor's days and months begin

	VendorUUID ident.UUID // the vendor's outside id

	values map[string]string // of the query parameters
	who    identity.Principal
}

// Who is who calls.
func (q *Request) Who() identity.Principal { return q.who }

// Need refuses who lacks a permission that only a part of the operation takes.
func (q *Request) Need(p identity.Permission) error {
	if !q.who.May(p) {
		return edge.Forbidden(p)
	}
	return nil
}

// maxNumber bounds the number of a card or a device in a path, in bytes.
const maxNumber = 200

// NeedKey refuses a request that must never be carried out twice and brings no
// Idempotency-Key.
func (q *Request) NeedKey() error {
	if edge.IsRepeatable(q.Context) {
		return nil
	}
	return fault.Wrong(fault.Field{
		Name: "Idempotency-Key", Message: "is required: send a header with a new text for each thing to do, and the same one when you repeat it",
	})
}

// ask reads path and query. All that is wrong with them is named at once; a
// parameter that the operation does not have is refused, because a misspelt
// filter would answer with everything.
func ask(r *http.Request, op Operation) (*Request, error) {
	p, ok := edge.PrincipalFrom(r.Context())
	if !ok {
		return nil, errors.New("operation: an operation without a principal") // the route table forbids it
	}
	q := &Request{Context: r.Context(), Vendor: p.Vendor, VendorUUID: p.VendorUUID, values: map[string]string{}, who: p}
	var wrong fault.Fields
	if strings.Contains(op.Path, "{id}") {
		id, err := ident.ParseUUID(r.PathValue("id"))
		wrong.Check(err == nil, "id", "must be a UUID in the path")
		q.ID = id
	}
	if strings.Contains(op.Path, "{number}") {
		q.Number = r.PathValue("number")
		wrong.Check(len(q.Number) <= maxNumber && utf8.ValidString(q.Number), "number", "must be a number of at most 200 bytes in the path")
	}
	values := r.URL.Query()
	for name, given := range values {
		i := slices.IndexFunc(op.Queries, func(known Query) bool { return known.Name == name })
		if i < 0 {
			wrong.Check(false, shown(name), "is not a parameter of this operation")
			continue
		}
		message := op.Queries[i].check(given)
		wrong.Check(message == "", name, message)
		q.values[name] = given[0]
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return q, wrong.Err()
}

// check gives what is wrong with a parameter, or "".
func (k Query) check(given []string) string {
	if len(given) > 1 {
		return "must be given once"
	}
	v := given[0]
	if len(v) > 2048 || !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "must be plain text of at most 2048 bytes"
	}
	var err error
	message := ""
	switch k.Kind {
	case Whole:
		_, err = strconv.ParseInt(v, 10, 32)
		message = "must be a whole number"
	case UUID:
		_, err = ident.ParseUUID(v)
		message = "must be a UUID"
	case Instant:
		_, message = calendar.ParseInstant(v)
		return message
	case Flag:
		if v != "true" && v != "false" {
			return "must be true or false"
		}
	case Text:
		if len(k.Enum) > 0 && !slices.Contains(k.Enum, v) {
			return "must be one of " + strings.Join(k.Enum, ", ")
		}
	}
	if err != nil {
		return message
	}
	return ""
}

// Text is a parameter of any kind; empty when it was left out.
func (q *Request) Text(name string) string { return q.values[name] }

// Limit is 0 where none was given; one that is given as 0 is refused like any other that is too small.
func (q *Request) Limit() int {
	v, given := q.values["limit"]
	n, _ := strconv.Atoi(v) // checked by ask
	if given && n == 0 {
		return -1
	}
	return n
}

// Whole is 0 where it was left out.
func (q *Request) Whole(name string) int64 {
	n, _ := strconv.ParseInt(q.values[name], 10, 64) // checked by ask
	return n
}

// UUID is zero when it was left out.
func (q *Request) UUID(name string) ident.UUID {
	id, _ := ident.ParseUUID(q.values[name]) // checked by ask
	return id
}

// OptionalUUID is nil when it was left out.
func (q *Request) OptionalUUID(name string) *ident.UUID { return value.IDOrNil(q.UUID(name)) }

// Instant is nil when it was left out.
func (q *Request) Instant(name string) *time.Time {
	t, wrong := calendar.ParseInstant(q.values[name])
	if wrong != "" {
		return nil // left out; else ask has refused it
	}
	return &t
}

// Flag is nil when it was left out.
func (q *Request) Flag(name string) *bool {
	v, given := q.values[name]
	if !given {
		return nil
	}
	b := v == "true"
	return &b
}

// Schema describes the parameter.
func (k Query) Schema() *huma.Schema {
	switch k.Kind {
	case Whole:
		return &huma.Schema{Type: huma.TypeInteger}
	case UUID:
		return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
	case Instant:
		return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	case Flag:
		return &huma.Schema{Type: huma.TypeBoolean}
	case Text:
	}
	s := &huma.Schema{Type: huma.TypeString}
	for _, e := range k.Enum {
		s.Enum = append(s.Enum, e)
	}
	return s
}

// shown bounds a name that the caller made up.
func shown(name string) string {
	const most = 100
	if len(name) > most {
		name = name[:most]
	}
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name), "")
}
