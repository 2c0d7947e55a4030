package storetest_test

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// follow tells licensing of changed editions, as app does.
type follow struct{ bench *licenseBench }

func (f follow) EditionChanged(t tx.Tx, v ident.VendorID, before, after catalog.Edition) error {
	return f.bench.licenses.EditionChanged(t, v, after.ID, before.Policy, after.Policy)
}

func TestAnEditionsLimitReachesItsLicences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b.service.Followers = follow{&b}
		edition := b.limited(t, 1, 0, 2)
		l := b.issue(t, edition)
		b.granted(t, l.LicenseKey, "a")
		b.granted(t, l.LicenseKey, "b")
		raise := func(n int64) catalog.EditionChange {
			return catalog.EditionChange{Policy: func(p terms.Policy) terms.Policy { p.TokenLimit = n; return p }}
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.service.UpdateEdition(x, b.vendor, edition.UUID, raise(3)) })
		b.balanced(t)
		now, err := b.store.ByUUID(t.Context(), b.vendor, l.UUID)
		if err != nil || now.RegularUsed != 2 || now.GoodwillUsed != 0 || now.Serial() <= l.Serial() {
			t.Errorf("after the edition was raised: %d regular, %d goodwill, serial %d after %d, %v", now.RegularUsed, now.GoodwillUsed, now.Serial(), l.Serial(), err)
		}
		storetest.Refuse(t, e, "tokens_in_use", func(x tx.Tx) (any, error) { return b.service.UpdateEdition(x, b.vendor, edition.UUID, raise(1)) })
		b.balanced(t)
		// The refused revision was rolled back: another change gets its number, with other content.
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.service.UpdateEdition(x, b.vendor, edition.UUID, raise(2)) })
		if now, err = b.store.ByUUID(t.Context(), b.vendor, l.UUID); err != nil || now.Terms().Policy.TokenLimit != 2 {
			t.Errorf("the limit is %d, %v; want 2", now.Terms().Policy.TokenLimit, err)
		}
		b.balanced(t)
	})
}
