package manage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// operation is one line of the API's table.
type operation struct {
	Method     string
	Path       string // below base
	ID         string // operationId: what a generated client calls it
	Group      string
	Summary    string
	About      string // more than one line can say; may be empty
	Permission identity.Permission
	Secret     bool // the answer holds a secret
	Queries    []query

	// prepare reads what a change needs beside its body, before the transaction.
	prepare func(q *request) error

	in, out reflect.Type // nil for none
	status  int
	handler edge.Handler
}

// nothing is the body of a request or an answer that has none.
type nothing struct{}

// page is the form of every list.
type page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"give it as cursor to get the next page; null on the last one"`
}

// read makes an operation that changes nothing.
func read[In, Out any](a *API, op operation, fn func(q *request, in In) (Out, error)) operation {
	schema := a.types(&op, reflect.TypeFor[In](), reflect.TypeFor[Out](), http.StatusOK)
	op.handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		in, err := decode[In](a, schema, r)
		if err != nil {
			return err
		}
		out, err := fn(q, in)
		if err != nil {
			return err
		}
		return edge.WriteJSON(w, op.status, out)
	}
	return op
}

// get is read without a body.
func get[Out any](a *API, op operation, fn func(q *request) (Out, error)) operation {
	op.Method = http.MethodGet
	return read(a, op, func(q *request, _ nothing) (Out, error) { return fn(q) })
}

// list makes an operation that gives one page; show turns a row into what is sent.
func list[Row, Out any](
	a *API, op operation, sorts []string,
	rows func(q *request, r listing.Request) (listing.Page[Row], error), show func(Row) Out,
) operation {
	op.Queries = append(op.Queries, pageQueries(sorts)...)
	return get(a, op, func(q *request) (page[Out], error) {
		r, err := listing.Parse(q.limit(), q.text("sort"), q.text("cursor"), sorts...)
		if err != nil {
			return page[Out]{}, err
		}
		found, err := rows(q, r)
		if err != nil {
			return page[Out]{}, err
		}
		answer := page[Out]{Items: make([]Out, len(found.Items))}
		for i, row := range found.Items {
			answer.Items[i] = show(row)
		}
		if found.Next != "" {
			answer.NextCursor = &found.Next
		}
		return answer, nil
	})
}

// kept is an answer as it is remembered for a repeated request.
type kept struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// change makes an operation that changes something: fn runs in one transaction,
// may be run again, and its answer is kept with an Idempotency-Key.
func change[In, Out any](a *API, op operation, fn func(t tx.Tx, q *request, in In) (Out, error)) operation {
	status := http.StatusOK
	if op.Method == http.MethodPost {
		status = http.StatusCreated
	}
	if reflect.TypeFor[Out]() == reflect.TypeFor[nothing]() {
		status = http.StatusNoContent
	}
	if op.status != 0 {
		status = op.status
	}
	schema := a.types(&op, reflect.TypeFor[In](), reflect.TypeFor[Out](), status)
	op.handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		in, err := decode[In](a, schema, r)
		if err != nil {
			return err
		}
		if q.zone, err = a.zone(q); err != nil {
			return err
		}
		if op.prepare != nil {
			if err := op.prepare(q); err != nil {
				return err
			}
		}
		answer, err := edge.Change(r.Context(), a.Changes, func(t tx.Tx) (kept, error) {
			out, err := fn(t, q, in)
			if err != nil {
				return kept{}, err
			}
			body, err := json.Marshal(out)
			if err != nil {
				return kept{}, fmt.Errorf("manage: encode an answer: %w", err)
			}
			return kept{Status: op.status, Body: body}, nil
		})
		if err != nil {
			return err
		}
		write(w, answer)
		return nil
	}
	return op
}

// write sends an answer byte for byte as it is kept.
func write(w http.ResponseWriter, k kept) {
	if k.Status == http.StatusNoContent {
		w.WriteHeader(k.Status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(k.Body)+1))
	w.WriteHeader(k.Status)
	_, _ = w.Write(append(k.Body, '\n')) // the client is gone: nothing left to tell it
}

// types notes what an operation takes and gives, and returns the schema of its body.
func (a *API) types(op *operation, in, out reflect.Type, status int) *huma.Schema {
	op.status = status
	if out != reflect.TypeFor[nothing]() {
		op.out = out
		a.registry.Schema(out, true, "")
	}
	if in == reflect.TypeFor[nothing]() {
		return nil
	}
	op.in = in
	return a.registry.Schema(in, true, "")
}

// zone is where the vendor's days begin: a bare date in a request ends there.
func (a *API) zone(q *request) (*time.Location, error) {
	v, err := a.VendorRows.ByID(q.ctx, q.vendor)
	if err != nil {
		return nil, err
	}
	return v.Location(), nil
}

// idOrNil gives nil for the zero UUID, which is sent as null.
func idOrNil(id ident.UUID) *ident.UUID {
	if id.IsZero() {
		return nil
	}
	return &id
}

// timeOrNil gives nil for the zero time, which is sent as null.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
