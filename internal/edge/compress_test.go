package edge_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/fault"
)

func TestAnswersAreCompressedWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of a list\n", 1000)
	fails := errors.New("out of order")
	e := setup(t)
	get := func(path string, compress bool, fn edge.Handler) edge.Route {
		return edge.Route{Surface: &edge.Surface{Name: "s"}, Method: http.MethodGet, Path: path, Public: "a test", Compress: compress, Handler: fn}
	}
	text := func(body string) edge.Handler {
		return func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/plain")
			_, err := io.WriteString(w, body)
			return err
		}
	}
	if err := e.Mount(
		get("/long", true, text(long)), get("/short", true, text("short")), get("/plain", false, text(long)),
		get("/none", true, func(http.ResponseWriter, *http.Request) error { return fault.Missing("thing") }),
		get("/fails", true, func(http.ResponseWriter, *http.Request) error { return fails }),
	); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, accept string
		status       int
		zipped       bool
		body         string // "" is not compared
	}{
		{"/long", "br, gzip", 200, true, long},
		{"/long", "", 200, false, long},
		{"/long", "gzip;q=0", 200, false, long},
		{"/short", "gzip", 200, false, "short"},
		{"/plain", "gzip", 200, false, long},
		{"/none", "gzip", 404, false, ""},
		{"/fails", "gzip", 500, false, ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		var body io.Reader = w.Body
		zipped := w.Header().Get("Content-Encoding") == "gzip"
		sent := w.Body.Len()
		if zipped {
			var err error
			if body, err = gzip.NewReader(w.Body); err != nil {
				t.Fatal(err)
			}
		}
		got, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if w.Code != c.status || zipped != c.zipped || c.body != "" && string(got) != c.body || zipped && sent > len(long)/10 {
			t.Errorf("%s, takes %q: %d, compressed %v, %d bytes sent, %d read", c.path, c.accept, w.Code, zipped, sent, len(got))
		}
		if vary := w.Header().Get("Vary"); (c.path != "/plain") != strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%s: Vary is %q", c.path, vary)
		}
	}
}

func TestOnlyReadingMayBeCompressed(t *testing.T) {
	t.Parallel()
	nothing := func(http.ResponseWriter, *http.Request) error { return nil }
	for _, rt := range []edge.Route{
		{Method: http.MethodPost, Compress: true},
		{Method: http.MethodGet, Compress: true, Secret: true},
	} {
		rt.Surface, rt.Path, rt.Public, rt.Handler = &edge.Surface{Name: "s"}, "/x", "a test", nothing
		if err := setup(t).Mount(rt); err == nil {
			t.Errorf("%s, secret %v, was mounted", rt.Method, rt.Secret)
		}
	}
}
