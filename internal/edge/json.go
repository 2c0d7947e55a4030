package edge

import (
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// MaxDepth is how deep lists and objects of a body may be nested.
const MaxDepth = 32

// ParseJSON reads a body into v, a pointer to a struct. Unknown fields are
// ignored. What is wrong is named in one sentence, without its value.
func ParseJSON(body []byte, v any) error {
	unfit, err := scanJSON(body)
	if err = cmp.Or(err, unfit); err != nil {
		return err
	}
	return parse(body, v)
}

// ParseTexts is ParseJSON for a caller that judges the texts of v itself. unfit says that
// the body holds a text that the database can't: in v, NUL stands as it came, and U+FFFD
// for each part that is not Unicode.
func ParseTexts(body []byte, v any) (unfit, err error) {
	unfit, err = scanJSON(body)
	if err != nil {
		return nil, err
	}
	return unfit, parse(body, v)
}

func parse(body []byte, v any) error {
	if len(body) == 0 {
		return malformed("The request has no body.", "Send a JSON object.")
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed(fmt.Sprintf("The request body is not valid JSON: it goes wrong at byte %d.", syntax.Offset), "Correct it and send it again.")
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		name := wrong.Field
		if name == "" {
			name = "body"
		}
		return fault.Wrong(fault.Field{Name: name, Message: "must be " + jsonType(wrong.Type)})
	}
	// A type that reads itself (a UUID, an instant) has refused its value;
	// encoding/json does not say where.
	if path, message := locate(reflect.TypeOf(v), body); path != "" {
		return fault.Wrong(fault.Field{Name: path, Message: message})
	}
	return malformed("A value in the request body is not of its form.", "Check the values and send it again.").WithCause(err)
}

func malformed(message, help string) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: "malformed_body", Message: message, Help: help}
}

// jsonType says in JSON's words what a Go type is read from.
func jsonType(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "a string"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		return "a whole number in its range"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	default:
		return "an object"
	}
}

// refusal says what a type that reads itself expects. Its error's text is not
// shown: it may echo the value.
func refusal(t reflect.Type, err error) string {
	switch t {
	case reflect.TypeFor[ident.UUID]():
		return "must be a UUID, written as 8-4-4-4-12 hexadecimal digits"
	case reflect.TypeFor[time.Time]():
		return "must be an instant, written like 2026-05-01T12:00:00Z"
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	return "is not of its form; see the documentation of the field"
}

// locate finds the first value that its own type refuses, and says what is
// wrong with it; empty if none is found.
func locate(t reflect.Type, raw []byte) (path, message string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return "", ""
	}
	for _, part := range parts(t, raw) {
		if json.Unmarshal(part.raw, reflect.New(part.t).Interface()) != nil {
			inner, message := locate(part.t, part.raw)
			return joinPath(part.name, inner), message
		}
	}
	return "", refusal(t, err)
}

type part struct {
	name string
	t    reflect.Type
	raw  json.RawMessage
}

// parts takes an object or a list apart; nil for what has no parts that can be named.
func parts(t reflect.Type, raw []byte) (all []part) {
	switch t.Kind() { //nolint:exhaustive // the rest has none
	case reflect.Struct:
		var values map[string]json.RawMessage
		if json.Unmarshal(raw, &values) != nil {
			return nil
		}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if value, ok := values[name]; ok {
				all = append(all, part{name, f.Type, value})
			}
		}
	case reflect.Slice:
		var values []json.RawMessage
		if json.Unmarshal(raw, &values) != nil {
			return nil
		}
		for i, value := range values {
			all = append(all, part{fmt.Sprintf("[%d]", i), t.Elem(), value})
		}
	}
	return all
}

func joinPath(outer, inner string) string {
	if inner == "" || strings.HasPrefix(inner, "[") {
		return outer + inner
	}
	return outer + "." + inner
}
