package figures_test

import (
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/figures"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// A licence that has consumed its contract is counted as expired, wherever its days
// would put it, and not among those that end soon; one that got more is not.
func TestConsumedContractsAreCountedAsExpired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		c := newCounting(t, e)
		p := terms.Defaults()
		p.TokenLimit = 1
		edition := c.Edition(t, catalog.Edition{
			Name: "Metered", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p,
			Grants: terms.Grants{Limitations: []terms.Limitation{{
				Name: "Pages", Limit: new(int64(10 * terms.Unit)), Reset: terms.ResetMonth, ExpiresLicense: true, ContractAllowed: new(int64(15 * terms.Unit)), Adjustable: true,
			}}},
		})
		pages := edition.Grants.Limitations[0].ID
		consume := func(l *licensing.License, gross int64) {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				return nil, c.Licenses.Measured(x, c.Vendor, l.ID, pages, gross*terms.Unit)
			})
		}
		ends := func(days int) func(*licensing.IssueCommand) {
			return func(i *licensing.IssueCommand) {
				i.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: e.Clock.Now().Add(storetest.Days(days))}
			}
		}
		off, more := false, int64(20*terms.Unit)
		consume(c.Issue(t, edition), 14)
		consume(c.Issue(t, edition), 15)
		consume(c.Issue(t, edition, ends(3)), 15)
		consume(c.Issue(t, edition, ends(3)), 1)
		consume(c.Issue(t, edition, ends(20)), 16)
		full := c.Issue(t, edition)
		c.Granted(t, full.LicenseKey, "c1")
		c.Refused(t, 2000, full.LicenseKey, "c2")
		consume(full, 15)
		over := c.Issue(t, edition, ends(1))
		switched := c.Issue(t, edition)
		consume(switched, 15)
		c.Update(t, switched, licensing.Change{IsActive: &off})
		sold := c.Issue(t, edition)
		consume(sold, 15)
		c.Update(t, sold, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
			o.Limitations = []terms.LimitationOverride{{ID: pages, ContractAllowed: &more}}
			return o
		}})
		e.Clock.Advance(storetest.Days(1) + time.Hour)
		consume(over, 15) // its days were over before
		c.count(t)
		today := figures.DayOf(e.Clock.Now())
		c.says(t, figures.Licenses, today, "expired=5 expiring=1 off=1 valid=2")
		c.says(t, figures.Expiring, today, "30=1 7=1 90=1")
		storetest.Sound(t, c.Env)
	})
}
