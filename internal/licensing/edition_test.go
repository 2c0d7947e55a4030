package licensing_test

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func TestAnEditionsLimitReachesItsLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b.FollowEditions()
		edition := b.Limited(t, 1, 0, 2)
		l := b.Issue(t, edition)
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b")
		raise := func(n int64) catalog.EditionChange {
			return catalog.EditionChange{Policy: func(p terms.Policy) terms.Policy { p.TokenLimit = n; return p }}
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, raise(3)) })
		b.Balanced(t)
		now, err := b.Store.ByUUID(t.Context(), b.Vendor, l.UUID)
		if err != nil || now.RegularUsed != 2 || now.GoodwillUsed != 0 || now.Serial() <= l.Serial() {
			t.Errorf("after the edition was raised: %d regular, %d goodwill, serial %d after %d, %v", now.RegularUsed, now.GoodwillUsed, now.Serial(), l.Serial(), err)
		}
		storetest.Refuse(t, e, "tokens_in_use", func(x tx.Tx) (any, error) { return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, raise(1)) })
		b.Balanced(t)
		// The refused revision was rolled back: another change gets its number, with other content.
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, raise(2)) })
		if now, err = b.Store.ByUUID(t.Context(), b.Vendor, l.UUID); err != nil || now.Terms().Policy.TokenLimit != 2 {
			t.Errorf("the limit is %d, %v; want 2", now.Terms().Policy.TokenLimit, err)
		}
		b.Balanced(t)
	})
}
