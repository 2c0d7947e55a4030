package metering_test

import (
	"fmt"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// An edition's contract that is lowered below what licences have consumed ends them as
// their own does: each tells of it, once, and its history says so; in portions, for there
// may be many. A higher one revives them, and the next lower one ends them anew.
func TestAnEditionsContractEndsItsLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000, contract(100)))
		b.FollowEditions()
		storetest.Subscribe(t, e, b.Vendor, outbox.LicenseExpired)
		const licences = 60 // more than one portion
		for i := 1; i < licences; i++ {
			client := fmt.Sprintf("d%d", i)
			b.Granted(t, b.Issue(t, b.edition).LicenseKey, client)
			if _, r, err := b.call(t, client, metering.Asked{Value: 20 * unit}); r != nil || err != nil {
				t.Fatal(r, err)
			}
		}
		off := b.Issue(t, b.edition)
		b.Granted(t, off.LicenseKey, "off")
		if _, r, err := b.call(t, "off", metering.Asked{Value: 20 * unit}); r != nil || err != nil {
			t.Fatal(r, err)
		}
		no := false
		b.Update(t, off, licensing.Change{IsActive: &no})
		b.consume(t, 5*unit, "little") // the first one goes on

		for round := 1; round <= 2; round++ {
			b = b.editionsContract(t, 10)
			b.toldOf(t, round*(licences-1), round*licences, (round-1)*licences)
			b = b.editionsContract(t, 9) // ends nobody else
			b.toldOf(t, round*(licences-1), round*licences, (round-1)*licences)
			b = b.editionsContract(t, 100)
			b.toldOf(t, round*(licences-1), round*licences, round*licences)
		}
		b.alive(t)
	})
}

// editionsContract gives the edition another contract, and carries out what is left to do.
func (b meterBench) editionsContract(t *testing.T, n int64) meterBench {
	t.Helper()
	all := append([]terms.Limitation{}, b.edition.Grants.Limitations...)
	for i := range all {
		if all[i].ID == b.pages.ID {
			contract(n)(&all[i])
		}
	}
	b.edition = storetest.Do(t, b.Env, func(x tx.Tx) (catalog.Edition, error) {
		return b.Catalog.UpdateEdition(x, b.Vendor, b.edition.UUID, catalog.EditionChange{Limitations: &all})
	})
	if _, err := b.Licenses.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// toldOf counts what was announced, and what the histories say.
func (b meterBench) toldOf(t *testing.T, announced, ended, revived int) {
	t.Helper()
	count := func(action string) int {
		return storetest.Count(t, b.Env, `SELECT COUNT(*) FROM audit_log WHERE action = $1`, action)
	}
	if n := b.events(t, outbox.LicenseExpired); n != announced || count("license.expired") != ended || count("license.revived") != revived {
		t.Errorf("%d announced, %d ended, %d revived; want %d, %d, %d", n, count("license.expired"), count("license.revived"), announced, ended, revived)
	}
}
