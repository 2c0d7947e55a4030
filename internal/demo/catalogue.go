package demo

import (
	"chancery/internal/catalog"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// editions are what the demo vendor sells.
type editions struct {
	trial, standard, pro, team, floating, cloud, pages catalog.Edition

	proofs, shared catalog.Edition // of Press Studio, for whoever tries the SDK
	apps           catalog.Edition // of Press Mobile, whose licences are for apps
	monthly        catalog.Edition // counts the devices of each month
}

// stockCatalogue makes the products with their editions.
func (h *historian) stockCatalogue(t tx.Tx) (studio catalog.Product, all editions, err error) {
	silent := 120
	if studio, err = h.c.Catalog.CreateProduct(t, h.c.Vendor, catalog.Product{
		Name: "Press Studio", Description: "Page layout and pre-press (invented for the demo)",
		PrintedKeys: true, MaximumInactiveDays: &silent, LatestRelease: "3.4.0",
	}); err != nil {
		return studio, all, err
	}
	server, err := h.c.Catalog.CreateProduct(t, h.c.Vendor, catalog.Product{
		Name: "Press Server", Description: "Rendering for a whole studio (invented for the demo)", LatestRelease: "2.1.0",
	})
	if err != nil {
		return studio, all, err
	}
	cloud, err := h.c.Catalog.CreateProduct(t, h.c.Vendor, catalog.Product{
		Name: "Press Cloud", Description: "Proofs in the browser (invented for the demo)", LatestRelease: "2026.4",
	})
	if err != nil {
		return studio, all, err
	}
	mobile, err := h.c.Catalog.CreateProduct(t, h.c.Vendor, catalog.Product{
		Name: "Press Mobile", Description: "A library for apps that print (invented for the demo)", LatestRelease: "1.4.0",
	})
	if err != nil {
		return studio, all, err
	}
	apps, _ := catalog.StartingPointOf("app-store-sdk")
	month, year := 30, 365
	for _, e := range []struct {
		made        *catalog.Edition
		product     catalog.Product
		name, about string
		kind        terms.LicenseType
		mode        terms.Mode
		grants      terms.Grants
		policy      func(p *terms.Policy)
	}{
		{
			&all.trial, studio, "Trial", "Everything for 30 days, on one device", terms.TimeLimited, terms.Named, grants(3, false),
			func(p *terms.Policy) { p.TrialDays, p.FreerideDays, p.HeartbeatPeriodDays = month, 3, 3 },
		},
		{
			&all.standard, studio, "Standard", "Two devices for a year", terms.TimeLimited, terms.Named, grants(20, false),
			func(p *terms.Policy) {
				p.TokenLimit, p.ExpiresMode, p.ExpiresDays = 2, terms.ExpiresDaysActivated, &year
				p.HeartbeatPeriodDays = 14
			},
		},
		{
			&all.pro, studio, "Pro", "Three devices for good, and one more than the contract says", terms.Perpetual, terms.Named, grants(200, true),
			func(p *terms.Policy) { p.TokenLimit, p.ActivationBuffer, p.HeartbeatPeriodDays = 3, 1, 14 },
		},
		{
			&all.team, studio, "Team", "Five devices, and two on goodwill for 30 days", terms.Perpetual, terms.Named, grants(1000, true),
			func(p *terms.Policy) {
				p.TokenLimit, p.GoodwillTokenLimit, p.GoodwillDays, p.HeartbeatPeriodDays = 5, 2, &month, 7
			},
		},
		{
			&all.floating, server, "Floating", "Five sessions at once", terms.Perpetual, terms.Floating,
			terms.Grants{},
			func(p *terms.Policy) {
				p.TokenLimit, p.FloatingTokenLimit, p.SessionPeriodMinutes = 50, 5, 8*60
				p.HeartbeatPeriodDays = 14
			},
		},
		{
			&all.cloud, cloud, "Cloud", "A subscription: three devices while it is paid for", terms.Subscription, terms.Named,
			terms.Grants{},
			func(p *terms.Policy) { p.TokenLimit, p.GoodwillTokenLimit, p.HeartbeatPeriodDays = 3, 1, 14 },
		},
		{
			&all.pages, cloud, "Pages", "Pages by the month, one device", terms.Consumption, terms.Named, pages(),
			func(p *terms.Policy) { p.HeartbeatPeriodDays = 14 },
		},
		{
			&all.proofs, studio, "Proofs", "Pages proofed by the month, one device", terms.Consumption, terms.Named, pages(),
			func(p *terms.Policy) { p.HeartbeatPeriodDays = 14 },
		},
		{
			&all.monthly, studio, "Active devices", "Four devices used in a month, and one on goodwill", terms.Subscription, terms.Named, grants(200, false),
			func(p *terms.Policy) {
				p.ActivationCounting, p.TokenLimit, p.GoodwillTokenLimit, p.HeartbeatPeriodDays = terms.CountMonthly, 4, 1, 7
			},
		},
		{
			&all.shared, studio, "Studio Floating", "Two sessions at once", terms.Perpetual, terms.Floating, grants(20, false),
			func(p *terms.Policy) {
				p.TokenLimit, p.FloatingTokenLimit, p.SessionPeriodMinutes = 10, 2, 60
				p.HeartbeatPeriodDays = 14
			},
		},
		{
			&all.apps, mobile, apps.Edition.Name, "Each installation of an app is an activation", terms.Perpetual, terms.Named,
			terms.Grants{},
			func(p *terms.Policy) { *p = apps.Edition.Policy; p.HeartbeatPeriodDays = 14 },
		},
	} {
		policy := terms.Defaults()
		e.policy(&policy)
		if *e.made, err = h.c.Catalog.CreateEdition(t, h.c.Vendor, catalog.Edition{
			ProductUUID: e.product.UUID, Name: e.name, Description: e.about, Mode: e.mode, ClientType: terms.Devices,
			LicenseType: e.kind, Policy: policy, Grants: e.grants,
		}); err != nil {
			return studio, all, err
		}
	}
	return studio, all, nil
}

// grants are the features, the limit and the variable of Press Studio.
func grants(projects int64, automation bool) terms.Grants {
	limit := projects * terms.Unit
	return terms.Grants{
		Features: []terms.Feature{
			{Name: "export", Description: "Export to PDF/X", IsActive: true},
			{Name: "automation", Description: "Watch folders and scripts", IsActive: automation, Adjustable: true},
		},
		Limitations: []terms.Limitation{
			{Name: "projects", Description: "Projects open at once", Limit: &limit, Reset: terms.ResetNone, Adjustable: true},
		},
		Variables: []terms.Variable{{Name: "region", Description: "Colour profiles of this region", Value: "eu", Adjustable: true}},
	}
}

// pages is the meter of Press Cloud.
func pages() terms.Grants {
	limit := int64(5000 * terms.Unit)
	return terms.Grants{Limitations: []terms.Limitation{
		{Name: "pages", Description: "Pages proofed in a month", Limit: &limit, Reset: terms.ResetMonth, GoodwillPercent: 10, Adjustable: true},
	}}
}
