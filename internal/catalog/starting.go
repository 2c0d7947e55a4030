package catalog

import (
	"slices"

	"chancery/internal/terms"
)

// StartingPoint is an edition to begin with: its terms are filled in, and can be changed.
type StartingPoint struct {
	Key     string // in addresses
	Means   string // a clause: what it is for
	Edition Edition
}

// StartingPoints are what a new edition may begin with, in the order of the screen.
func StartingPoints() []StartingPoint {
	named := func(name string, kind terms.LicenseType, change func(p *terms.Policy)) Edition {
		p := terms.Defaults()
		change(&p)
		return Edition{Name: name, Mode: terms.Named, ClientType: terms.Devices, LicenseType: kind, Policy: p}
	}
	month := 30
	floating := named("Floating", terms.Perpetual, func(p *terms.Policy) { p.FloatingTokenLimit = 5 })
	floating.Mode = terms.Floating
	return []StartingPoint{
		{"trial", "one device for 30 days", named("Trial", terms.TimeLimited, func(p *terms.Policy) { p.TrialDays = month })},
		{"team", "five devices, and two on goodwill for 30 days", named("Team", terms.Perpetual, func(p *terms.Policy) {
			p.TokenLimit, p.GoodwillTokenLimit, p.GoodwillDays = 5, 2, &month
		})},
		{"floating", "five sessions at once, on any number of devices", floating},
		// An app store deletes an installation's id with the app: a reinstall is a new activation.
		{
			"app-store-sdk", "each installation of an app is an activation: many, with a buffer, and an allowance of deactivations",
			named("App-store SDK", terms.Perpetual, func(p *terms.Policy) {
				p.TokenLimit, p.ActivationBuffer = 10_000, 1_000
				p.DeactivationAllowance, p.DashboardDeactivationAllowance = new(int64(500)), new(int64(100))
			}),
		},
	}
}

// StartingPointOf gives the starting point with this key, and whether there is one.
func StartingPointOf(key string) (StartingPoint, bool) {
	all := StartingPoints()
	i := slices.IndexFunc(all, func(s StartingPoint) bool { return s.Key == key })
	if i < 0 {
		return StartingPoint{}, false
	}
	return all[i], true
}
