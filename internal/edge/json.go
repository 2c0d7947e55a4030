package edge

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"chancery/internal/fault"
)

// MaxDepth is how deep lists and objects of a body may be nested.
const MaxDepth = 32

// DecodeJSON reads the body of r into v, a pointer to a struct. Unknown fields
// are ignored. What is wrong is named in one sentence, without its value.
func DecodeJSON(r *http.Request, v any) error {
	body, err := ReadBody(r)
	if err != nil {
		return err
	}
	return ParseJSON(body, v)
}

// ParseJSON is DecodeJSON for a body that was read already.
func ParseJSON(body []byte, v any) error {
	if len(body) == 0 {
		return malformed("The request has no body.", "Send a JSON object.")
	}
	if err := scanJSON(body); err != nil {
		return err
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return malformed(fmt.Sprintf("The request body is not valid JSON: it goes wrong at byte %d.", syntax.Offset), "Correct it and send it again.")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		name := wrong.Field
		if name == "" {
			name = "body"
		}
		return fault.Wrong(fault.Field{Name: name, Message: "must be " + jsonType(wrong.Type)})
	}
	// A type that reads itself (a UUID, an instant) has refused its value;
	// encoding/json does not say where.
	if path := locate(reflect.TypeOf(v).Elem(), body); path != "" {
		return fault.Wrong(fault.Field{Name: path, Message: safeText(err)})
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
	switch t.Kind() { //nolint:exhaustive // the rest is an object
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

// safeText gives the texts of our own leaves; those of the standard library
// (time.Time) can echo the value.
func safeText(err error) string {
	text := err.Error()
	if strings.ContainsAny(text, `"`+"`") {
		return "is not of its form; see the documentation of the field"
	}
	return strings.Replace(text, "not a UUID: write it", "must be a UUID, written", 1)
}

// locate finds the first field whose value its own type refuses; empty if none is found.
func locate(t reflect.Type, raw []byte) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if json.Unmarshal(raw, reflect.New(t).Interface()) == nil {
		return ""
	}
	switch t.Kind() { //nolint:exhaustive // the rest has no parts
	case reflect.Struct:
		var parts map[string]json.RawMessage
		if json.Unmarshal(raw, &parts) != nil {
			return ""
		}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			part, ok := parts[name]
			if !ok || json.Unmarshal(part, reflect.New(f.Type).Interface()) == nil {
				continue
			}
			return joinPath(name, locate(f.Type, part))
		}
	case reflect.Slice, reflect.Array:
		var parts []json.RawMessage
		if json.Unmarshal(raw, &parts) != nil {
			return ""
		}
		for i, part := range parts {
			if json.Unmarshal(part, reflect.New(t.Elem()).Interface()) != nil {
				return joinPath(fmt.Sprintf("[%d]", i), locate(t.Elem(), part))
			}
		}
	}
	return ""
}

func joinPath(outer, inner string) string {
	if inner == "" || strings.HasPrefix(inner, "[") {
		return outer + inner
	}
	return outer + "." + inner
}
