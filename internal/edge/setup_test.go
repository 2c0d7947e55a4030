package edge_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
)

type bundle struct {
	*edge.Edge

	clock *ident.ManualClock
	log   *bytes.Buffer
}

func setup(tb testing.TB, change ...func(*edge.Config)) bundle {
	tb.Helper()
	b := bundle{clock: ident.NewManualClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), log: new(bytes.Buffer)}
	c := edge.Config{
		Log: slog.New(slog.NewTextHandler(b.log, nil)), IDs: ident.Source{Clock: b.clock, Rand: rand.Reader}, AccessLog: true,
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	if b.Edge, err = edge.New(c); err != nil {
		tb.Fatal(err)
	}
	return b
}

// keyed is a surface where header Key: good has the permission to view licences.
func keyed() *edge.Surface {
	return &edge.Surface{
		Name:       "keyed",
		Credential: func(r *http.Request) string { return r.Header.Get("Key") },
		Authenticate: func(r *http.Request) (identity.Principal, error) {
			if r.Header.Get("Key") != "good" {
				return identity.Principal{}, &fault.Error{Kind: fault.Unauthenticated, Code: "key_unknown", Message: "This key is not known."}
			}
			return identity.Principal{
				Vendor: ident.VendorOf(7), VendorUUID: ident.UUID{1}, Kind: "api_key", ID: ident.UUID{2},
				Permissions: []identity.Permission{identity.ViewLicenses},
			}, nil
		},
	}
}

func (b bundle) mount(tb testing.TB, routes ...edge.Route) {
	tb.Helper()
	if err := b.Mount(routes...); err != nil {
		tb.Fatal(err)
	}
}

// ok answers with an empty object.
func ok(w http.ResponseWriter, _ *http.Request) error {
	return edge.WriteJSON(w, http.StatusOK, struct{}{})
}

// do sends a request; headers come in pairs.
func (b bundle) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func problem(t *testing.T, w *httptest.ResponseRecorder) edge.Problem {
	t.Helper()
	var p edge.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %q: %v", w.Code, w.Body, err)
	}
	if p.Status != w.Code {
		t.Errorf("status %d in a response with %d", p.Status, w.Code)
	}
	return p
}
