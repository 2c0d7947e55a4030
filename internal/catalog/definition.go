package catalog

import (
	"strings"
	"time"

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

func (d Definition) check() error {
	var wrong fault.Fields
	checkName(&wrong, "name", d.Name)
	wrong.Lines("description", d.Description, 0, 4000)
	return wrong.Err()
}

// checkName: names are compared exactly, so blanks at the ends would only puzzle.
func checkName(wrong *fault.Fields, field, name string) {
	wrong.Text(field, name, 1, 200)
	wrong.Check(strings.TrimSpace(name) == name, field, "must not begin or end with a blank")
}
