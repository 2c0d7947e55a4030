package storetest_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func TestLimitsAreContractBufferAndGoodwill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 1, 1))
		first := b.granted(t, l.LicenseKey, "c1")
		b.granted(t, l.LicenseKey, "c2")
		third := b.granted(t, l.LicenseKey, "c3")
		if !third.IsGoodwill() {
			t.Error("the third client is above contract and buffer, and not on goodwill")
		}
		b.refused(t, refusal.NoTokenLeft, l.LicenseKey, "c4")
		b.balanced(t)

		now, err := b.store.ByUUID(t.Context(), b.vendor, l.UUID)
		if err != nil || now.UsedUpAt.IsZero() {
			t.Fatalf("the licence is not marked as used up: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM devices WHERE number = 'c4'`); n != 0 {
			t.Error("a refused client left a device behind")
		}
		if n := storetest.Count(t, e, `SELECT SUM(denied) FROM denials WHERE license_id = $1 AND reason = 2000`, l.ID); n != 1 {
			t.Errorf("%d denials counted, want 1: a refusal is a value, and commits", n)
		}

		if r := b.unassign(t, first.TokenKey); r != nil {
			t.Fatalf("unassign: %+v", r)
		}
		b.balanced(t)
		out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c3", Client: licensing.Client{SoftwareVersion: "1"}})
		if out.Refusal != nil || out.State.Activation.IsGoodwill() {
			t.Errorf("the goodwill activation did not turn regular when a token freed: %+v", out)
		}
		if out.State.Activation.TokenKey != third.TokenKey {
			t.Error("turning regular changed the token key")
		}
		if out.State.Reason != "" {
			t.Errorf("reason %q after room was made", out.State.Reason)
		}
		b.granted(t, l.LicenseKey, "c4")
		b.balanced(t)
	})
}

func TestActivatingAgainHoldsOneToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 2, 0, 0))
		one, again := b.granted(t, l.LicenseKey, "c1"), b.granted(t, l.LicenseKey, "c1")
		if one.TokenKey != again.TokenKey || one.UUID != again.UUID {
			t.Error("the second activation got another token")
		}
		byToken := b.granted(t, b.tokenKeys(t, l)[0], "c1")
		if byToken.TokenKey != one.TokenKey {
			t.Error("another key of the same licence moved the client")
		}
		b.balanced(t)
	})
}

func TestTokenKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 3, 0, 1))
		keys := b.tokenKeys(t, l)
		if len(keys) != 3 {
			t.Fatalf("%d token keys, want 3", len(keys))
		}
		handedOut := keys[2] // the lowest slot
		b.granted(t, l.LicenseKey, "a")
		b.granted(t, l.LicenseKey, "b")
		mine := b.granted(t, handedOut, "c")
		if mine.TokenKey != handedOut {
			t.Error("a token key led to another token")
		}
		b.refused(t, refusal.TokenAssigned, handedOut, "d")
		b.refused(t, refusal.InvalidKey, e.IDs.V4(), "d")
		if r := b.unassign(t, handedOut); r != nil {
			t.Fatal(r)
		}
		if r := b.unassign(t, handedOut); r == nil || r.ID != refusal.AlreadyUnassigned {
			t.Errorf("unassigning twice: %+v", r)
		}
		if r := b.unassign(t, e.IDs.V4()); r == nil || r.ID != refusal.UnknownToken {
			t.Errorf("unassigning nothing: %+v", r)
		}
		b.granted(t, handedOut, "d")
		b.balanced(t)
	})
}

func TestATokenKeyWhoseRoleWasSwappedStillWorks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 1))
		key := b.tokenKeys(t, l)[0]
		b.granted(t, key, "a")
		extra := b.granted(t, l.LicenseKey, "b")
		if r := b.unassign(t, key); r != nil {
			t.Fatal(r)
		}
		b.balanced(t) // b is regular now, and the contract's key is a free goodwill token
		again := b.granted(t, key, "c")
		if !again.IsGoodwill() || again.TokenKey != key {
			t.Errorf("got %+v", again)
		}
		if r := b.unassign(t, extra.TokenKey); r != nil {
			t.Fatal(r)
		}
		b.balanced(t)
		b.granted(t, extra.TokenKey, "d")
		b.balanced(t)
	})
}

func TestMovingToAnotherLicenceFreesTheFirstAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.limited(t, 1, 0, 0)
		one, two := b.issue(t, edition), b.issue(t, edition)
		b.granted(t, one.LicenseKey, "c")
		b.granted(t, two.LicenseKey, "c")
		b.granted(t, one.LicenseKey, "d")
		b.refused(t, refusal.NoTokenLeft, one.LicenseKey, "c")
		out := b.heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}})
		if out.State.License.ID != two.ID {
			t.Error("a refused move cost the client the licence it holds")
		}
		b.balanced(t)
	})
}

func TestAClientIsNotMovedToAnotherCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.limited(t, 1, 0, 0)
		mine := b.issue(t, edition)
		other := b.newCustomer(t, "Someone Else")
		theirs := b.issue(t, edition, func(c *licensing.IssueCommand) { c.Customer = other.UUID })
		b.granted(t, mine.LicenseKey, "c")
		b.refused(t, refusal.OtherCustomersToken, theirs.LicenseKey, "c")
		off := false
		b.update(t, mine, licensing.Change{IsActive: &off})
		b.granted(t, theirs.LicenseKey, "c")
		b.balanced(t)
	})
}

func TestTemporaryLicenceSitsBesideAndGoesFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.limited(t, 1, 0, 0)
		own := b.issue(t, edition)
		guest := b.issue(t, edition, func(c *licensing.IssueCommand) { c.IsTemporary = true })
		b.granted(t, own.LicenseKey, "c")
		b.granted(t, guest.LicenseKey, "c")
		beat := licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}}
		if out := b.heartbeat(t, beat); out.State.License.ID != guest.ID {
			t.Error("the temporary licence does not go first")
		}
		off := false
		b.update(t, guest, licensing.Change{IsActive: &off})
		if out := b.heartbeat(t, beat); out.State.License.ID != own.ID {
			t.Error("the client's own licence does not answer while the temporary one is off")
		}
		b.balanced(t)
	})
}

func TestTokensFollowTheLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 2, 0, 2))
		for _, c := range []string{"a", "b", "c", "d"} {
			b.granted(t, l.LicenseKey, c)
		}
		before := b.tokenKeys(t, l)
		four := int64(4)
		l = b.update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &four; return o }})
		if l.GoodwillUsed != 0 || l.RegularUsed != 4 {
			t.Errorf("after raising the limit: %d regular, %d goodwill", l.RegularUsed, l.GoodwillUsed)
		}
		b.balanced(t)
		for _, k := range before {
			if !slices.Contains(b.tokenKeys(t, l), k) {
				t.Error("raising the limit changed a token key")
			}
		}
		three := int64(3)
		storetest.Refuse(t, e, "tokens_in_use", func(x tx.Tx) (*licensing.License, error) {
			return b.licenses.Update(x, b.vendor, l.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &three; return o }})
		})
		b.balanced(t)
	})
}

func TestSerialNeverFalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		from, to := b.limited(t, 1, 0, 0), b.limited(t, 5, 0, 0)
		l := b.issue(t, from)
		for i := range 4 {
			name := "Name " + strconv.Itoa(i)
			next := b.update(t, l, licensing.Change{Name: &name})
			if next.Serial() <= l.Serial() {
				t.Fatalf("serial %d after %d", next.Serial(), l.Serial())
			}
			l = next
		}
		next := b.update(t, l, licensing.Change{Edition: to.UUID})
		if next.Serial() <= l.Serial() {
			t.Errorf("serial %d after %d: it fell on a move", next.Serial(), l.Serial())
		}
		b.balanced(t)
	})
}

// A thousand clients at once: exactly contract + buffer + goodwill get in.
func TestAThousandConcurrentActivations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 20, 5, 3))
		var granted, goodwill, full int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() {
				var out licensing.Outcome
				err := e.DB.Run(t.Context(), func(x tx.Tx) (err error) {
					out, err = b.licenses.Activate(x, licensing.ActivateCommand{
						Vendor: b.vendor, Product: b.product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "client-" + strconv.Itoa(i),
					})
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Error(err)
				case out.Refusal != nil && out.Refusal.ID == refusal.NoTokenLeft:
					full++
				case out.Refusal != nil:
					t.Errorf("refused with %d", out.Refusal.ID)
				case out.State.Activation.IsGoodwill():
					goodwill++
				default:
					granted++
				}
			})
		}
		wg.Wait()
		if granted != 25 || goodwill != 3 || full != 972 {
			t.Errorf("%d regular, %d goodwill, %d refused; want 25, 3, 972", granted, goodwill, full)
		}
		b.balanced(t)
	})
}

func TestSameClientConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.limited(t, 5, 0, 0)
		one, two := b.issue(t, edition), b.issue(t, edition)
		var wg sync.WaitGroup
		for i := range 60 {
			key := []ident.UUID{one.LicenseKey, two.LicenseKey}[i%2]
			wg.Go(func() {
				if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
					_, err := b.licenses.Activate(x, licensing.ActivateCommand{
						Vendor: b.vendor, Product: b.product.UUID, Key: licensing.Key{UUID: key}, ClientID: "the one",
					})
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE released_at IS NULL`); n != 1 {
			t.Errorf("the client holds %d activations", n)
		}
		b.balanced(t)
	})
}
