package licensing_test

import (
	"context"
	"strconv"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// onePortion is how many rows one transaction moves for a new limit.
const onePortion = 500

// fit lets the periodic work go on to the end.
func (b licenseBench) fit(t *testing.T) {
	t.Helper()
	if _, err := b.Licenses.Fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"license_fittings", "edition_fittings"} {
		if n := storetest.Count(t, b.Env, `SELECT COUNT(*) FROM `+table); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	b.Balanced(t)
}

func (b licenseBench) limit(t *testing.T, l *licensing.License, n int64) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) {
		return b.Licenses.Update(x, b.Vendor, l.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &n; return o }})
	})
}

func (b licenseBench) contractTokens(t *testing.T, l *licensing.License) int {
	t.Helper()
	return storetest.Count(t, b.Env, `SELECT COUNT(*) FROM tokens WHERE license_id = $1 AND role = 'contract'`, l.ID)
}

// A new limit holds at once; the tokens follow in portions.
func TestTokensFollowANewLimitInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		const many = 3*onePortion - 100
		l := b.Issue(t, b.Limited(t, many, 0, 0))
		if n := b.contractTokens(t, l); n != onePortion {
			t.Errorf("issuing made %d tokens in its transaction, want %d", n, onePortion)
		}
		past := b.Granted(t, l.LicenseKey, "past") // its token is named for ever
		b.fit(t)
		if n := b.contractTokens(t, l); n != many {
			t.Errorf("%d tokens were made, want %d", n, many)
		}
		if r := b.Unassign(t, past.TokenKey); r != nil {
			t.Fatal(r)
		}
		b.Granted(t, l.LicenseKey, "a")

		before := storetest.Count(t, e, `SELECT COUNT(*) FROM tokens`)
		b.limit(t, l, 1)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM tokens`); n < before-onePortion {
			t.Errorf("the change deleted %d tokens in its transaction", before-n)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "b") // although there are free tokens
		b.fit(t)
		if n := b.contractTokens(t, l); n != 1 {
			t.Errorf("%d tokens are left by contract, want 1", n)
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "b")

		b.limit(t, l, many)
		b.Granted(t, l.LicenseKey, "b") // although there are not all tokens yet
		b.fit(t)
		if n := b.contractTokens(t, l); n != many {
			t.Errorf("%d tokens after the limit was raised again, want %d", n, many)
		}
	})
}

// What a server that stops has left to do, the next one does.
func TestPortionsOutliveAServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 4*onePortion, 0, 0))
		ctx, stop := context.WithCancel(t.Context())
		stopping, err := licensing.New(licensing.Config{
			Store: b.Store, Reader: b.Store, Pulses: b.Pulses, Devices: b.Devices, Runner: storetest.StopsAfter(e.DB, 1, stop), IDs: e.IDs,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stopping.Fit(ctx); err == nil && ctx.Err() == nil {
			t.Error("it was not stopped")
		}
		if n := b.contractTokens(t, l); n != 2*onePortion {
			t.Errorf("%d tokens when it stopped, want %d", n, 2*onePortion)
		}
		b.Balanced(t)
		b.fit(t)
		if n := b.contractTokens(t, l); n != 4*onePortion {
			t.Errorf("%d tokens in the end, want %d", n, 4*onePortion)
		}
	})
}

// A portion takes no second step once its time is over.
func TestAPortionEndsWithItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		const step = 50
		b := newLicenses(t, storetest.Hurried(t, e))
		l := b.Issue(t, b.Limited(t, 3*step, 0, 0))
		if n := b.contractTokens(t, l); n != step {
			t.Errorf("issuing made %d tokens, want one step of %d", n, step)
		}
		b.fit(t)
		if n := b.contractTokens(t, l); n != 3*step {
			t.Errorf("%d tokens in the end, want %d", n, 3*step)
		}
		const anyway = 20 // that one call releases however long they take
		ids := make([]ident.UUID, 0, anyway+3)
		for i := range cap(ids) {
			ids = append(ids, b.Granted(t, l.LicenseKey, "c"+strconv.Itoa(i)).UUID)
		}
		all := licensing.DeactivateCommand{Vendor: b.Vendor, License: l.ID, By: licensing.ByStaff}
		d := b.Deactivate(t, all)
		if d.Released != anyway || !d.More {
			t.Errorf("%d were released, more: %t; want %d, and more", d.Released, d.More, anyway)
		}
		one := all
		one.Activations = ids[anyway : anyway+1]
		if d, err := b.Licenses.DeactivateInPortions(t.Context(), one); err != nil || d.Released != 1 || d.More {
			t.Errorf("%d of those were released that were left, %v; want 1", d.Released, err)
		}
		if n, err := b.Licenses.FinishReleases(t.Context()); err != nil || n != 2 {
			t.Errorf("%d were released in the end, %v; want 2", n, err)
		}
		b.Balanced(t)
	})
}

// An edition's new limit makes room in more licences than one transaction touches.
func TestAnEditionsLimitReachesManyLicencesInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b.FollowEditions()
		edition := b.Limited(t, 0, 0, 1)
		const many = 120
		for i := range many {
			l := b.Issue(t, edition)
			b.Granted(t, l.LicenseKey, "c"+strconv.Itoa(i))
			b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "d")
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, catalog.EditionChange{
				Policy: func(p terms.Policy) terms.Policy { p.TokenLimit = 1; return p },
			})
		})
		waiting := `SELECT COUNT(*) FROM licenses WHERE goodwill_used > 0 OR used_up_at IS NOT NULL`
		if n := storetest.Count(t, e, waiting); n == 0 || n >= many {
			t.Errorf("%d of %d licences wait after the first portion", n, many)
		}
		b.fit(t)
		if n := storetest.Count(t, e, waiting); n != 0 {
			t.Errorf("%d licences are still above their old limit", n)
		}
	})
}
