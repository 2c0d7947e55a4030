package scripts

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: http METHOD URL [STATUS] [-H 'Name: value']... [-d BODY]")
	}
	method, url, want, rest := args[0], args[1], http.StatusOK, args[2:]
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		status, err := strconv.Atoi(rest[0])
		ts.Check(err)
		want, rest = status, rest[1:]
	}
	header, body := http.Header{}, io.Reader(http.NoBody)
	for len(rest) >= 2 {
		switch rest[0] {
		case "-H":
			name, value, _ := strings.Cut(rest[1], ":")
			header.Add(name, strings.TrimSpace(value))
		case "-d":
			text := rest[1]
			if file, ok := strings.CutPrefix(text, "@"); ok {
				text = ts.ReadFile(file)
			}
			body = strings.NewReader(text)
			if header.Get("Content-Type") == "" {
				header.Set("Content-Type", "application/json")
			}
		default:
			ts.Fatalf("http: unknown option %s", rest[0])
		}
		rest = rest[2:]
	}
	if len(rest) > 0 {
		ts.Fatalf("http: what is %q?", rest)
	}
	r, err := http.NewRequest(method, url, body) //nolint:noctx // testscript has its own deadline
	ts.Check(err)
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	ts.Check(err)
	data, err := io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(response.Body.Close())
	fmt.Fprintf(ts.Stdout(), "%s", data)
	fmt.Fprintf(ts.Stderr(), "HTTP %d\n", response.StatusCode)
	names := make([]string, 0, len(response.Header))
	for name := range response.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(ts.Stderr(), "%s: %s\n", name, strings.Join(response.Header[name], ", "))
	}
	if response.StatusCode != want {
		ts.Fatalf("%s %s: %d, want %d: %s", method, url, response.StatusCode, want, data)
	}
}
