package terms

import (
	"slices"
	"strconv"
)

// Kind is what a field of a policy holds.
type Kind string

// The kinds of fields.
const (
	Number         Kind = "number"
	OptionalNumber Kind = "optional_number" // or nothing
	Switch         Kind = "switch"
	Text           Kind = "text"
	Special        Kind = "special" // is asked for in a way of its own: the end, what counts, the client that is activated on creation
)

// Field describes one field of a policy, for whoever asks for it, checks or shows
// it. Labels and hints hold for an edition and for a licence.
type Field struct {
	Name        string // in JSON, forms and faults
	Label, Hint string
	Kind        Kind
	Unit        string // of a number, in the plural
	Least, Most int64  // of a number, both allowed
	Mode        Mode   // of the editions that it matters for; "" for all
	Without     string // what no number stands for, of an OptionalNumber
	HeldOnly    bool   // it is not for editions that count the devices of each month
	Fixed       bool   // it is asked for when an edition is made, and never changed
	Frees       bool   // it says who may release devices, and how many

	of  func(*Policy) any    // points to the field
	own func(*Overrides) any // points to the override; nil: a licence can't set it for itself
}

// Fields lists the fields of a policy in the order of the screens.
func Fields() []Field { return slices.Clone(fields) }

// FieldOf returns the field of this name, and whether there is one.
func FieldOf(name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// MattersFor reports whether editions of this mode have a use for the field.
func (f Field) MattersFor(mode Mode) bool { return f.Mode == "" || f.Mode == mode }

// Suits reports whether editions of this mode that count as the policy says have a use
// for the field.
func (f Field) Suits(mode Mode, p Policy) bool {
	return f.MattersFor(mode) && !(f.HeldOnly && p.ActivationCounting == CountMonthly)
}

// IsOverridable reports whether a licence can set the field for itself.
func (f Field) IsOverridable() bool { return f.own != nil }

// Value returns the field of a policy: an int64, a bool or a string by its kind;
// nil for no number, and for what is none of the three.
func (f Field) Value(p Policy) any { return read(f.of(&p)) }

// Set sets the field of a policy to what Value returns.
func (f Field) Set(p *Policy, value any) { write(f.of(p), value) }

// Own returns what a licence sets for itself as Value does; nil: the edition's holds.
func (f Field) Own(o *Overrides) any {
	if o == nil || f.own == nil {
		return nil
	}
	return read(f.own(o))
}

// SetOwn sets what a licence sets for itself; nil goes back to the edition's. The
// field must be overridable.
func (f Field) SetOwn(o *Overrides, value any) { write(f.own(o), value) }

// IsNumber reports whether the field holds a number, if it holds anything.
func (f Field) IsNumber() bool { return f.Most > 0 }

// inRange reports whether a number is allowed. Where the mode has no use for the field, 0 is good too.
func (f Field) inRange(n int64, mode Mode) bool {
	return n >= f.Least && n <= f.Most || n == 0 && f.Kind == Number && !f.MattersFor(mode)
}

// rangeText says which numbers are allowed.
func (f Field) rangeText() string {
	text := "must be between " + strconv.FormatInt(f.Least, 10) + " and " + strconv.FormatInt(f.Most, 10)
	if f.Unit == days || f.Unit == minutes {
		text += " " + f.Unit
	}
	return text
}

// read returns what a pointer of a Field leads to.
func read(at any) any {
	switch at := at.(type) {
	case *int64:
		return *at
	case *int:
		return int64(*at)
	case *bool:
		return *at
	case *string:
		return *at
	case **int64:
		if *at != nil {
			return **at
		}
	case **int:
		if *at != nil {
			return int64(**at)
		}
	case **bool:
		if *at != nil {
			return **at
		}
	case **string:
		if *at != nil {
			return **at
		}
	}
	return nil
}

// write sets what a pointer of a Field leads to.
func write(at, value any) {
	switch at := at.(type) {
	case *int64:
		*at, _ = value.(int64)
	case *int:
		n, _ := value.(int64)
		*at = int(n)
	case *bool:
		*at, _ = value.(bool)
	case *string:
		*at, _ = value.(string)
	case **int64:
		*at = pointer[int64](value)
	case **int:
		*at = nil
		if n, ok := value.(int64); ok {
			*at = new(int(n))
		}
	case **bool:
		*at = pointer[bool](value)
	case **string:
		*at = pointer[string](value)
	}
}

func pointer[T any](value any) *T {
	if v, ok := value.(T); ok {
		return &v
	}
	return nil
}
