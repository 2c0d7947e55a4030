package vendors_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/catalog"
	"chancery/internal/devices"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	devicestore "chancery/internal/store/devices"
	"chancery/internal/store/storetest"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// movers is the service on a bench's database, which moves the days of all its rooms.
func movers(t *testing.T, b storetest.LicenseBench, run tx.Runner) *vendors.Service {
	t.Helper()
	machines, err := devices.New(devices.Config{Store: devicestore.Store{}, IDs: b.IDs, Copies: []devices.Copies{b.Store}})
	if err != nil {
		t.Fatal(err)
	}
	rows := vendorstore.Store{DB: b.DB}
	s, err := vendors.New(vendors.Config{
		Store: rows, Reader: rows, Runner: run, IDs: b.IDs, Days: []vendors.Days{b.Licenses, b.Catalog, machines},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// changeZone sets the bench's vendor's zone.
func changeZone(t *testing.T, b storetest.LicenseBench, s *vendors.Service, to string, keep bool) error {
	t.Helper()
	_, err := storetest.Try(t, b.Env, func(x tx.Tx) (vendors.Vendor, error) {
		return s.Update(x, b.Vendor, vendors.Change{Zone: &to, KeepDays: keep})
	})
	return err
}

func read(t *testing.T, b storetest.LicenseBench, id ident.LicenseID) *licensing.License {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.Locked(x, b.Vendor, id) })
}

// All that has a first or last day keeps its date in another zone; what has an instant
// keeps that; and what was announced of an end is not announced again.
func TestDaysKeepTheirDates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		s := movers(t, b, e.DB)
		from, to := zone(t, "Europe/Berlin"), zone(t, "America/Santiago")
		day := func(text string) calendar.Day {
			d, wrong := calendar.ParseDay(text)
			if wrong != "" {
				t.Fatal(wrong)
			}
			return d
		}
		first, last, soon, feature := day("2027-09-04"), day("2027-09-30"), day("2026-03-20"), day("2028-02-29")
		noon := time.Date(2027, 6, 30, 10, 0, 0, 0, time.UTC)
		ends := feature.Ends(from)
		edition := b.Edition(t, catalog.Edition{
			Name: "Dated", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.TimeLimited,
			Policy: func() terms.Policy {
				p := terms.Defaults()
				end := soon.Ends(from)
				p.ExpiresMode, p.ExpiresAt = terms.ExpiresAt, &end
				return p
			}(),
			Grants: terms.Grants{Features: []terms.Feature{{Name: "export", IsActive: true, Adjustable: true, ExpiresAt: &ends}}},
		})
		with := func(c func(*licensing.IssueCommand)) *licensing.License { return b.Issue(t, edition, c) }
		own := with(func(c *licensing.IssueCommand) {
			c.StartsAt, c.Expiry = first.Begins(from), &licensing.Expiry{Mode: terms.ExpiresAt, At: last.Ends(from)}
			end := last.Ends(from)
			c.Overrides = &terms.Overrides{Features: []terms.FeatureOverride{{ID: edition.Grants.Features[0].ID, ExpiresAt: &end}}}
		})
		within := with(func(c *licensing.IssueCommand) { c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: noon} })
		follows := with(func(*licensing.IssueCommand) {})
		held := b.Granted(t, follows.LicenseKey, "drill-1")
		suspended := day("2026-03-21")
		storetest.Do(t, e, func(x tx.Tx) (struct{}, error) {
			return struct{}{}, b.Licenses.Suspend(x, b.Vendor, held.UUID, suspended.Ends(from))
		})
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d ends were announced, %v", n, err)
		}

		if err := changeZone(t, b, s, "America/Santiago", true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.FinishZoneMoves(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := read(t, b, own.ID)
		if !got.StartsAt.Equal(first.Begins(to)) || !got.ExpiresAt.Equal(last.Ends(to)) || !got.Overrides.Features[0].ExpiresAt.Equal(last.Ends(to)) {
			t.Errorf("the licence holds from %v to %v, its feature to %v", got.StartsAt, got.ExpiresAt, got.Overrides.Features[0].ExpiresAt)
		}
		if got.Serial() <= own.Serial() {
			t.Error("the serial did not rise with the end")
		}
		if got := read(t, b, within.ID); !got.ExpiresAt.Equal(noon) || got.Revision != within.Revision {
			t.Errorf("an end within a day is %v now", got.ExpiresAt)
		}
		got = read(t, b, follows.ID)
		if end := got.ExpiryOf(got.Terms().Policy); !end.Equal(soon.Ends(to)) {
			t.Errorf("the edition's end is %v", end)
		}
		if end := got.Terms().Grants.Features[0].ExpiresAt; !end.Equal(feature.Ends(to)) {
			t.Errorf("the edition's feature ends %v", end)
		}
		for _, table := range []string{"devices", "activations"} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM `+table+` WHERE suspended_until = $1`, suspended.Ends(to).UnixMilli()); n != 1 {
				t.Errorf("%d rows of %s are suspended until the day's new end", n, table)
			}
		}
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != 0 {
			t.Errorf("%d ends were announced again, %v", n, err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE vendor_id = $1 AND action = 'license.changed'`, b.Vendor); n != 1 {
			t.Errorf("%d changes of licences are in the audit log", n)
		}

		if err := changeZone(t, b, s, "Asia/Tokyo", false); err != nil {
			t.Fatal(err)
		}
		if got := read(t, b, own.ID); !got.ExpiresAt.Equal(last.Ends(to)) {
			t.Errorf("an end that was to stay is %v", got.ExpiresAt)
		}
	})
}

// A large vendor's days go in portions, which a server that stops goes on with; what is
// made meanwhile is of the new zone already.
func TestManyDaysGoInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		e = storetest.Hurried(t, e)
		b := storetest.NewLicenses(t, e)
		// Midnights of these two are a whole day apart: what is moved twice would show.
		from, to := zone(t, "Pacific/Pago_Pago"), zone(t, "Pacific/Apia")
		s := movers(t, b, e.DB)
		if err := changeZone(t, b, s, from.String(), false); err != nil {
			t.Fatal(err)
		}
		last := calendar.Day{Year: 2026, Month: time.March, Day: 25} // ends soon
		edition := b.Limited(t, 1, 0, 0)
		dated := func(c *licensing.IssueCommand) {
			c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: last.Ends(from)}
		}
		const many = 120
		for i := range many {
			b.Issue(t, edition, dated, func(c *licensing.IssueCommand) { c.Name = fmt.Sprintf("Site %d", i) })
		}
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != many {
			t.Errorf("%d ends announced, %v", n, err)
		}
		moved := func() int {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM licenses WHERE vendor_id = $1 AND expires_at = $2`, b.Vendor, last.Ends(to).UnixMilli())
		}
		if err := changeZone(t, b, s, to.String(), true); err != nil {
			t.Fatal(err)
		}
		if n := moved(); n == 0 || n == many {
			t.Errorf("the change itself moved %d of %d", n, many)
		}
		if err := changeZone(t, b, s, "UTC", true); !fault.Is(err, "zone_move_under_way") {
			t.Errorf("another zone meanwhile: %v", err)
		}
		e.Clock.Advance(time.Second)
		late := b.Issue(t, edition, func(c *licensing.IssueCommand) {
			c.Expiry = &licensing.Expiry{Mode: terms.ExpiresAt, At: last.Ends(to)}
		})
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != 0 {
			t.Errorf("%d ends announced meanwhile, %v", n, err)
		}

		ctx, stop := context.WithCancel(t.Context())
		if n, err := movers(t, b, storetest.StopsAfter(e.DB, 1, stop)).FinishZoneMoves(ctx); err != nil || n != 1 {
			t.Errorf("%d portions before the stop, %v", n, err)
		}
		if n := moved(); n >= many {
			t.Errorf("%d are moved after one portion", n)
		}
		if n, err := movers(t, b, e.DB).FinishZoneMoves(t.Context()); err != nil || n < 2 {
			t.Errorf("%d portions after it, %v", n, err)
		}
		if n := moved(); n != many+1 {
			t.Errorf("%d of %d end with their day", n, many+1)
		}
		if got := read(t, b, late.ID); !got.ExpiresAt.Equal(last.Ends(to)) {
			t.Errorf("what was issued meanwhile ends %v", got.ExpiresAt)
		}
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != 1 {
			t.Errorf("%d ends announced after it, where only one is new: %v", n, err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM zone_moves`); n != 0 {
			t.Error("the move is still noted")
		}
		if err := changeZone(t, b, s, "UTC", true); err != nil {
			t.Error(err)
		}
	})
}
