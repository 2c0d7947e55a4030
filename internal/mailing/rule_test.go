package mailing

import (
	"slices"
	"strings"
	"testing"

	"chancery/internal/fault"
)

func TestRules(t *testing.T) {
	t.Parallel()
	good := Rule{Kind: Goodwill, IsOn: true, ToCustomer: true, Days: 30}
	eleven := slices.Repeat([]string{"a@example.com"}, 11)
	for name, test := range map[string]struct {
		change func(r *Rule)
		wrong  string // the field, empty for a good rule
	}{
		"to the customer":             {func(*Rule) {}, ""},
		"to staff only":               {func(r *Rule) { r.ToCustomer, r.Staff = false, []string{"a@example.com"} }, ""},
		"to nobody, off":              {func(r *Rule) { r.ToCustomer, r.IsOn = false, false }, ""},
		"to nobody, on":               {func(r *Rule) { r.ToCustomer = false }, "to_customer"},
		"the largest number of staff": {func(r *Rule) { r.Staff = eleven[:10] }, ""},
		"one too many":                {func(r *Rule) { r.Staff = eleven }, "staff"},
		"a name with the address":     {func(r *Rule) { r.Staff = []string{"a@example.com", "A <a@example.com>"} }, "staff[1]"},
		"a header in the address":     {func(r *Rule) { r.Staff = []string{"a@example.com\r\nBcc: b@example.com"} }, "staff[0]"},
		"two addresses":               {func(r *Rule) { r.Staff = []string{"a@example.com, b@example.com"} }, "staff[0]"},
		"an endless address":          {func(r *Rule) { r.Staff = []string{strings.Repeat("a", 250) + "@example.com"} }, "staff[0]"},
		"no days":                     {func(r *Rule) { r.Days = 0 }, "days"},
		"a day":                       {func(r *Rule) { r.Days = 1 }, ""},
		"a year":                      {func(r *Rule) { r.Days = 365 }, ""},
		"more than a year":            {func(r *Rule) { r.Days = 366 }, "days"},
		"a kind without rules":        {func(r *Rule) { r.Kind = Recovery }, "kind"},
		"no kind":                     {func(r *Rule) { r.Kind = "" }, "kind"},
		"what owners ask for":         {func(r *Rule) { r.Kind, r.ToCustomer = LicenseRequested, false }, ""},
	} {
		r := good
		test.change(&r)
		_, err := r.read()
		switch {
		case test.wrong == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.wrong != "" && (err == nil || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Name != test.wrong):
			t.Errorf("%s: got %v, want a fault of %s", name, err, test.wrong)
		}
	}
}

// Until a vendor says otherwise, a licensee user gets the key, and nothing else goes out.
func TestRulesOfTheBeginning(t *testing.T) {
	t.Parallel()
	own := Rule{Kind: Goodwill, IsOn: true, Staff: []string{"a@example.com"}, Days: 30}
	all := CompleteRules(map[Kind]Rule{Goodwill: own})
	if len(all) != len(Ruled()) {
		t.Fatalf("%+v", all)
	}
	for i, r := range all {
		if r.Kind != Ruled()[i] {
			t.Errorf("%d is %s", i, r.Kind)
		}
		if r.Kind == Goodwill {
			if !r.IsOn || r.ToCustomer || len(r.Staff) != 1 {
				t.Errorf("the vendor's own: %+v", r)
			}
			continue
		}
		if _, err := r.read(); err != nil || r.IsOn != (r.Kind == LicenseIssued || r.Kind == LicenseRequested || r.Kind == RefreshDue) || r.ToCustomer == (r.Kind == LicenseRequested) || len(r.Staff) != 0 {
			t.Errorf("a default: %+v", r)
		}
	}
}
