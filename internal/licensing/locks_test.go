package licensing_test

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
	edition := b.Limited(t, 1, 0, 1)
	old, next := b.Issue(t, edition), b.Issue(t, edition)
	regular := b.Granted(t, old.LicenseKey, "regular")
	if !b.Granted(t, old.LicenseKey, "mover").IsGoodwill() {
		t.Fatal("the mover is not on goodwill")
	}
	unassigned, commit, gone := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		gone <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := b.Licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.Vendor, TokenKey: regular.TokenKey})
			close(unassigned)
			<-commit
			return err
		})
	}()
	<-unassigned
	moved := make(chan error)
	go func() {
		moved <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := b.Licenses.Activate(x, licensing.ActivateCommand{
				Vendor: b.Vendor, Product: b.Product.UUID, Key: licensing.Key{UUID: next.LicenseKey}, ClientID: "mover",
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
	b.Balanced(t)
	if l, err := b.Store.ByUUID(t.Context(), b.Vendor, old.UUID); err != nil || l.RegularUsed != 0 || l.GoodwillUsed != 0 {
		t.Errorf("the old licence has %d regular and %d on goodwill, %v", l.RegularUsed, l.GoodwillUsed, err)
	}
}

// A client that was never here asks for two licences at once: the second call finds
// the device that the first one has made, and moves it.
func TestANewClientThatComesTwiceAtOnce(t *testing.T) {
	t.Parallel()
	e := storetest.Postgres(t) // where there is more than one writer
	b := newLicenses(t, e)
	edition := b.Limited(t, 1, 0, 0)
	one, two := b.Issue(t, edition), b.Issue(t, edition)
	activate := func(x tx.Tx, l *licensing.License) (licensing.Outcome, error) {
		return b.Licenses.Activate(x, licensing.ActivateCommand{
			Vendor: b.Vendor, Product: b.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "new",
		})
	}
	activated, commit, first := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		first <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := activate(x, one)
			close(activated)
			<-commit
			return err
		})
	}()
	<-activated
	second := make(chan error)
	go func() {
		second <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			out, err := activate(x, two)
			if err == nil && out.Refusal != nil {
				t.Errorf("the second call was refused: %+v", out.Refusal)
			}
			return err
		})
	}()
	for storetest.Count(t, e, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		select {
		case err := <-second:
			t.Fatalf("the second call did not wait for the device: %v", err)
		default:
		}
	}
	close(commit)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
	b.Balanced(t)
	if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE client_id = 'new' AND released_at IS NULL AND license_id = $1`, two.ID); n != 1 {
		t.Errorf("the client holds %d tokens of the licence that it asked for last, want 1", n)
	}
	if n := storetest.Count(t, e, `SELECT COUNT(*) FROM devices WHERE number = 'new'`); n != 1 {
		t.Errorf("%d devices were made", n)
	}
}
