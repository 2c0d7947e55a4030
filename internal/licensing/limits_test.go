package licensing_test

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
		l := b.Issue(t, b.Limited(t, 1, 1, 1))
		first := b.Granted(t, l.LicenseKey, "c1")
		b.Granted(t, l.LicenseKey, "c2")
		third := b.Granted(t, l.LicenseKey, "c3")
		if !third.IsGoodwill() {
			t.Error("the third client is above contract and buffer, and not on goodwill")
		}
		b.Refused(t, refusal.NoTokenLeft, l.LicenseKey, "c4")
		b.Balanced(t)

		now, err := b.Store.ByUUID(t.Context(), b.Vendor, l.UUID)
		if err != nil || now.UsedUpAt.IsZero() {
			t.Fatalf("the licence is not marked as used up: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM devices WHERE number = 'c4'`); n != 0 {
			t.Error("a refused client left a device behind")
		}
		if n := storetest.Count(t, e, `SELECT SUM(denied) FROM denials WHERE license_id = $1 AND reason = 2000`, l.ID); n != 1 {
			t.Errorf("%d denials counted, want 1: a refusal is a value, and commits", n)
		}

		if r := b.Unassign(t, first.TokenKey); r != nil {
			t.Fatalf("unassign: %+v", r)
		}
		b.Balanced(t)
		out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c3", Client: licensing.Client{SoftwareVersion: "1"}})
		if out.Refusal != nil || out.State.Activation.IsGoodwill() {
			t.Errorf("the goodwill activation did not turn regular when a token freed: %+v", out)
		}
		if out.State.Activation.TokenKey != third.TokenKey {
			t.Error("turning regular changed the token key")
		}
		if out.State.Reason != "" {
			t.Errorf("reason %q after room was made", out.State.Reason)
		}
		b.Granted(t, l.LicenseKey, "c4")
		b.Balanced(t)
	})
}

func TestActivatingAgainHoldsOneToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 0))
		one, again := b.Granted(t, l.LicenseKey, "c1"), b.Granted(t, l.LicenseKey, "c1")
		if one.TokenKey != again.TokenKey || one.UUID != again.UUID {
			t.Error("the second activation got another token")
		}
		byToken := b.Granted(t, b.TokenKeys(t, l)[0], "c1")
		if byToken.TokenKey != one.TokenKey {
			t.Error("another key of the same licence moved the client")
		}
		b.Balanced(t)
	})
}

func TestTokenKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 1))
		keys := b.TokenKeys(t, l)
		if len(keys) != 3 {
			t.Fatalf("%d token keys, want 3", len(keys))
		}
		handedOut := keys[2] // the lowest slot
		b.Granted(t, l.LicenseKey, "a")
		b.Granted(t, l.LicenseKey, "b")
		mine := b.Granted(t, handedOut, "c")
		if mine.TokenKey != handedOut {
			t.Error("a token key led to another token")
		}
		b.Refused(t, refusal.TokenAssigned, handedOut, "d")
		b.Refused(t, refusal.InvalidKey, e.IDs.V4(), "d")
		if r := b.Unassign(t, handedOut); r != nil {
			t.Fatal(r)
		}
		if r := b.Unassign(t, handedOut); r == nil || r.ID != refusal.AlreadyUnassigned {
			t.Errorf("unassigning twice: %+v", r)
		}
		if r := b.Unassign(t, e.IDs.V4()); r == nil || r.ID != refusal.UnknownToken {
			t.Errorf("unassigning nothing: %+v", r)
		}
		b.Granted(t, handedOut, "d")
		b.Balanced(t)
	})
}

func TestATokenKeyWhoseRoleWasSwappedStillWorks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 1))
		key := b.TokenKeys(t, l)[0]
		b.Granted(t, key, "a")
		extra := b.Granted(t, l.LicenseKey, "b")
		if r := b.Unassign(t, key); r != nil {
			t.Fatal(r)
		}
		b.Balanced(t) // b is regular now, and the contract's key is a free goodwill token
		again := b.Granted(t, key, "c")
		if !again.IsGoodwill() || again.TokenKey != key {
			t.Errorf("got %+v", again)
		}
		if r := b.Unassign(t, extra.TokenKey); r != nil {
			t.Fatal(r)
		}
		b.Balanced(t)
		b.Granted(t, extra.TokenKey, "d")
		b.Balanced(t)
	})
}

func TestMovingToAnotherLicenceFreesTheFirstAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		one, two := b.Issue(t, edition), b.Issue(t, edition)
		b.Granted(t, one.LicenseKey, "c")
		b.Granted(t, two.LicenseKey, "c")
		b.Granted(t, one.LicenseKey, "d")
		b.Refused(t, refusal.NoTokenLeft, one.LicenseKey, "c")
		out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}})
		if out.State.License.ID != two.ID {
			t.Error("a refused move cost the client the licence it holds")
		}
		b.Balanced(t)
	})
}

func TestAClientIsNotMovedToAnotherCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		mine := b.Issue(t, edition)
		other := b.NewCustomer(t, "Someone Else")
		theirs := b.Issue(t, edition, func(c *licensing.IssueCommand) { c.Customer = other.UUID })
		b.Granted(t, mine.LicenseKey, "c")
		b.Refused(t, refusal.OtherCustomersToken, theirs.LicenseKey, "c")
		off := false
		b.Update(t, mine, licensing.Change{IsActive: &off})
		b.Granted(t, theirs.LicenseKey, "c")
		b.Balanced(t)
	})
}

func TestTemporaryLicenceSitsBesideAndGoesFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		own := b.Issue(t, edition)
		guest := b.Issue(t, edition, func(c *licensing.IssueCommand) { c.IsTemporary = true })
		b.Granted(t, own.LicenseKey, "c")
		b.Granted(t, guest.LicenseKey, "c")
		beat := licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}}
		if out := b.Heartbeat(t, beat); out.State.License.ID != guest.ID {
			t.Error("the temporary licence does not go first")
		}
		off := false
		b.Update(t, guest, licensing.Change{IsActive: &off})
		if out := b.Heartbeat(t, beat); out.State.License.ID != own.ID {
			t.Error("the client's own licence does not answer while the temporary one is off")
		}
		b.Balanced(t)
	})
}

func TestTokensFollowTheLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 2, 0, 2))
		for _, c := range []string{"a", "b", "c", "d"} {
			b.Granted(t, l.LicenseKey, c)
		}
		before := b.TokenKeys(t, l)
		four := int64(4)
		l = b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &four; return o }})
		if l.GoodwillUsed != 0 || l.RegularUsed != 4 {
			t.Errorf("after raising the limit: %d regular, %d goodwill", l.RegularUsed, l.GoodwillUsed)
		}
		b.Balanced(t)
		for _, k := range before {
			if !slices.Contains(b.TokenKeys(t, l), k) {
				t.Error("raising the limit changed a token key")
			}
		}
		three := int64(3)
		storetest.Refuse(t, e, "tokens_in_use", func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, l.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &three; return o }})
		})
		b.Balanced(t)
	})
}

func TestSerialNeverFalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		from, to := b.Limited(t, 1, 0, 0), b.Limited(t, 5, 0, 0)
		l := b.Issue(t, from)
		for i := range 4 {
			name := "Name " + strconv.Itoa(i)
			next := b.Update(t, l, licensing.Change{Name: &name})
			if next.Serial() <= l.Serial() {
				t.Fatalf("serial %d after %d", next.Serial(), l.Serial())
			}
			l = next
		}
		next := b.Update(t, l, licensing.Change{Edition: to.UUID})
		if next.Serial() <= l.Serial() {
			t.Errorf("serial %d after %d: it fell on a move", next.Serial(), l.Serial())
		}
		b.Balanced(t)
	})
}

// A thousand clients at once: exactly contract + buffer + goodwill get in.
func TestAThousandConcurrentActivations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 20, 5, 3))
		var granted, goodwill, full int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() {
				var out licensing.Outcome
				err := e.DB.Run(t.Context(), func(x tx.Tx) (err error) {
					out, err = b.Licenses.Activate(x, licensing.ActivateCommand{
						Vendor: b.Vendor, Product: b.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "client-" + strconv.Itoa(i),
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
		b.Balanced(t)
	})
}

func TestSameClientConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		one, two := b.Issue(t, edition), b.Issue(t, edition)
		var wg sync.WaitGroup
		for i := range 60 {
			key := []ident.UUID{one.LicenseKey, two.LicenseKey}[i%2]
			wg.Go(func() {
				if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
					out, err := b.Licenses.Activate(x, licensing.ActivateCommand{
						Vendor: b.Vendor, Product: b.Product.UUID, Key: licensing.Key{UUID: key}, ClientID: "the one",
					})
					if err == nil && out.Refusal != nil {
						t.Errorf("refused the place that the client has itself: %+v", out.Refusal)
					}
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
		b.Balanced(t)
	})
}
