package value

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/fault"
	"chancery/internal/terms"
)

// Optional is a field that can be left out, be null, or hold a value.
type Optional[T any] struct {
	Given bool
	Value *T // nil for null
}

// UnmarshalJSON implements json.Unmarshaler. It is not called for a field that is left out.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Given, o.Value = true, nil
	return json.Unmarshal(b, &o.Value)
}

// Schema implements huma.SchemaProvider.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// Into sets to unless the field was left out.
func (o Optional[T]) Into(to **T) {
	if o.Given {
		*to = o.Value
	}
}

// Pointer returns nil where the field was left out, for change structs.
func (o Optional[T]) Pointer() **T {
	if !o.Given {
		return nil
	}
	return &o.Value
}

// Quantity is a number with up to six decimals, in millionths (terms.Unit).
type Quantity int64

// MarshalJSON implements json.Marshaler.
func (q Quantity) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(q)), nil }

// UnmarshalJSON implements json.Unmarshaler. It never rounds.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	n, err := terms.ParseQuantity(string(b))
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Code: "quantity", Message: err.Error()}
	}
	*q = Quantity(n)
	return nil
}

// Schema implements huma.SchemaProvider.
func (Quantity) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(terms.MaxQuantity)
	return &huma.Schema{Type: huma.TypeNumber, Minimum: &least, Maximum: &most, Description: "a number with up to six decimals"}
}

// Signed is a quantity that may be below zero.
type Signed int64

// MarshalJSON implements json.Marshaler.
func (q Signed) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(q)), nil }

// UnmarshalJSON implements json.Unmarshaler. It never rounds.
func (q *Signed) UnmarshalJSON(b []byte) error {
	n, err := terms.ParseSigned(string(b))
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Code: "quantity", Message: err.Error()}
	}
	*q = Signed(n)
	return nil
}

// Schema implements huma.SchemaProvider.
func (Signed) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "a number with up to six decimals"}
}
