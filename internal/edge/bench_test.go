package edge_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
)

// What the edge adds to a request; the floor handler costs 37 µs.
func BenchmarkServe(b *testing.B) {
	for _, logs := range []bool{false, true} {
		b.Run(map[bool]string{false: "quiet", true: "logging"}[logs], func(b *testing.B) {
			e := setup(b, func(c *edge.Config) {
				c.AccessLog, c.IDs.Clock = logs, ident.SystemClock{}
				c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) //nolint:sloglint // formatting is part of the cost
			})
			e.mount(b, edge.Route{
				Surface: keyed(), Method: "POST", Path: "/api/v2/isv/{isv_id}/provisioning/heartbeats",
				Permission: identity.ViewLicenses,
				Handler:    func(http.ResponseWriter, *http.Request) error { return nil },
			})
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost,
				"/api/v2/isv/01890000-0000-7000-8000-000000000000/provisioning/heartbeats", nil)
			r.Header.Set("Key", "good")
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				e.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkParseJSON(b *testing.B) {
	data := []byte(`{"name":"a name of some length","count":12345,"active":true,"id":"01890000-0000-7000-8000-000000000000",
		"tags":["a","b"],"details":{"ratio":1.5}}`)
	b.ReportAllocs()
	for b.Loop() {
		var v body
		if err := edge.ParseJSON(data, &v); err != nil {
			b.Fatal(err)
		}
	}
}
