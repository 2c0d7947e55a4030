package value

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/calendar"
	"chancery/internal/fault"
)

// Deadline is an instant, or a bare date that ends with that day in the vendor's zone.
type Deadline struct{ given }

// Schema implements huma.SchemaProvider.
func (Deadline) Schema(huma.Registry) *huma.Schema {
	return schemaOf("an instant (RFC 3339), exclusive; or a date, which ends with that day in the vendor's time zone", "2027-12-31")
}

// In returns the exclusive instant.
func (d Deadline) In(zone *time.Location) time.Time { return d.Ends(zone) }

// Beginning is an instant, or a bare date that begins with that day in the vendor's zone.
type Beginning struct{ given }

// Schema implements huma.SchemaProvider.
func (Beginning) Schema(huma.Registry) *huma.Schema {
	return schemaOf("an instant (RFC 3339); or a date, which begins with that day in the vendor's time zone", "2027-01-01")
}

// In returns the instant.
func (b Beginning) In(zone *time.Location) time.Time { return b.Begins(zone) }

type given struct{ calendar.Given }

// UnmarshalJSON implements json.Unmarshaler.
func (g *given) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	read, wrong := calendar.Parse(text)
	if wrong != "" {
		return &fault.Error{Kind: fault.Invalid, Code: "deadline", Message: wrong}
	}
	g.Given = read
	return nil
}

func schemaOf(description, example string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: description, Examples: []any{example}}
}
