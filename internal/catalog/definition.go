package catalog

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Kind is what a definition defines.
type Kind string

// The kinds of definition.
const (
	FeatureKind    Kind = "feature"
	LimitationKind Kind = "limitation"
	VariableKind   Kind = "variable"
)

// Definition is a feature, limitation or variable of a product: the name and id
// that the software asks for, whatever its editions grant of it.
type Definition struct {
	UUID        ident.UUID
	Kind        Kind
	Name        string // unique among its kind in the product
	Description string
	CreatedAt   time.Time
}

// maxName bounds a name of the catalogue, in characters.
const maxName = 200

// read returns d as it is stored; was is what it was before. The fault names what is wrong.
func (d Definition) read(was Definition) (Definition, error) {
	var wrong fault.Fields
	d.Name = entry.Name(&wrong, "name", d.Name, was.Name, 1, maxName)
	d.Description = entry.Lines(&wrong, "description", d.Description, 0, 4000)
	return d, wrong.Err()
}
