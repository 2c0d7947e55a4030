package catalog

import (
	"maps"
	"slices"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// The form asks for every field of the policy: a new edition for all, another one
// for those of its mode.
func TestTheFormAsksForTheWholePolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode   terms.Mode
		create bool
	}{
		"new": {terms.Named, true}, "named": {terms.Named, false}, "floating": {terms.Floating, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := catalog.Edition{Mode: c.mode, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: terms.Defaults()}
			asked := map[string]web.Field{}
			for _, g := range []web.Group{many(e, c.create), calls(e.Policy), frees(e.Policy), lasts(e.Policy, time.UTC), runs(e.Policy, nil)} {
				for _, f := range g.Fields {
					asked[f.Name] = f
				}
			}
			for _, f := range terms.Fields() {
				is, found := asked[f.Name]
				delete(asked, f.Name)
				switch wanted := c.create || f.MattersFor(c.mode) && !f.Fixed; {
				case found != wanted:
					t.Errorf("%s: asked for: %t, want %t", f.Name, found, wanted)
				case found && (is.Label != f.Label || is.Hint != f.Hint):
					t.Errorf("%s: asked for as %q, %q", f.Name, is.Label, is.Hint)
				}
			}
			if len(asked) > 0 {
				t.Errorf("also asked for: %q", slices.Sorted(maps.Keys(asked)))
			}
		})
	}
}

// The page of an edition says in sentences what each field of its policy means.
func TestThePageTellsOfTheWholePolicy(t *testing.T) {
	t.Parallel()
	soon, thirty := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), 30
	special := map[string]func(p *terms.Policy){
		"activation_counting":    func(p *terms.Policy) { p.ActivationCounting = terms.CountMonthly },
		"activation_on_creation": func(p *terms.Policy) { p.ActivationOnCreation = terms.ActivateTokenKey },
		"expires_mode":           func(p *terms.Policy) { p.ExpiresMode, p.ExpiresDays = terms.ExpiresDaysActivated, &thirty },
		"expires_at":             func(p *terms.Policy) { p.ExpiresMode, p.ExpiresAt = terms.ExpiresAt, &soon },
		"expires_days":           func(p *terms.Policy) { p.ExpiresMode, p.ExpiresDays = terms.ExpiresDaysActivated, &thirty },
	}
	for _, f := range terms.Fields() {
		mode := f.Mode
		if mode == "" {
			mode = terms.Named
		}
		base := terms.Defaults()
		base.GoodwillTokenLimit = 1 // its days are told of together with it
		base.OfflineAllowed = f.Name == "offline_days" || f.Name == "xml_files_allowed"
		changed := base
		switch was := f.Value(base).(type) {
		case bool:
			f.Set(&changed, !was)
		case string:
			f.Set(&changed, "7.7")
		default:
			if change, is := special[f.Name]; is {
				change(&changed)
			} else {
				f.Set(&changed, int64(77))
			}
		}
		if tell := func(p terms.Policy) []string {
			return show.Summary(&web.Page{}, mode, terms.Devices, p)
		}; slices.Equal(tell(base), tell(changed)) {
			t.Errorf("%s: the page says the same of an edition without it and with it: %q", f.Name, tell(base))
		}
	}
}
