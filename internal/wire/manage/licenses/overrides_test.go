package licenses

import (
	"reflect"
	"strings"
	"testing"

	"chancery/internal/terms"
)

// Each field that a licence sets for itself is laid over and told.
func TestOverridesAreTaken(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[OverrideFields]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		f, is := terms.FieldOf(name)
		if !is {
			continue // grants
		}
		var given OverrideFields
		in := reflect.ValueOf(&given).Elem().FieldByName(field.Name)
		in.FieldByName("Given").SetBool(true)
		value := reflect.New(in.FieldByName("Value").Type().Elem())
		in.FieldByName("Value").Set(value)
		o := given.over(terms.Overrides{})
		if f.Own(&o) == nil {
			t.Errorf("%s is not laid over", name)
		}
		if told := overridden(&o); len(told) != 1 || told[0] != name {
			t.Errorf("%s is told as %q", name, told)
		}
	}
}
