package manage

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/keyring"
)

// kind is the type of a query parameter.
type kind string

const (
	textKind    kind = "text"
	wholeKind   kind = "whole"
	uuidKind    kind = "uuid"
	instantKind kind = "instant"
	flagKind    kind = "flag"
)

// query is one query parameter of an operation.
type query struct {
	Name string
	Kind kind
	Doc  string
	Enum []string
}

func pageQueries(sorts []string) []query {
	queries := []query{
		{Name: "limit", Kind: wholeKind, Doc: "rows of a page, 1 to 500; 50 if left out"},
		{Name: "cursor", Kind: textKind, Doc: "next_cursor of the page before, with the same sort and filters"},
	}
	if len(sorts) > 1 {
		queries = append(queries, query{
			Name: "sort", Kind: textKind, Doc: "one of " + strings.Join(sorts, ", ") + "; with a leading - descending. " + sorts[0] + " if left out",
		})
	}
	return queries
}

// request is what an operation is asked, checked.
type request struct {
	ctx    context.Context //nolint:containedctx // a request is one call
	vendor ident.VendorID
	id     ident.UUID // {id} of the path
	values map[string]string

	zone    *time.Location // in operations that change something
	signing keyring.Public // where pinSigningKeys was asked for
}

// ask reads path and query. All that is wrong with them is named at once; a
// parameter that the operation does not have is refused, because a misspelt
// filter would answer with everything.
func ask(r *http.Request, op operation) (*request, error) {
	p, ok := edge.PrincipalFrom(r.Context())
	if !ok {
		return nil, errors.New("manage: an operation without a principal") // the route table forbids it
	}
	q := &request{ctx: r.Context(), vendor: p.Vendor, values: map[string]string{}}
	var wrong fault.Fields
	if strings.Contains(op.Path, "{id}") {
		id, err := ident.ParseUUID(r.PathValue("id"))
		wrong.Check(err == nil, "id", "must be a UUID in the path")
		q.id = id
	}
	values := r.URL.Query()
	for name, given := range values {
		i := slices.IndexFunc(op.Queries, func(known query) bool { return known.Name == name })
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
func (k query) check(given []string) string {
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
	case wholeKind:
		_, err = strconv.ParseInt(v, 10, 32)
		message = "must be a whole number"
	case uuidKind:
		_, err = ident.ParseUUID(v)
		message = "must be a UUID"
	case instantKind:
		_, err = time.Parse(time.RFC3339, v)
		message = "must be an instant such as 2026-03-14T09:26:53Z"
	case flagKind:
		if v != "true" && v != "false" {
			return "must be true or false"
		}
	case textKind:
		if len(k.Enum) > 0 && !slices.Contains(k.Enum, v) {
			return "must be one of " + strings.Join(k.Enum, ", ")
		}
	}
	if err != nil {
		return message
	}
	return ""
}

func (q *request) text(name string) string { return q.values[name] }

// limit is 0 where none was given; one that is given as 0 is refused like any other that is too small.
func (q *request) limit() int {
	v, given := q.values["limit"]
	n, _ := strconv.Atoi(v) // checked by ask
	if given && n == 0 {
		return -1
	}
	return n
}

// whole is 0 where it was left out.
func (q *request) whole(name string) int64 {
	n, _ := strconv.ParseInt(q.values[name], 10, 64) // checked by ask
	return n
}

func (q *request) uuid(name string) ident.UUID {
	id, _ := ident.ParseUUID(q.values[name]) // checked by ask; zero when it was left out
	return id
}

func (q *request) optionalUUID(name string) *ident.UUID { return idOrNil(q.uuid(name)) }

func (q *request) instant(name string) *time.Time {
	t, err := time.Parse(time.RFC3339, q.values[name])
	if err != nil {
		return nil // left out; else ask has refused it
	}
	return &t
}

func (q *request) flag(name string) *bool {
	v, given := q.values[name]
	if !given {
		return nil
	}
	b := v == "true"
	return &b
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
