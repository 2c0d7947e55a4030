package terms_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
)

var (
	one, two = ident.UUID{1}, ident.UUID{2}
	soon     = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
)

// An override without a place in the policy, or the other way round, would be
// forgotten silently: each field of Overrides that Policy has is laid over it.
func TestEveryOverrideIsLaidOver(t *testing.T) {
	t.Parallel()
	base := terms.Defaults()
	fields := reflect.TypeFor[terms.Overrides]()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Type.Kind() != reflect.Pointer {
			continue // grants; see below
		}
		o := &terms.Overrides{}
		value := reflect.New(field.Type.Elem())
		switch value.Elem().Kind() {
		case reflect.Int, reflect.Int64:
			value.Elem().SetInt(77)
		case reflect.Bool:
			value.Elem().SetBool(!reflect.ValueOf(base).FieldByName(field.Name).Bool())
		case reflect.String:
			value.Elem().SetString("7.7")
		default:
			t.Fatalf("%s: a new kind of override", field.Name)
		}
		reflect.ValueOf(o).Elem().Field(i).Set(value)
		laid := o.Policy(base)
		got := reflect.ValueOf(laid).FieldByName(field.Name)
		if got.Kind() == reflect.Pointer {
			got = got.Elem()
		}
		if !got.IsValid() || !got.Equal(value.Elem()) {
			t.Errorf("%s: %v was not laid over the edition's", field.Name, value.Elem())
		}
		rest := reflect.ValueOf(&laid).Elem()
		rest.FieldByName(field.Name).Set(reflect.ValueOf(base).FieldByName(field.Name))
		if !reflect.DeepEqual(laid, base) {
			t.Errorf("%s: changed more than itself", field.Name)
		}
	}
	if got := (*terms.Overrides)(nil).Policy(base); !reflect.DeepEqual(got, base) {
		t.Error("no overrides changed the policy")
	}
}

func grants() terms.Grants {
	return terms.Grants{
		Features:    []terms.Feature{{ID: one, Name: "Print", Adjustable: true}, {ID: two, Name: "Scan", IsActive: true}},
		Limitations: []terms.Limitation{{ID: one, Name: "Pages", Limit: new(int64(5)), Reset: terms.ResetMonth, Adjustable: true}},
		Variables:   []terms.Variable{{ID: one, Name: "Colour", Value: "red", Adjustable: true}},
	}
}

func TestGrantsAreLaidOver(t *testing.T) {
	t.Parallel()
	edition := grants()
	o := &terms.Overrides{
		Features:    []terms.FeatureOverride{{ID: one, IsActive: new(true), ExpiresAt: &soon}, {ID: ident.UUID{9}, IsActive: new(true)}},
		Limitations: []terms.LimitationOverride{{ID: one, Limit: new(int64(9))}},
		Variables:   []terms.VariableOverride{{ID: one, Value: "blue"}},
	}
	got := o.Grants(edition)
	want := grants()
	want.Features[0].IsActive, want.Features[0].ExpiresAt = true, &soon
	want.Limitations[0].Limit, want.Variables[0].Value = new(int64(9)), "blue"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !reflect.DeepEqual(edition, grants()) {
		t.Error("the edition, which all its licences share, was written to")
	}
	unlimited := &terms.Overrides{Limitations: []terms.LimitationOverride{{ID: one, Unlimited: true}}}
	if got := unlimited.Grants(edition); got.Limitations[0].Limit != nil {
		t.Error("an unlimited override left the edition's limit")
	}
	nothing := &terms.Overrides{Limitations: []terms.LimitationOverride{{ID: one}}}
	if got := nothing.Grants(edition); got.Limitations[0].Limit == nil {
		t.Error("an override that says nothing took the limit away")
	}
}

func TestOverridesKeepTheirMeaningAsJSON(t *testing.T) {
	t.Parallel()
	if b, err := json.Marshal(terms.Overrides{}); err != nil || string(b) != "{}" {
		t.Errorf("none is %s, %v", b, err)
	}
	o := terms.Overrides{TokenLimit: new(int64(0)), ClientMayUnassign: new(false), OfflineAllowed: new(true), ReleaseLimit: new(""), Features: []terms.FeatureOverride{{ID: one, IsActive: new(false)}}}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back terms.Overrides
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, o) {
		t.Errorf("%s came back as %+v, %v", b, back, err)
	}
}

// Limits are whole numbers; one with decimals from before may stay, and may not come back.
func TestLimitsAreWhole(t *testing.T) {
	t.Parallel()
	half, other, two := new(int64(2_500_000)), new(int64(1_500_000)), new(int64(2_000_000))
	for name, c := range map[string]struct {
		limit, was *int64
		good       bool
	}{
		"whole": {two, nil, true}, "unlimited": {nil, half, true}, "with decimals": {half, nil, false}, "as before": {new(*half), half, true},
		"with other decimals": {other, half, false}, "instead of a whole one": {half, two, false},
	} {
		edition := func(limit *int64) terms.Grants {
			return terms.Grants{Limitations: []terms.Limitation{{ID: one, Name: "Pages", Limit: limit}}}
		}
		own := func(limit *int64) *terms.Overrides {
			return &terms.Overrides{Limitations: []terms.LimitationOverride{{ID: one, Limit: limit, Unlimited: limit == nil}}}
		}
		if err := edition(c.limit).CheckLimits(edition(c.was)); (err == nil) != c.good {
			t.Errorf("%s: an edition's: %v", name, err)
		}
		if err := own(c.limit).CheckLimits(own(c.was)); (err == nil) != c.good {
			t.Errorf("%s: a licence's: %v", name, err)
		}
	}
	if (*terms.Overrides)(nil).CheckLimits(nil) != nil {
		t.Error("no overrides are wrong")
	}
}

func TestOnlyAdjustableGrantsAreOverridden(t *testing.T) {
	t.Parallel()
	late := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		o     *terms.Overrides
		wrong string
	}{
		"none":                  {nil, ""},
		"what may be":           {&terms.Overrides{Features: []terms.FeatureOverride{{ID: one}}, Variables: []terms.VariableOverride{{ID: one}}, Limitations: []terms.LimitationOverride{{ID: one, Unlimited: true}}}, ""},
		"a fixed feature":       {&terms.Overrides{Features: []terms.FeatureOverride{{ID: two}}}, "features"},
		"an unknown feature":    {&terms.Overrides{Features: []terms.FeatureOverride{{ID: ident.UUID{9}}}}, "features"},
		"an end too far":        {&terms.Overrides{Features: []terms.FeatureOverride{{ID: one, ExpiresAt: &late}}}, "features"},
		"an unknown limitation": {&terms.Overrides{Limitations: []terms.LimitationOverride{{ID: two}}}, "limitations"},
		"a negative limit":      {&terms.Overrides{Limitations: []terms.LimitationOverride{{ID: one, Limit: new(int64(-1))}}}, "limitations"},
		"a limit too high":      {&terms.Overrides{Limitations: []terms.LimitationOverride{{ID: one, Limit: new(int64(terms.MaxQuantity*terms.Unit + 1))}}}, "limitations"},
		"an unknown variable":   {&terms.Overrides{Variables: []terms.VariableOverride{{ID: two}}}, "variables"},
		"a value too long":      {&terms.Overrides{Variables: []terms.VariableOverride{{ID: one, Value: strings.Repeat("a", 4097)}}}, "variables"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.o.CheckGrants(grants())
			if c.wrong == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != c.wrong {
				t.Errorf("got %v, want %s to be wrong", err, c.wrong)
			}
		})
	}
}

func TestPolicyCheck(t *testing.T) {
	t.Parallel()
	if err := terms.Defaults().Check(terms.Named); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for field, change := range map[string]func(*terms.Policy){
		"token_limit":             func(p *terms.Policy) { p.TokenLimit = -1 },
		"activation_buffer":       func(p *terms.Policy) { p.ActivationBuffer = terms.MaxTokens + 1 },
		"goodwill_token_limit":    func(p *terms.Policy) { p.GoodwillTokenLimit = -1 },
		"floating_token_limit":    func(p *terms.Policy) { p.FloatingTokenLimit = -1 },
		"max_sessions_per_client": func(p *terms.Policy) { p.MaxSessionsPerClient = -1 },
		"session_period_minutes":  func(p *terms.Policy) { p.SessionPeriodMinutes = 0 },
		"checkout_period_minutes": func(p *terms.Policy) { p.CheckoutPeriodMinutes = -1 },
		"heartbeat_period_days":   func(p *terms.Policy) { p.HeartbeatPeriodDays = 0 },
		"freeride_days":           func(p *terms.Policy) { p.FreerideDays = -1 },
		"trial_days":              func(p *terms.Policy) { p.TrialDays = terms.MaxDays + 1 },
		"goodwill_days":           func(p *terms.Policy) { p.GoodwillDays = new(0) },
		"expires_days":            func(p *terms.Policy) { p.ExpiresMode = terms.ExpiresDaysActivated },
		"expires_at":              func(p *terms.Policy) { p.ExpiresMode = terms.ExpiresAt },
		"expires_mode":            func(p *terms.Policy) { p.ExpiresMode = "sometimes" },
	} {
		p := terms.Defaults()
		change(&p)
		if f := fault.As(p.Check(terms.Floating)); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: got %v", field, f)
		}
	}
}

func TestResetNumbersAreTheWires(t *testing.T) {
	t.Parallel()
	for want, r := range []terms.Reset{terms.ResetNone, terms.ResetNever, terms.ResetDays, terms.ResetMonth, terms.ResetQuarter, terms.ResetYear} {
		if got := r.WireNumber(); got != want {
			t.Errorf("%s is %d, want %d", r, got, want)
		}
	}
	for _, limit := range []*int64{nil, new(int64(0)), new(int64(-1))} {
		err := terms.Grants{Limitations: []terms.Limitation{{Name: "x", Reset: terms.ResetNever, Limit: limit}}}.Check()
		if (err == nil) != (limit == nil || *limit >= 0) {
			t.Errorf("limit %v: %v", limit, err)
		}
	}
	if err := (terms.Grants{Limitations: []terms.Limitation{{Name: "x", Reset: "hourly"}}}).Check(); err == nil {
		t.Error("an unknown reset was taken")
	}
}
