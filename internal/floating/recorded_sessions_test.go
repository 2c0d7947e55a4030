package floating_test

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/floating"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
)

func TestRecordedSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		p := terms.Defaults()
		p.FloatingTokenLimit = 1
		l := b.Issue(t, b.Edition(t, catalog.Edition{Name: "Floating", Mode: terms.Floating, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p}))
		storetest.Taken(t, "the activation", b.ActivateAs(t, "a", 1, l.LicenseKey).Refusal)
		as := func(counter int64) func(*floating.Call) {
			return func(c *floating.Call) { c.Proof = floating.Proof(storetest.Pair("a").By(counter)) }
		}
		b.opened(t, l, "m", as(2))
		storetest.Repeated(t, "the open again", b.session(t, l, "m", as(2)).Refusal, 2)
		storetest.Taken(t, "the close", b.close(t, l, "m", as(3)))
		storetest.Repeated(t, "an open of before", b.session(t, l, "m", as(2)).Refusal, 3)
		if n := b.openNow(t, l); n != 0 {
			t.Errorf("%d sessions are open", n)
		}
		b.opened(t, l, "m", as(4))
		storetest.Repeated(t, "a close of before", b.close(t, l, "m", as(3)), 4)
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d sessions are open", n)
		}
	})
}
