package licensing

import (
	"time"

	"chancery/internal/terms"
)

// noon is the present of these tests: in Berlin and New York, between the two
// changes of their clocks in spring.
var noon = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)

const oneDay = 24 * time.Hour

// granting makes a licence in force of an edition with n tokens, b in the buffer
// and m of goodwill; change makes it what a case is about.
func granting(n, b, m int64, change ...func(*License)) *License {
	p := terms.Defaults()
	p.TokenLimit, p.ActivationBuffer, p.GoodwillTokenLimit = n, b, m
	l := &License{
		ID: 1, IsActive: true, Edition: &Edition{ID: 1, Mode: terms.Named, Policy: p, Revision: 3}, Revision: 4,
		Customer: Customer{ID: 1}, ContractTokens: n,
	}
	for _, f := range change {
		f(l)
	}
	return l
}

// using sets what is in use.
func using(regular, goodwill int64) func(*License) {
	return func(l *License) { l.RegularUsed, l.GoodwillUsed = regular, goodwill }
}

// policy changes the licence's edition.
func policy(change func(*terms.Policy)) func(*License) {
	return func(l *License) { change(&l.Edition.Policy) }
}

func offline(l *License) { l.Edition.Policy.OfflineAllowed = true }

func subscribed(l *License) { l.Edition.LicenseType = terms.Subscription }

func floating(l *License) { l.Edition.Mode = terms.Floating }
