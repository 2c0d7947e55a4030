package edge_test

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
)

type body struct {
	Name    string     `json:"name"`
	Count   int        `json:"count"`
	Active  *bool      `json:"active"`
	ID      ident.UUID `json:"id"`
	At      *time.Time `json:"at"`
	Tags    []string   `json:"tags"`
	Details struct {
		Ratio float64      `json:"ratio"`
		IDs   []ident.UUID `json:"ids"`
	} `json:"details"`
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	const uuid = "01890000-0000-7000-8000-000000000000"
	for _, c := range []struct{ body, code, field, message string }{
		{`{"name":"x","unknown":{"a":[1]},"id":"` + uuid + `","details":{"ids":["` + uuid + `"]}}`, "", "", ""},
		{`{"name":"back\\u0000slash 😀 \ud83d\ude00 {[[["}`, "", "", ""},
		{`null`, "", "", ""},
		{``, "malformed_body", "", "no body"},
		{`{`, "malformed_body", "", "not valid JSON"},
		{`{"name":"x"} {}`, "malformed_body", "", "not valid JSON"},
		{`[]`, "invalid_request", "body", "must be an object"},
		{`{"name":42}`, "invalid_request", "name", "must be a string"},
		{`{"count":"hush"}`, "invalid_request", "count", "must be a whole number in its range"},
		{`{"count":1.5}`, "invalid_request", "count", "must be a whole number in its range"},
		{`{"count":99999999999999999999}`, "invalid_request", "count", "must be a whole number in its range"},
		{`{"active":"hush"}`, "invalid_request", "active", "must be true or false"},
		{`{"tags":"hush"}`, "invalid_request", "tags", "must be a list"},
		{`{"details":[]}`, "invalid_request", "details", "must be an object"},
		{`{"details":{"ratio":"hush"}}`, "invalid_request", "details.ratio", "must be a number"},
		{`{"id":"hush"}`, "invalid_request", "id", "must be a UUID, written as 8-4-4-4-12 hexadecimal digits"},
		{`{"id":7}`, "invalid_request", "id", "must be a string"},
		{`{"at":"hush"}`, "invalid_request", "at", "must be an instant, written like 2026-05-01T12:00:00Z"},
		{`{"details":{"ids":["` + uuid + `","hush"]}}`, "invalid_request", "details.ids[1]", "must be a UUID, written as 8-4-4-4-12 hexadecimal digits"},
		{"{\"name\":\"\xff\"}", "malformed_body", "", "UTF-8"},
		{"{\"name\":\"\x00\"}", "malformed_body", "", "NUL"},
		{`{"name":"\u0000"}`, "malformed_body", "", "NUL"},
		{`{"\u0000":1}`, "malformed_body", "", "NUL"},
		{`{"name":"\ud83d"}`, "malformed_body", "", "surrogate"},
		{`{"name":"\ude00\ud83d"}`, "malformed_body", "", "surrogate"},
		{`{"name":` + strings.Repeat("[", edge.MaxDepth) + strings.Repeat("]", edge.MaxDepth) + `}`, "malformed_body", "", "nested"},
		{strings.Repeat("[", 1<<20), "malformed_body", "", "nested"},
	} {
		err := edge.ParseJSON([]byte(c.body), new(body))
		if c.code == "" {
			if err != nil {
				t.Errorf("%.60s: %v", c.body, err)
			}
			continue
		}
		f := fault.As(err)
		if f == nil || f.Code != c.code || f.Kind != fault.Invalid {
			t.Errorf("%.60s: %v", c.body, err)
			continue
		}
		shown := f.Message
		if c.field != "" {
			if len(f.Fields) != 1 || f.Fields[0].Name != c.field {
				t.Errorf("%.60s: fields %v, want %s", c.body, f.Fields, c.field)
				continue
			}
			shown = f.Fields[0].Message
		}
		if !strings.Contains(shown, c.message) || strings.Contains(shown, "hush") {
			t.Errorf("%.60s: %q, want %q", c.body, shown, c.message)
		}
	}
}

// Whatever comes, what is taken has no NUL, and nothing panics.
func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"name":"x","tags":["a","\u00e4"],"details":{"ratio":1}}`))
	f.Add([]byte(`{"name":"\\u0000\ud83d\ude00"}`))
	f.Add([]byte(`{"id":"01890000-0000-7000-8000-000000000000","at":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v body
		err := edge.ParseJSON(data, &v)
		if err == nil && (strings.ContainsRune(v.Name, 0) || strings.ContainsRune(strings.Join(v.Tags, ""), 0)) {
			t.Errorf("%q was taken", data)
		}
		if err != nil && fault.As(err).Kind != fault.Invalid {
			t.Errorf("%q: %v", data, err)
		}
	})
}
