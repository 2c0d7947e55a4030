package manage_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/terms"
	catalogarea "chancery/internal/wire/manage/catalog"
	licensesarea "chancery/internal/wire/manage/licenses"
)

// The API takes every field of a policy, within the same bounds, and lets a
// licence set what it can set for itself.
func TestTheAPITakesTheWholePolicy(t *testing.T) {
	t.Parallel()
	editions, licenses := fieldsByName(reflect.TypeFor[catalogarea.PolicyFields]()), fieldsByName(reflect.TypeFor[licensesarea.OverrideFields]())
	for _, f := range terms.Fields() {
		_, own := licenses[f.Name]
		if own != f.IsOverridable() {
			t.Errorf("%s: a licence's fields have it: %t, want %t", f.Name, own, f.IsOverridable())
		}
		if _, is := editions[f.Name]; !is {
			t.Errorf("%s: an edition's fields do not have it", f.Name)
		}
		for whose, all := range map[string]map[string]reflect.StructField{"an edition's": editions, "a licence's": licenses} {
			field, is := all[f.Name]
			if !is || !f.IsNumber() {
				continue
			}
			if least := field.Tag.Get("minimum"); least != strconv.FormatInt(f.Least, 10) {
				t.Errorf("%s: %s is at least %q, want %d", f.Name, whose, least, f.Least)
			}
			if most := field.Tag.Get("maximum"); most != strconv.FormatInt(f.Most, 10) {
				t.Errorf("%s: %s is at most %q, want %d", f.Name, whose, most, f.Most)
			}
		}
		delete(editions, f.Name)
		delete(licenses, f.Name)
	}
	for name := range editions {
		t.Errorf("%s: an edition's fields have it, internal/terms does not list it", name)
	}
	for _, grants := range []string{"features", "limitations", "variables"} {
		delete(licenses, grants)
	}
	for name := range licenses {
		t.Errorf("%s: a licence's fields have it, internal/terms does not list it", name)
	}
}

func fieldsByName(of reflect.Type) map[string]reflect.StructField {
	all := map[string]reflect.StructField{}
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		all[name] = field
	}
	return all
}
