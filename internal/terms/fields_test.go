package terms_test

import (
	"reflect"
	"strings"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/terms"
)

// A field of a policy that the list lacks would be asked for nowhere.
func TestFieldsListThePolicy(t *testing.T) {
	t.Parallel()
	listed := map[string]terms.Field{}
	for _, f := range terms.Fields() {
		if _, twice := listed[f.Name]; twice {
			t.Errorf("%s is listed twice", f.Name)
		}
		listed[f.Name] = f
		if f.Label == "" || f.Hint == "" && f.Name != "expires_mode" {
			t.Errorf("%s has no label or no hint", f.Name)
		}
	}
	policy, own := reflect.TypeFor[terms.Policy](), reflect.TypeFor[terms.Overrides]()
	if len(listed) != policy.NumField() {
		t.Errorf("%d fields are listed, Policy has %d", len(listed), policy.NumField())
	}
	for field := range policy.Fields() {
		name := field.Tag.Get("json")
		f, is := listed[name]
		if !is {
			t.Errorf("%s is not listed", name)
			continue
		}
		_, overridable := own.FieldByName(field.Name)
		if f.IsOverridable() != overridable {
			t.Errorf("%s: IsOverridable() = %t, Overrides has it: %t", name, f.IsOverridable(), overridable)
		}
		if is := strings.Contains(field.Type.String(), "int"); is != f.IsNumber() {
			t.Errorf("%s: IsNumber() = %t, of %s", name, f.IsNumber(), field.Type)
		}
	}
}

// Value, Set, Own and SetOwn reach the field that has the name, and no other.
func TestFieldsReachTheirOwn(t *testing.T) {
	t.Parallel()
	samples := map[terms.Kind]any{terms.Number: int64(77), terms.OptionalNumber: int64(77), terms.Switch: true, terms.Text: "7.7"}
	for _, f := range terms.Fields() {
		want, generic := samples[f.Kind]
		if !generic {
			continue
		}
		var p terms.Policy
		f.Set(&p, want)
		if got := f.Value(p); got != want {
			t.Errorf("%s: Value() = %v after Set(%v)", f.Name, got, want)
		}
		onlyThat(t, f.Name, p)
		if !f.IsOverridable() {
			continue
		}
		o := &terms.Overrides{}
		if got := f.Own(o); got != nil {
			t.Errorf("%s: Own() = %v of no overrides", f.Name, got)
		}
		f.SetOwn(o, want)
		if got := f.Own(o); got != want {
			t.Errorf("%s: Own() = %v after SetOwn(%v)", f.Name, got, want)
		}
		onlyThat(t, f.Name, *o)
		if got := f.Value(o.Policy(terms.Policy{})); got != want {
			t.Errorf("%s: %v was not laid over the edition's", f.Name, want)
		}
		if f.SetOwn(o, nil); f.Own(o) != nil {
			t.Errorf("%s: SetOwn(nil) does not go back to the edition's", f.Name)
		}
	}
}

// onlyThat fails unless the field of this name is the only one that is set.
func onlyThat(t *testing.T, name string, in any) {
	t.Helper()
	for field, value := range reflect.ValueOf(in).Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if set := !value.IsZero(); set != (tag == name) {
			t.Errorf("%s: %s is set: %t", name, tag, set)
		}
	}
}

// Each bound of a number holds, and the fault names the field.
func TestEveryNumberHasItsBounds(t *testing.T) {
	t.Parallel()
	for _, f := range terms.Fields() {
		if !f.IsNumber() {
			continue
		}
		mode := f.Mode
		if mode == "" {
			mode = terms.Named
		}
		for n, good := range map[int64]bool{f.Least - 1: false, f.Least: true, f.Most: true, f.Most + 1: false} {
			p := terms.Defaults()
			f.Set(&p, n)
			err := p.Check(mode)
			if (err == nil) != good {
				t.Errorf("%s = %d: %v", f.Name, n, err)
			}
			if wrong := fault.As(err); !good && (wrong == nil || len(wrong.Fields) != 1 || wrong.Fields[0].Name != f.Name) {
				t.Errorf("%s = %d: %v does not name the field alone", f.Name, n, err)
			}
		}
	}
}

// What counts by the month goes together with named editions, and with nothing that
// keeps a device from being seen.
func TestCountingByTheMonth(t *testing.T) {
	t.Parallel()
	days := 3
	for name, c := range map[string]struct {
		mode   terms.Mode
		change func(*terms.Policy)
		wrong  string
	}{
		"named":                 {terms.Named, func(*terms.Policy) {}, ""},
		"floating":              {terms.Floating, func(*terms.Policy) {}, "activation_counting"},
		"with files":            {terms.Named, func(p *terms.Policy) { p.OfflineAllowed = true }, "offline_allowed"},
		"with a token key":      {terms.Named, func(p *terms.Policy) { p.ActivationOnCreation = terms.ActivateTokenKey }, "activation_on_creation"},
		"with the customer":     {terms.Named, func(p *terms.Policy) { p.ActivationOnCreation = terms.ActivateCustomerNumber }, ""},
		"with days of goodwill": {terms.Named, func(p *terms.Policy) { p.GoodwillDays = &days }, "goodwill_days"},
		"what nobody knows":     {terms.Named, func(p *terms.Policy) { p.ActivationCounting = "weekly" }, "activation_counting"},
		"held, with files and all": {terms.Named, func(p *terms.Policy) {
			p.ActivationCounting, p.OfflineAllowed, p.GoodwillDays = terms.CountHeld, true, &days
		}, ""},
	} {
		p := terms.Defaults()
		p.ActivationCounting = terms.CountMonthly
		c.change(&p)
		err := p.Check(c.mode)
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.wrong != "" && (err == nil || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Name != c.wrong):
			t.Errorf("%s: %v, want a word on %s", name, err, c.wrong)
		}
	}
	for text, want := range map[string]terms.Counting{"held": terms.CountHeld, "": terms.CountHeld, "monthly": terms.CountMonthly} {
		var got terms.Counting
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is read as %q: %v", text, got, err)
		}
	}
}
