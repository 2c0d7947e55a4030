package listing_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/listing"
)

var sorts = []string{"-created_at", "name"}

func TestParse(t *testing.T) {
	t.Parallel()
	name := listing.Mark{Sort: "name", Text: "a", ID: 7}.Encode()
	for what, c := range map[string]struct {
		limit        int
		sort, cursor string
		want         listing.Request
		wrong        string // the field
	}{
		"nothing asked":           {want: listing.Request{Limit: listing.DefaultLimit, Sort: "created_at", Desc: true}},
		"a sort":                  {limit: 1, sort: "name", want: listing.Request{Limit: 1, Sort: "name"}},
		"a sort, descending":      {limit: 500, sort: "-name", want: listing.Request{Limit: 500, Sort: "name", Desc: true}},
		"too much":                {limit: 501, wrong: "limit"},
		"too little":              {limit: -1, wrong: "limit"},
		"an unknown sort":         {sort: "secret", wrong: "sort"},
		"a sort twice descending": {sort: "--name", wrong: "sort"},
		"a cursor":                {sort: "name", cursor: name, want: listing.Request{Limit: listing.DefaultLimit, Sort: "name"}},
		"another sort's cursor":   {sort: "-name", cursor: name, wrong: "cursor"},
		"no cursor of ours":       {cursor: "x", wrong: "cursor"},
		"a cursor with a NUL":     {sort: "name", cursor: listing.Mark{Sort: "name", Text: "\x00"}.Encode(), wrong: "cursor"},
		"a cursor too long":       {sort: "name", cursor: listing.Mark{Sort: "name", Text: strings.Repeat("a", 3000)}.Encode(), wrong: "cursor"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r, err := listing.Parse(c.limit, c.sort, c.cursor, sorts...)
			if c.wrong != "" {
				if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != c.wrong {
					t.Errorf("got %v, want %s to be wrong", err, c.wrong)
				}
				return
			}
			if err != nil || r.Limit != c.want.Limit || r.Sort != c.want.Sort || r.Desc != c.want.Desc || (r.After != nil) != (c.cursor != "") {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	r := listing.Request{Limit: 2, Sort: "created_at", Desc: true}
	mark := func(n int) listing.Mark { return r.Mark(int64(n)) }
	if p := listing.Cut(r, []int{1, 2}, mark); p.Next != "" || len(p.Items) != 2 {
		t.Errorf("the last page: %+v", p)
	}
	p := listing.Cut(r, []int{1, 2, 3}, mark)
	if !slices.Equal(p.Items, []int{1, 2}) {
		t.Errorf("a page: %+v", p)
	}
	next, err := listing.Parse(2, "", p.Next, sorts...)
	if err != nil || next.After == nil || next.After.ID != 2 {
		t.Errorf("the next page: %+v, %v", next, err)
	}
}

// A cursor goes over the wire and comes back changed in any way.
func FuzzCursor(f *testing.F) {
	for _, m := range []listing.Mark{{}, {Sort: "name", Text: "müller", ID: 9}, {Sort: "-created_at", Number: -1, ID: -1}} {
		f.Add(m.Encode(), m.Text, m.Number, m.ID)
	}
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"s":"name","t":"\u0000"}`)), "", int64(0), int64(0))
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"s":"name","i":1e999}`)), "\xff", int64(1), int64(2))
	f.Add("null", "", int64(0), int64(0))
	f.Fuzz(func(t *testing.T, cursor, text string, number, id int64) {
		if r, err := listing.Parse(0, "name", cursor, sorts...); err == nil && cursor != "" &&
			(r.After == nil || r.After.Sort != "name" || strings.ContainsRune(r.After.Text, 0)) {
			t.Errorf("%q was taken as %+v", cursor, r.After)
		}
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
		m := listing.Mark{Sort: "name", Text: text, Number: number, ID: id}
		encoded := m.Encode()
		r, err := listing.Parse(0, "name", encoded, sorts...)
		if len(encoded) > 2048 {
			return
		}
		if err != nil || r.After == nil || *r.After != m {
			t.Errorf("%+v came back as %+v, %v", m, r.After, err)
		}
	})
}
