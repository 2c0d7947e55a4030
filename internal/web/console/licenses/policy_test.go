package licenses

import (
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// The form asks for all that a licence can set for itself, and its page shows it.
func TestALicencesOwnTermsAreAskedForAndShown(t *testing.T) {
	t.Parallel()
	for _, mode := range []terms.Mode{terms.Named, terms.Floating} {
		var form web.Form
		addTerms(&form, &web.Page{}, mode, terms.Defaults(), terms.Grants{}, terms.Overrides{}, time.UTC)
		asked := map[string]int{}
		for _, g := range form.Groups {
			for _, f := range g.Fields {
				asked[f.Label]++
			}
		}
		l := &licensing.License{Edition: &licensing.Edition{}}
		l.Edition.Mode, l.Edition.Policy = mode, terms.Defaults()
		shown := map[string]int{}
		for _, f := range policyFacts(l) {
			shown[f.Label]++
		}
		for _, f := range terms.Fields() {
			want := 0
			if f.IsOverridable() && f.MattersFor(mode) {
				want = 1
			}
			if asked[f.Label] != want || shown[f.Label] != want {
				t.Errorf("%s, %s: asked for %d times and shown %d times, want %d", mode, f.Name, asked[f.Label], shown[f.Label], want)
			}
		}
	}
}

// What a licence sets for itself is shown beside what its edition says.
func TestALicencesOwnTermsStandBesideTheEditions(t *testing.T) {
	t.Parallel()
	samples := map[terms.Kind]any{terms.Number: int64(77), terms.OptionalNumber: int64(77), terms.Switch: true, terms.Text: "7.7"}
	for _, f := range terms.Fields() {
		if !f.IsOverridable() {
			continue
		}
		l := &licensing.License{Edition: &licensing.Edition{}, Overrides: &terms.Overrides{}}
		if l.Edition.Mode = f.Mode; f.Mode == "" {
			l.Edition.Mode = terms.Named
		}
		f.SetOwn(l.Overrides, samples[f.Kind])
		field := termField(f, l.Edition.Policy, *l.Overrides)
		if field.Value == "" {
			t.Errorf("%s: the form does not show the licence's own", f.Name)
		}
		for _, fact := range policyFacts(l) {
			if own := fact.Cell.Sub != ""; own != (fact.Label == f.Label) {
				t.Errorf("%s is set: %s is shown as the licence's own: %t", f.Name, fact.Label, own)
			}
		}
	}
}
