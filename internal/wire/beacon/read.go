package beacon

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chancery/internal/fault"
	"chancery/internal/observe"
)

// mostPayload is how much is kept of an item that is refused, in bytes.
const mostPayload = 8 << 10

// item is one JSON object of a body.
type item struct {
	fields map[string]json.RawMessage // nil for what is no object
	size   int
	as     string // as it was sent
}

func malformed(message string) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: "malformed_body", Message: message, Help: "Correct it and send it again."}
}

// list reads a body that is a list of items. One that is no object refuses no other.
func list(r *http.Request) ([]item, error) {
	sent, err := body(r)
	if err != nil {
		return nil, err
	}
	mended := mend(sent)
	d := json.NewDecoder(bytes.NewReader(mended))
	if first, err := d.Token(); err != nil || first != json.Delim('[') {
		return nil, malformed("The body is not a JSON list of events.")
	}
	var items []item
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, malformed("The body is not valid JSON: it goes wrong at byte " + strconv.FormatInt(d.InputOffset(), 10) + ".")
		}
		if len(items) == observe.MostEvents {
			return nil, observe.ErrTooManyEvents()
		}
		end := int(d.InputOffset())
		items = append(items, read(raw, sent[end-len(raw):end]))
	}
	if _, err := d.Token(); err != nil {
		return nil, malformed("The body is not valid JSON: the list does not end.")
	}
	return items, nil
}

// object reads a body that is one item.
func object(r *http.Request) (item, error) {
	sent, err := body(r)
	if err != nil {
		return item{}, err
	}
	mended := mend(sent)
	if !json.Valid(mended) {
		return item{}, malformed("The body is not valid JSON.")
	}
	return read(mended, sent), nil
}

func read(raw json.RawMessage, sent []byte) item {
	it := item{size: len(sent), as: payload(sent)}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &it.fields) != nil {
		it.fields = nil
	}
	return it
}

// payload is what is kept of an item as it was sent.
func payload(sent []byte) string {
	if len(sent) > mostPayload {
		sent = sent[:mostPayload]
		for len(sent) > 0 && !utf8.RuneStart(sent[len(sent)-1]) {
			sent = sent[:len(sent)-1]
		}
		if len(sent) > 0 && sent[len(sent)-1] >= utf8.RuneSelf {
			sent = sent[:len(sent)-1]
		}
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(sent), "\uFFFD"), "\x00", "\uFFFD")
}

// mend makes a body readable in which there is what no text can hold, without changing its
// length: halves of UTF-16 pairs become observe.Lone, and bytes that are not UTF-8 become
// U+007F, which no id may hold.
func mend(sent []byte) []byte {
	b := bytes.Clone(sent)
	if !utf8.Valid(b) {
		for i := 0; i < len(b); {
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && size <= 1 {
				b[i] = 0x7f
			}
			i += size
		}
	}
	escapes(b, func(code uint64, next func() uint64) (skip, lone bool) {
		switch {
		case code >= 0xd800 && code < 0xdc00:
			if low := next(); low >= 0xdc00 && low < 0xe000 {
				return true, false
			}
			return false, true
		case code >= 0xdc00 && code < 0xe000:
			return false, true
		}
		return false, false
	}, `fdd0`)
	return b
}

// escapes looks at every \uXXXX of a JSON text, and writes other digits where judge says so.
// skip says that the next one belongs to it.
func escapes(b []byte, judge func(code uint64, next func() uint64) (skip, change bool), digits string) {
	at := func(i int) uint64 {
		if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
			return 0
		}
		code, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 32)
		if err != nil {
			return 0
		}
		return code
	}
	for i := bytes.IndexByte(b, '\\'); i >= 0 && i+1 < len(b); {
		step := 2
		if b[i+1] == 'u' && i+6 <= len(b) {
			skip, change := judge(at(i), func() uint64 { return at(i + 6) })
			if change {
				copy(b[i+2:], digits)
			}
			if step = 6; skip {
				step = 12
			}
		}
		next := bytes.IndexByte(b[i+step:], '\\')
		if next < 0 {
			return
		}
		i += step + next
	}
}

// readable gives JSON without U+0000 and halves of pairs.
func readable(raw json.RawMessage) string {
	b := bytes.Clone(raw)
	escapes(b, func(code uint64, _ func() uint64) (skip, change bool) {
		return code >= 0xd800 && code < 0xdc00, code == 0 || code == observe.Lone
	}, `fffd`)
	return string(b)
}

// field gives a field by its name; of several names the first that is given.
func (it item) field(names ...string) observe.Field {
	for _, name := range names {
		raw, has := it.fields[name]
		if !has || bytes.Equal(raw, []byte("null")) {
			continue
		}
		var f observe.Field
		f.Given = true
		f.Other = raw[0] != '"' || json.Unmarshal(raw, &f.Text) != nil
		return f
	}
	return observe.Field{}
}

// sent gives the fields that all items have.
func (it item) sent(what observe.What, id, at string) observe.Sent {
	return observe.Sent{
		What: what, Broken: it.fields == nil, Size: it.size, Payload: it.as, ID: it.field(id), Time: it.field(at),
		Actor: it.field("actor_id"), Product: it.field("product", "source_app"), Version: it.field("product_version", "source_version"),
		Session: it.field("session_id"), Account: it.field("account_id"), License: it.field("license_id"),
	}
}

func (it item) event() observe.Sent {
	s := it.sent(observe.Event, "event_id", "timestamp")
	s.Category, s.Name = it.field("category"), it.field("name")
	raw, has := it.fields["properties"]
	if !has || bytes.Equal(raw, []byte("null")) {
		return s
	}
	var all map[string]json.RawMessage
	if raw[0] != '{' || json.Unmarshal(raw, &all) != nil {
		s.PropertiesOther = true
		return s
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		p := observe.Property{Key: key}
		switch value := all[key]; value[0] {
		case '"':
			p.Text = item{fields: all}.field(key)
		case '{', '[':
			p.Nested = true
		default:
			p.Raw = string(value)
		}
		s.Properties = append(s.Properties, p)
	}
	return s
}

func (it item) start() observe.Sent { return it.sent(observe.SessionStart, "session_id", "started_at") }

func (it item) end() observe.Sent {
	s := it.sent(observe.SessionEnd, "session_id", "ended_at")
	s.EndReason, s.Started = it.field("end_reason"), it.field("started_at")
	return s
}

func (it item) exception() observe.Sent {
	s := it.sent(observe.Exception, "exception_id", "occurred_at")
	s.Name, s.Severity = it.field("exception_type"), it.field("severity")
	s.Message, s.Stack = it.field("message"), it.field("stack_trace")
	raw, has := it.fields["breadcrumbs"]
	if !has || bytes.Equal(raw, []byte("null")) {
		return s
	}
	var all []json.RawMessage
	s.BreadcrumbsOther = json.Unmarshal(raw, &all) != nil
	s.BreadcrumbCount, s.Breadcrumbs = len(all), readable(raw)
	return s
}
