package licensing_test

import (
	"strings"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b licenseBench) delete(t *testing.T, l *licensing.License) error {
	t.Helper()
	_, err := storetest.Try(t, b.Env, func(x tx.Tx) (int, error) { return 0, b.Licenses.Delete(x, b.Vendor, l.ID) })
	return err
}

func TestALicenceMadeByMistakeGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		used, mistake := b.Issue(t, b.Limited(t, 3, 0, 0)), b.Issue(t, b.Limited(t, 3, 0, 0))
		a := b.Granted(t, used.LicenseKey, "a")
		if r := b.Unassign(t, a.TokenKey); r != nil {
			t.Fatal(r)
		}
		if err := b.delete(t, used); !fault.Is(err, "license_in_use") || !strings.Contains(err.Error(), "it has 1 activation.") {
			t.Errorf("one that was used: %v", err)
		}
		b.renew(t, mistake) // it leaves replaced keys
		if err := b.delete(t, mistake); err != nil {
			t.Fatal(err)
		}
		if err := b.delete(t, mistake); !fault.Is(err, "license_not_found") {
			t.Errorf("a second time: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM licenses`) + storetest.Count(t, e, `SELECT COUNT(*) FROM tokens WHERE license_id = $1`, mistake.ID); n != 1 {
			t.Errorf("%d rows are left", n)
		}
		// The audit log has its id: no other licence may get it.
		next := b.Issue(t, b.Limited(t, 3, 0, 0))
		if next.ID == mistake.ID {
			t.Error("a new licence has the id of the deleted one")
		}
		if after := b.Issue(t, b.Limited(t, 3, 0, 0)); after.ID <= next.ID {
			t.Errorf("the next has the id %d after %d", after.ID, next.ID)
		}
		large := b.Issue(t, b.Limited(t, 1500, 0, 0))
		b.fit(t)
		if err := b.delete(t, large); !fault.Is(err, "license_too_large") {
			t.Errorf("a large one: %v", err)
		}
	})
}

func TestNothingIsIssuedOfWhatIsArchived(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition, other := b.Limited(t, 3, 0, 0), b.Limited(t, 3, 0, 0)
		l, moving := b.Issue(t, edition), b.Issue(t, other)
		yes, no := true, false
		archive := func(archived *bool) {
			storetest.Do(t, e, func(x tx.Tx) (catalog.Edition, error) {
				return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, catalog.EditionChange{Archived: archived})
			})
		}
		refused := func(name string) {
			storetest.Refuse(t, e, "edition_archived", func(x tx.Tx) (*licensing.License, error) {
				return b.Licenses.Issue(x, licensing.IssueCommand{Vendor: b.Vendor, Edition: edition.UUID, Customer: b.Customer.UUID, Name: name})
			})
		}
		archive(&yes)
		refused("of an archived edition")
		storetest.Refuse(t, e, "edition_archived", func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, moving.ID, licensing.Change{Edition: edition.UUID})
		})
		b.Granted(t, l.LicenseKey, "a") // what there is goes on
		name := "renamed"
		b.Update(t, l, licensing.Change{Name: &name})
		archive(&no)
		b.Issue(t, edition)
		b.ChangeProduct(t, catalog.ProductChange{Archived: &yes})
		refused("of an archived product")
		b.Granted(t, l.LicenseKey, "b")
	})
}
