package metering_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store"
	meterstore "chancery/internal/store/metering"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

const unit = terms.Unit

// meterBench is a licence with one meter, and a client c1 that holds it.
type meterBench struct {
	storetest.LicenseBench

	licenses pairs.MeteredLicenses
	meters   *metering.Service
	usage    *metering.Usage
	rows     meterstore.Store
	license  *licensing.License
	edition  catalog.Edition
	pages    terms.Limitation
}

func newMeters(t *testing.T, e storetest.Env, l terms.Limitation, clients ...string) meterBench {
	t.Helper()
	b := meterBench{LicenseBench: storetest.NewLicenses(t, e), rows: meterstore.Store{DB: e.DB}}
	var err error
	b.licenses = pairs.MeteredLicenses{Licenses: b.Licenses}
	if b.meters, err = metering.New(metering.Config{Store: b.rows, Reader: b.rows, Licenses: b.licenses, Runner: e.DB, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	if b.usage, err = metering.NewUsage(metering.UsageConfig{Store: b.rows, Ended: b.rows, Licenses: b.licenses, IDs: e.IDs}); err != nil {
		t.Fatal(err)
	}
	l.Name = "Pages"
	p := terms.Defaults()
	p.TokenLimit = 100
	b.edition = b.Edition(t, catalog.Edition{
		Name: "Metered", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p,
		Grants: terms.Grants{Limitations: []terms.Limitation{l, {Name: "Seats", Limit: &[]int64{unit}[0], Reset: terms.ResetNone}}},
	})
	b.pages = b.edition.Grants.Limitations[slices.IndexFunc(b.edition.Grants.Limitations, func(k terms.Limitation) bool { return k.Name == "Pages" })]
	b.license = b.Issue(t, b.edition)
	for _, c := range append([]string{"c1"}, clients...) {
		b.Granted(t, b.license.LicenseKey, c)
	}
	return b
}

func (b meterBench) call(t *testing.T, client string, entries ...metering.Asked) ([]metering.Consumption, *refusal.Refusal, error) {
	t.Helper()
	var answers []metering.Consumption
	var refused *refusal.Refusal
	for i := range entries {
		if entries[i].Limitation.IsZero() {
			entries[i].Limitation = b.pages.ID
		}
	}
	err := b.DB.Run(t.Context(), func(x tx.Tx) (err error) {
		answers, refused, err = b.meters.Consume(x, metering.ConsumeCommand{Vendor: b.Vendor, ClientID: client, Entries: entries})
		return err
	})
	return answers, refused, err
}

func (b meterBench) consume(t *testing.T, value int64, id string) metering.Consumption {
	t.Helper()
	all, refused, err := b.call(t, "c1", metering.Asked{Value: value, ExternalID: id})
	if err != nil || refused != nil {
		t.Fatalf("%+v, %v", refused, err)
	}
	return all[0]
}

func (b meterBench) rollback(t *testing.T, transaction ident.UUID) (metering.Consumption, *refusal.Refusal) {
	t.Helper()
	var refused *refusal.Refusal
	answer := storetest.Do(t, b.Env, func(x tx.Tx) (c metering.Consumption, err error) {
		c, refused, err = b.meters.Rollback(x, metering.RollbackCommand{Vendor: b.Vendor, Transaction: transaction})
		return c, err
	})
	return answer, refused
}

func (b meterBench) reading(t *testing.T) metering.Meter {
	t.Helper()
	all, err := b.meters.Read(t.Context(), b.Vendor, b.license.ID, b.edition.Grants.Limitations)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[0].Meter
}

// proved holds every meter against its ledger.
func (b meterBench) proved(t *testing.T) {
	t.Helper()
	wrong, err := b.meters.Verify(t.Context())
	if err != nil || len(wrong) > 0 {
		t.Fatalf("meters that are not their ledger's sums: %+v, %v", wrong, err)
	}
}

func (b meterBench) want(t *testing.T, consumed, gross int64) {
	t.Helper()
	if m := b.reading(t); m.Consumed != consumed || m.Gross != gross {
		t.Errorf("consumed %d, gross %d; want %d, %d", m.Consumed, m.Gross, consumed, gross)
	}
	b.proved(t)
}

func limitOf(n int64, change ...func(*terms.Limitation)) terms.Limitation {
	n *= unit
	l := terms.Limitation{Limit: &n, Reset: terms.ResetMonth}
	for _, c := range change {
		c(&l)
	}
	return l
}

func refusedWith(t *testing.T, r *refusal.Refusal, id int) {
	t.Helper()
	if r == nil || r.ID != id {
		t.Errorf("got %+v, want the refusal %d", r, id)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// changeLimitations gives the edition other limitations.
func (b meterBench) changeLimitations(t *testing.T, all []terms.Limitation) catalog.Edition {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (catalog.Edition, error) {
		return b.Catalog.UpdateEdition(x, b.Vendor, b.edition.UUID, catalog.EditionChange{Limitations: &all})
	})
}

func corrupt(t *testing.T, e storetest.Env, sqltext string) {
	t.Helper()
	storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(sqltext) })
}
