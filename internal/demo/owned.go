package demo

import (
	"time"

	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Licensee is the address of the one licensee of Facts.Owned.
const Licensee = "licensee@example.com"

// planOwned plans the licence of somebody who looks after one licence on the portal: with
// devices, a meter that is consumed, and deletions that are counted.
func (h *historian) planOwned() {
	places, buffer, deletions, here := int64(5), int64(2), int64(10), int64(3)
	h.owned = &story{number: licenseCount + besides + 1, edition: h.editions.pages, issued: h.end.Add(-days(reportDays + 80))}
	h.at(h.owned.issued, staff(), func(t tx.Tx) (err error) {
		ends := endOfDay(h.end.Add(days(75)))
		h.owned.license, err = h.c.Licenses.Issue(t, licensing.IssueCommand{
			Vendor: h.c.Vendor, Edition: h.editions.pages.UUID, Customer: h.customers[h.buyers[0].name], Name: "Proof room", LicenseeEmail: Licensee,
			Expiry: &licensing.Expiry{Mode: terms.ExpiresAt, At: ends},
			Overrides: &terms.Overrides{
				TokenLimit: &places, ActivationBuffer: &buffer, DeactivationAllowance: &deletions, DashboardDeactivationAllowance: &here,
			},
		})
		h.facts.Owned = h.owned.license
		return err
	})
	for k := range 4 {
		h.planVisit(h.owned, h.owned.issued.Add(time.Duration(k)*days(9)+5*time.Hour), k)
	}
	h.facts.Licenses++
}
