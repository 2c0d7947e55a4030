package storetest_test

import (
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A client on goodwill moves to another licence, and has to wait for the old one:
// just then the client turns regular, because somebody else gives up a token.
func TestAMoveSeesWhatHappenedWhileItWaited(t *testing.T) {
	t.Parallel()
	e := storetest.Postgres(t) // where there is more than one writer
	b := newLicenses(t, e)
	edition := b.limited(t, 1, 0, 1)
	old, next := b.issue(t, edition), b.issue(t, edition)
	regular := b.granted(t, old.LicenseKey, "regular")
	if !b.granted(t, old.LicenseKey, "mover").IsGoodwill() {
		t.Fatal("the mover is not on goodwill")
	}
	unassigned, commit, gone := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		gone <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := b.licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.vendor, TokenKey: regular.TokenKey})
			close(unassigned)
			<-commit
			return err
		})
	}()
	<-unassigned
	moved := make(chan error)
	go func() {
		moved <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := b.licenses.Activate(x, licensing.ActivateCommand{
				Vendor: b.vendor, Product: b.product.UUID, Key: licensing.Key{UUID: next.LicenseKey}, ClientID: "mover",
			})
			return err
		})
	}()
	for storetest.Count(t, e, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		select {
		case err := <-moved:
			t.Fatalf("the move did not wait for its old licence: %v", err)
		default:
		}
	}
	close(commit)
	if err := <-gone; err != nil {
		t.Error(err)
	}
	if err := <-moved; err != nil {
		t.Error(err)
	}
	b.balanced(t)
	if l, err := b.store.ByUUID(t.Context(), b.vendor, old.UUID); err != nil || l.RegularUsed != 0 || l.GoodwillUsed != 0 {
		t.Errorf("the old licence has %d regular and %d on goodwill, %v", l.RegularUsed, l.GoodwillUsed, err)
	}
}
