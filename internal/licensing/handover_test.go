package licensing_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// handed asks for a hand-over, and gives the secret of its link.
func handed(t *testing.T, b storetest.LicenseBench, l *licensing.License, to string) string {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (string, error) {
		_, _, secret, err := b.Licenses.AskHandOver(x, licensing.HandOverCommand{Vendor: b.Vendor, License: l.ID, Address: to})
		return secret, err
	})
}

func confirmed(t *testing.T, b storetest.LicenseBench, secret string) bool {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (bool, error) { return confirm(b, x, secret) })
}

func confirm(b storetest.LicenseBench, x tx.Tx, secret string) (bool, error) {
	h, err := b.Licenses.HandOverBy(x, b.Vendor, secret)
	if err != nil || h == nil {
		return false, err
	}
	_, used, err := b.Licenses.ConfirmHandOver(x, b.Vendor, h, tx.Actor{})
	return used, err
}

func licenseeOf(t *testing.T, b storetest.LicenseBench, id ident.UUID) string {
	t.Helper()
	l, err := b.Store.ByUUID(t.Context(), b.Vendor, id)
	if err != nil {
		t.Fatal(err)
	}
	return l.LicenseeEmail
}

// A hand-over changes nothing until it is confirmed, and ends when it is used, when a
// newer one is asked for, when it is cancelled, when its time is over, and when the licence
// gets another licensee or customer in another way.
func TestHandOvers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		edition, other := b.Limited(t, 1, 0, 0), b.NewCustomer(t, "Hall & Sons")
		issue := func() *licensing.License {
			return b.Issue(t, edition, func(c *licensing.IssueCommand) { c.LicenseeEmail = "otto@example.com" })
		}
		update := func(l *licensing.License, c licensing.Change) {
			storetest.Do(t, e, func(x tx.Tx) (any, error) { return b.Licenses.Update(x, b.Vendor, l.ID, c) })
		}
		name, otto, elsewhere := "Another name", "otto@example.com", "staff@example.com"
		for what, test := range map[string]struct {
			between func(l *licensing.License)
			good    bool
		}{
			"nothing":           {func(*licensing.License) {}, true},
			"another name":      {func(l *licensing.License) { update(l, licensing.Change{Name: &name}) }, true},
			"the same licensee": {func(l *licensing.License) { update(l, licensing.Change{LicenseeEmail: &otto}) }, true},
			"a newer one":       {func(l *licensing.License) { handed(t, b, l, "third@example.com") }, false},
			"another customer":  {func(l *licensing.License) { update(l, licensing.Change{Customer: other.UUID, LicenseeEmail: &otto}) }, false},
			"another licensee":  {func(l *licensing.License) { update(l, licensing.Change{LicenseeEmail: &elsewhere}) }, false},
			"another one, and back": {func(l *licensing.License) {
				update(l, licensing.Change{LicenseeEmail: &elsewhere})
				update(l, licensing.Change{LicenseeEmail: &otto})
			}, false},
			"its cancelling": {func(l *licensing.License) {
				storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.CancelHandOver(x, b.Vendor, l.ID) })
			}, false},
		} {
			l := issue()
			secret := handed(t, b, l, "Anna@Example.com")
			if got := licenseeOf(t, b, l.UUID); got != "otto@example.com" {
				t.Fatalf("asking changes the licensee to %s", got)
			}
			test.between(l)
			before := licenseeOf(t, b, l.UUID)
			_, _, good, err := b.Licenses.HandOverLink(t.Context(), b.Vendor, secret)
			if err != nil || good != test.good {
				t.Errorf("after %s the link is good: %t, %v", what, good, err)
			}
			want := before
			if test.good {
				want = "anna@example.com"
			}
			if used := confirmed(t, b, secret); used != test.good || licenseeOf(t, b, l.UUID) != want {
				t.Errorf("after %s: used %t, licensee %s", what, used, licenseeOf(t, b, l.UUID))
			}
			if confirmed(t, b, secret) {
				t.Errorf("after %s: used twice", what)
			}
		}
		moved := b.Issue(t, edition, func(c *licensing.IssueCommand) { c.LicenseeEmail = "moves@example.com" })
		secret := handed(t, b, moved, "anna@example.com")
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.Licenses.LicenseeMoved(x, b.Vendor, "moves@example.com", "moved@example.com")
		})
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.Licenses.LicenseeMoved(x, b.Vendor, "moved@example.com", "moves@example.com")
		})
		if confirmed(t, b, secret) {
			t.Error("a link outlives the licensee's change of address")
		}
		to := issue()
		secret = handed(t, b, to, "leaves@example.com")
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.Licenses.LicenseeMoved(x, b.Vendor, "leaves@example.com", "elsewhere@example.com")
		})
		if confirmed(t, b, secret) {
			t.Error("a link outlives the new person's change of address")
		}
		late := issue()
		secret = handed(t, b, late, "anna@example.com")
		e.Clock.Advance(licensing.HandOverLife)
		if _, _, good, err := b.Licenses.HandOverLink(t.Context(), b.Vendor, secret); err != nil || good || confirmed(t, b, secret) {
			t.Errorf("a link is good after %s: %v", licensing.HandOverLife, err)
		}
		if h, err := b.Licenses.PendingHandOver(t.Context(), late); err != nil || h != nil {
			t.Errorf("a hand-over that has run out is pending: %v %v", h, err)
		}
		_, err := storetest.Try(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.CancelHandOver(x, b.Vendor, late.ID) })
		if !fault.Is(err, "hand_over_over") || !strings.Contains(err.Error(), "has run out") {
			t.Errorf("cancelling one that has run out: %v", err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.hand_over_cancelled' AND subject_id = $1`, late.UUID); n != 0 {
			t.Error("one that has run out is told of as cancelled")
		}
		e.Clock.Advance(time.Hour)
		storetest.Do(t, e, func(x tx.Tx) (any, error) { return nil, b.Licenses.ForgetHandOvers(x) })
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM license_handovers`); n != 0 {
			t.Errorf("%d are kept", n)
		}
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (any, error) {
			_, _, _, err := b.Licenses.AskHandOver(x, licensing.HandOverCommand{Vendor: b.Vendor, License: late.ID, Address: "OTTO@example.com"})
			return nil, err
		})
	})
}

// Of many who confirm and cancel at once, one is heard, and what it says holds.
func TestHandOversAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewLicenses(t, e)
		edition := b.Limited(t, 1, 0, 0)
		for range 5 {
			l := b.Issue(t, edition, func(c *licensing.IssueCommand) { c.LicenseeEmail = "otto@example.com" })
			secret := handed(t, b, l, "anna@example.com")
			var all sync.WaitGroup
			var came [8]bool
			for i := range came {
				all.Go(func() {
					var err error
					if came[i], err = storetest.Try(t, e, func(x tx.Tx) (is bool, err error) {
						if i%4 == 3 {
							err = b.Licenses.CancelHandOver(x, b.Vendor, l.ID)
							return err == nil, err
						}
						return confirm(b, x, secret)
					}); err != nil && !fault.Is(err, "hand_over_over") {
						t.Error(err)
					}
				})
			}
			all.Wait()
			used, cancelled := 0, 0
			for i, is := range came {
				switch {
				case is && i%4 == 3:
					cancelled++
				case is:
					used++
				}
			}
			if got := licenseeOf(t, b, l.UUID); used+cancelled != 1 || (got == "anna@example.com") != (used == 1) {
				t.Errorf("%d confirmed and %d cancelled; the licensee is %s", used, cancelled, got)
			}
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.handed_over' AND subject_id = $1`, l.UUID); n != used {
				t.Errorf("%d are in the audit log, %d confirmed", n, used)
			}
		}
	})
}
