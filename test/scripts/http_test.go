package scripts

import (
	"bytes"
	"encoding/json"
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
		ts.Fatalf("usage: http METHOD URL [STATUS] [-H 'Name: value']... [-d BODY | FIELD=TEXT | FIELD:=JSON]...")
	}
	method, url, want, rest := args[0], args[1], http.StatusOK, args[2:]
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		status, err := strconv.Atoi(rest[0])
		ts.Check(err)
		want, rest = status, rest[1:]
	}
	header, body, fields := http.Header{}, io.Reader(http.NoBody), map[string]json.RawMessage{}
	for len(rest) > 0 {
		if name, value, ok := field(rest[0]); ok {
			fields[name], rest = value, rest[1:]
			continue
		}
		if len(rest) < 2 {
			ts.Fatalf("http: what is %q?", rest)
		}
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
		default:
			ts.Fatalf("http: unknown option %s", rest[0])
		}
		rest = rest[2:]
	}
	if len(fields) > 0 {
		data, err := json.Marshal(fields)
		ts.Check(err)
		body = bytes.NewReader(data)
	}
	if body != http.NoBody && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	r, err := http.NewRequest(method, url, body) //nolint:noctx // testscript has its own deadline
	ts.Check(err)
	r.Header = header
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
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

// field reads NAME=TEXT or NAME:=JSON, a field of a JSON body.
func field(arg string) (name string, value json.RawMessage, ok bool) {
	name, text, ok := strings.Cut(arg, "=")
	if !ok || strings.HasPrefix(name, "-") {
		return "", nil, false
	}
	if name, isJSON := strings.CutSuffix(name, ":"); isJSON {
		return name, json.RawMessage(text), true
	}
	value, err := json.Marshal(text)
	return name, value, err == nil
}
