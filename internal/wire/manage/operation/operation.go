package operation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// Operation is one line of the API's table.
type Operation struct {
	Method     string
	Path       string // below the API's base
	ID         string // operationId: what a generated client calls it
	Group      string
	Summary    string
	About      string // more than one line can say; may be empty
	Permission identity.Permission
	Secret     bool          // the answer holds a secret
	Compress   bool          // the answer holds no key, and may be sent compressed: see edge.Route
	Portion    bool          // it carries out one portion of a long work: other changes go first
	Timeout    time.Duration // 0 for the edge's
	Queries    []Query
	IsCSV      bool // the answer is a file of comma-separated values
	IsFile     bool // the answer is a file's bytes
	IsUpload   bool // the body is a file, and so is the answer
	Status     int  // of the answer; what the method says if it is left out

	// Own is the same call for the user of an access token, who reaches no more than the
	// licences that are theirs; nil where a token opens nothing.
	Own *Operation

	In, Out reflect.Type // nil for none; set when the operation is made
	Handler edge.Handler // the same
}

// Nothing is the body of a request or an answer that has none.
type Nothing struct{}

// Page is the form of every list.
type Page[T any] struct {
	Items      []T     `json:"items" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"give it as cursor to get the next page; null on the last one"`
}

// Read makes an operation that changes nothing.
func Read[In, Out any](m *Maker, op Operation, fn func(q *Request, in In) (Out, error)) Operation {
	schema := m.types(&op, reflect.TypeFor[In](), reflect.TypeFor[Out](), http.StatusOK)
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		in, err := decode[In](m, schema, r)
		if err != nil {
			return err
		}
		if q.Zone, err = m.Zone(q); err != nil {
			return err
		}
		out, err := fn(q, in)
		if err != nil {
			return err
		}
		return edge.WriteJSON(w, op.Status, out)
	}
	return op
}

// Act makes an operation that takes more than one transaction, and runs them itself; a
// repeated request goes on from what the memory holds of it.
func Act[In, Out, Noted any](m *Maker, op Operation, fn func(q *Request, in In, memory edge.Memory[Noted]) (Out, error)) Operation {
	return Read(m, op, func(q *Request, in In) (Out, error) { return fn(q, in, edge.MemoryOf[Noted](q.Context, m.Changes)) })
}

// Get is Read without a body.
func Get[Out any](m *Maker, op Operation, fn func(q *Request) (Out, error)) Operation {
	op.Method = http.MethodGet
	return Read(m, op, func(q *Request, _ Nothing) (Out, error) { return fn(q) })
}

// List makes an operation that gives one page; show turns a row into what is sent.
func List[Row, Out any](
	m *Maker, op Operation, sorts []string,
	rows func(q *Request, r listing.Request) (listing.Page[Row], error), show func(Row) Out,
) Operation {
	return ListOf(m, op, sorts, func(q *Request, r listing.Request) (Page[Out], error) {
		found, err := rows(q, r)
		if err != nil {
			return Page[Out]{}, err
		}
		return PageOf(found, show), nil
	})
}

// ListOf is List for an answer of its own form.
func ListOf[Answer any](m *Maker, op Operation, sorts []string, answer func(q *Request, r listing.Request) (Answer, error)) Operation {
	op.Queries = append(op.Queries, pageQueries(sorts)...)
	return Get(m, op, func(q *Request) (Answer, error) {
		r, err := listing.Parse(q.Limit(), q.Text("sort"), q.Text("cursor"), sorts...)
		if err != nil {
			return *new(Answer), err
		}
		return answer(q, r)
	})
}

// PageOf gives a page as it is sent; show turns a row into what is sent.
func PageOf[Row, Out any](found listing.Page[Row], show func(Row) Out) Page[Out] {
	answer := Page[Out]{Items: make([]Out, len(found.Items))}
	for i, row := range found.Items {
		answer.Items[i] = show(row)
	}
	if found.Next != "" {
		answer.NextCursor = &found.Next
	}
	return answer
}

// kept is an answer as it is remembered for a repeated request.
type kept struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// Change makes an operation that changes something: fn runs in one transaction,
// may be run again, and its answer is kept with an Idempotency-Key.
func Change[In, Out any](m *Maker, op Operation, fn func(t tx.Tx, q *Request, in In) (Out, error)) Operation {
	return ChangeWith(m, op, func(*Request, In) (Nothing, error) { return Nothing{}, nil }, func(t tx.Tx, q *Request, in In, _ Nothing) (Out, error) {
		return fn(t, q, in)
	})
}

// ChangeWith is Change for an operation that must read or make something before its
// transaction: prepare does, and fn is given it.
func ChangeWith[In, Out, Prepared any](
	m *Maker, op Operation, prepare func(q *Request, in In) (Prepared, error),
	fn func(t tx.Tx, q *Request, in In, prepared Prepared) (Out, error),
) Operation {
	status := http.StatusOK
	if op.Method == http.MethodPost {
		status = http.StatusCreated
	}
	if reflect.TypeFor[Out]() == reflect.TypeFor[Nothing]() {
		status = http.StatusNoContent
	}
	if op.Status != 0 {
		status = op.Status
	}
	schema := m.types(&op, reflect.TypeFor[In](), reflect.TypeFor[Out](), status)
	op.Handler = func(w http.ResponseWriter, r *http.Request) error {
		q, err := ask(r, op)
		if err != nil {
			return err
		}
		in, err := decode[In](m, schema, r)
		if err != nil {
			return err
		}
		if q.Zone, err = m.Zone(q); err != nil {
			return err
		}
		prepared, err := prepare(q, in)
		if err != nil {
			return err
		}
		ctx := r.Context()
		if op.Portion {
			ctx = tx.Patient(ctx)
		}
		answer, err := edge.Change(ctx, m.Changes, func(t tx.Tx) (kept, error) {
			out, err := fn(t, q, in, prepared)
			if err != nil {
				return kept{}, err
			}
			body, err := json.Marshal(out)
			if err != nil {
				return kept{}, fmt.Errorf("operation: encode an answer: %w", err)
			}
			return kept{Status: op.Status, Body: body}, nil
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
func (m *Maker) types(op *Operation, in, out reflect.Type, status int) *huma.Schema {
	op.Status = status
	if out != reflect.TypeFor[Nothing]() {
		op.Out = out
		m.Registry.Schema(out, true, "")
	}
	if in == reflect.TypeFor[Nothing]() {
		return nil
	}
	op.In = in
	return m.Registry.Schema(in, true, "")
}

// Zone is where the vendor's days and months begin: a bare date in a request ends there.
func (m *Maker) Zone(q *Request) (*time.Location, error) {
	v, err := m.Vendors.ByID(q.Context, q.Vendor)
	if err != nil {
		return nil, err
	}
	return v.Location(), nil
}
