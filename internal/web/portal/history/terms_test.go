package history

import (
	"testing"

	"chancery/internal/terms"
)

// What owners are told of is what a licence can set for itself.
func TestAgreedFieldsAreThere(t *testing.T) {
	t.Parallel()
	for _, a := range agreed {
		if f, known := terms.FieldOf(a.field); !known || !f.IsOverridable() {
			t.Errorf("%s is no field that a licence sets for itself", a.field)
		}
	}
}
