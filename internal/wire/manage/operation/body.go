package operation

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/fault"
)

// decode reads the body. It is checked against the schema first, so that all
// wrong fields are named at once, unknown ones among them.
func decode[In any](m *Maker, schema *huma.Schema, r *http.Request) (In, error) {
	var in In
	body, err := edge.ReadBody(r)
	if err != nil {
		return in, err
	}
	if schema == nil {
		if text := strings.TrimSpace(string(body)); text != "" && text != "{}" {
			return in, &fault.Error{
				Kind: fault.Invalid, Code: "body_unexpected", Message: "This operation takes no body.", Help: "Send it without one.",
			}
		}
		return in, nil
	}
	var anything any
	if err := edge.ParseJSON(body, &anything); err != nil {
		return in, err
	}
	if err := m.check(schema, anything); err != nil {
		return in, err
	}
	return in, edge.ParseJSON(body, &in)
}

// maxFields bounds what one refusal names.
const maxFields = 100

func (m *Maker) check(schema *huma.Schema, body any) error {
	var found huma.ValidateResult
	huma.Validate(m.Registry, schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeWriteToServer, body, &found)
	var wrong fault.Fields
	for _, err := range found.Errors {
		detail, ok := err.(huma.ErrorDetailer)
		if !ok {
			continue
		}
		// The value is left behind: it may be a secret.
		wrong.Check(false, "", "")
		wrong[len(wrong)-1] = field(detail.ErrorDetail().Location, detail.ErrorDetail().Message)
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	if len(wrong) > maxFields {
		wrong = wrong[:maxFields]
	}
	return wrong.Err()
}

// field says in the house's words what huma found.
func field(location, message string) fault.Field {
	const required = "expected required property "
	name := shown(location)
	if rest, ok := strings.CutPrefix(message, required); ok {
		property, _, _ := strings.Cut(rest, " ")
		if name != "" {
			name += "."
		}
		return fault.Field{Name: name + property, Message: "is required"}
	}
	if message == "unexpected property" {
		return fault.Field{Name: name, Message: "is not a field of this request"}
	}
	if strings.Contains(message, "uuid") {
		message = "expected a UUID"
	}
	if name == "" {
		name = "body"
	}
	return fault.Field{Name: name, Message: plain.Replace(message)}
}

// plain turns huma's messages into clauses that follow a field's name.
var plain = strings.NewReplacer( //nolint:gochecknoglobals // a table, built once and never written
	"expected number >= ", "must be at least ", "expected number <= ", "must be at most ",
	"expected length >= ", "must be at least this many characters long: ", "expected length <= ", "must be at most this many characters long: ",
	"expected array length >= ", "must hold at least this many entries: ", "expected array length <= ", "must hold at most this many entries: ",
	"expected value to be one of ", "must be one of ", "expected boolean", "must be true or false", "expected integer", "must be a whole number",
	"expected number", "must be a number", "expected string to be RFC 3339 date-time", "must be an instant such as 2026-03-14T09:26:53Z",
	"expected string", "must be a text", "expected array", "must be a list", "expected object", "must be an object", "expected ", "must be ",
)
