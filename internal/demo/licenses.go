package demo

import (
	"fmt"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Told is how many licences have a story of their own, and are always there.
const Told = licenseCount + besides

// licenseCount is how many are planned beside those to try with and that of the
// simulated clients.
const (
	licenseCount = 296
	besides      = 5
)

// story is what happens to one licence.
type story struct {
	license *licensing.License
	edition catalog.Edition
	number  int
	issued  time.Time
	clients []*visitor
}

// desk is what a licence is issued for, beside its edition.
func desk(n int) string {
	desks := []string{"pre-press", "reception", "proofing", "night shift", "colour lab", "archive", "apprentices", "front desk"}
	return desks[n%len(desks)]
}

// planLicenses plans all licences. Which of them get into which state goes by
// their number, so that every state is there.
func (h *historian) planLicenses() {
	for n := range licenseCount {
		h.planLicense(n)
	}
	h.planSpare()
	h.planMonthly()
	h.planFleet()
	h.planApps()
}

func (h *historian) planLicense(n int) {
	buyer := h.buyers[h.rand.IntN(len(h.buyers))]
	s := &story{number: n, edition: h.editionFor(n)}
	s.issued = h.during(buyer.since, h.end.Sub(buyer.since))
	if s.edition.Name == "Trial" { // most buyers try before they buy, and most trials are over
		s.issued = h.during(h.end.Add(-days(110)), days(108))
	}
	command := licensing.IssueCommand{
		Vendor: h.c.Vendor, Edition: s.edition.UUID, Name: s.edition.Name + ", " + desk(n),
		IsTemporary: n%97 == 12,
	}
	if n%25 == 7 {
		command.LegacyKey = fmt.Sprintf("OLD-%05d", 40000+n)
	}
	if n%149 == 5 { // bought for later
		s.issued, command.StartsAt = h.end.Add(-days(3)), startOfDay(h.end.Add(days(14)))
	}
	s.issued = h.past(evening(s.issued))
	h.at(s.issued, staff(), func(t tx.Tx) (err error) {
		command.Customer = h.customers[buyer.name]
		s.license, err = h.c.Licenses.Issue(t, command)
		return err
	})
	if s.edition.Mode == terms.Floating && s.issued.Before(h.end.Add(-days(reportDays+1))) {
		h.shared = append(h.shared, s)
	}
	h.planUse(s)
	h.planChanges(s)
}

// evening moves an instant behind the working hours of its day.
func evening(t time.Time) time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	return day.Add(closing + t.Sub(day)/6)
}

func (h *historian) editionFor(n int) catalog.Edition {
	switch n % 20 {
	case 0, 1, 2, 3:
		return h.editions.trial
	case 12, 13, 14, 15, 16:
		return h.editions.pro
	case 17, 18:
		return h.editions.team
	case 19:
		return h.editions.floating
	}
	return h.editions.standard
}

// planChanges plans what staff did about the licence later.
func (h *historian) planChanges(s *story) {
	later := h.during(s.issued.Add(days(20)), days(200))
	switch {
	case s.number%37 == 9: // not paid for
		off := false
		h.change(s, later, licensing.Change{IsActive: &off})
	case s.number%20 == 2: // the trial convinced
		h.change(s, s.issued.Add(days(25)), licensing.Change{Edition: h.editions.standard.UUID})
	case s.edition.Name == "Standard" && s.number%3 == 0: // renewed
		h.change(s, s.issued.Add(days(350)), licensing.Change{
			Expiry: &licensing.Expiry{Mode: terms.ExpiresAt, At: endOfDay(s.issued.Add(days(750)))},
		})
	case s.edition.Name == "Pro" && s.number%4 == 0: // bought more
		five := int64(5)
		h.change(s, later, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &five; return o }})
	}
	if s.number%90 == 34 && len(s.clients) > 0 { // reported as stolen
		h.at(h.end.Add(-days(2)), staff(), func(t tx.Tx) error {
			if s.clients[0].activation == nil {
				return nil
			}
			err := h.c.Licenses.Suspend(t, h.c.Vendor, s.clients[0].activation.UUID, h.end.Add(days(14)))
			if err != nil && fault.As(err).Kind == fault.NotFound {
				return nil // it was released, being silent for too long
			}
			return err
		})
	}
}

func (h *historian) change(s *story, when time.Time, c licensing.Change) {
	if when.After(h.end) {
		return
	}
	h.at(when, staff(), func(t tx.Tx) error {
		_, err := h.c.Licenses.Update(t, h.c.Vendor, s.license.ID, c)
		return err
	})
}

// planSpare plans the licences that whoever looks around activates.
func (h *historian) planSpare() {
	h.at(h.end.Add(-time.Hour), staff(), func(t tx.Tx) (err error) {
		for _, spare := range []struct {
			made    **licensing.License
			edition catalog.Edition
		}{{&h.facts.Spare, h.editions.standard}, {&h.facts.Metered, h.editions.proofs}, {&h.facts.Shared, h.editions.shared}} {
			if *spare.made, err = h.c.Licenses.Issue(t, licensing.IssueCommand{
				Vendor: h.c.Vendor, Edition: spare.edition.UUID, Customer: h.customers[h.buyers[0].name], Name: spare.edition.Name + ", for you to try",
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// planMonthly plans a licence that counts the devices of each month: six of them are
// activated, and call in three months.
func (h *historian) planMonthly() {
	s := &story{number: licenseCount, edition: h.editions.monthly, issued: h.past(evening(h.end.Add(-days(75))))}
	h.at(s.issued, staff(), func(t tx.Tx) (err error) {
		s.license, err = h.c.Licenses.Issue(t, licensing.IssueCommand{
			Vendor: h.c.Vendor, Edition: s.edition.UUID, Customer: h.customers[h.buyers[0].name], Name: s.edition.Name + ", " + desk(s.number),
		})
		return err
	})
	for k := range int(licensing.Allowed(s.edition.Policy)) + 1 {
		from := s.issued.Add(days(1 + 9*k))
		h.planVisit(s, from, k)
		v := s.clients[k]
		for day := range 75 / 7 {
			if when := from.Add(days(7 * (day + 1))); when.Before(h.end.Add(-time.Hour)) {
				h.planCall(s, v, tx.Actor{Kind: "client", ID: v.id, Address: v.client.Address}, v.client, when)
			}
		}
	}
}

// planFleet plans the licence of the simulated clients.
func (h *historian) planFleet() {
	tokens := int64(fleetMost)
	h.at(h.end.Add(-time.Hour), staff(), func(t tx.Tx) error {
		l, err := h.c.Licenses.Issue(t, licensing.IssueCommand{
			Vendor: h.c.Vendor, Edition: h.editions.team.UUID, Customer: h.customers[h.buyers[1].name], Name: "Team, simulated clients",
			Overrides: &terms.Overrides{TokenLimit: &tokens},
		})
		if err == nil {
			h.facts.Fleet = l.LicenseKey
		}
		return err
	})
}
