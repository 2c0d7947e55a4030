package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/internal/audit"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	auditstore "chancery/internal/store/audit"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

type stamp struct{}

func (stamp) SignHead(_ context.Context, _ ident.VendorID, text string) (string, error) {
	return "signed " + text, nil
}

type auditBench struct {
	storetest.Env

	rows   auditstore.Store
	sealer *audit.Sealer
	vendor audit.Vendor
}

func newAudit(t *testing.T, e storetest.Env, horizon time.Duration) auditBench {
	t.Helper()
	return newAuditOf(t, e, "Acme", horizon)
}

func newAuditOf(t *testing.T, e storetest.Env, name string, horizon ...time.Duration) auditBench {
	t.Helper()
	b := auditBench{Env: e, rows: auditstore.Store{DB: e.DB}}
	var err error
	b.sealer, err = audit.NewSealer(audit.SealerConfig{Store: b.rows, Signer: stamp{}, Horizon: append(horizon, 0)[0], Batch: 10})
	if err != nil {
		t.Fatal(err)
	}
	v := storetest.Vendor(t, e, name) // its creation is the first record
	b.vendor = audit.Vendor{ID: v.ID, UUID: v.UUID}
	return b
}

func (b auditBench) write(t *testing.T, n int) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (struct{}, error) {
		for i := range n {
			x.Journal(tx.Entry{Vendor: b.vendor.ID, Action: "customer.updated", Subject: "customer", ID: b.IDs.V7(), After: i})
		}
		return struct{}{}, nil
	})
}

func (b auditBench) round(t *testing.T, stragglers bool) string {
	t.Helper()
	head, err := b.sealer.Round(t.Context(), b.DB, b.vendor, stragglers)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func (b auditBench) verify(t *testing.T, heads ...audit.Head) audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), b.rows, b.vendor, heads...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (b auditBench) exec(t *testing.T, sqltext string, args ...any) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (int64, error) { return store.On(x).Exec(sqltext, args...) })
}

func TestSealing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 0)
		b.write(t, 34)
		head := b.round(t, false)
		if !strings.HasPrefix(head, "signed chancery-audit-head-1 "+b.vendor.UUID.String()+" 35 ") {
			t.Errorf("head %q", head)
		}
		if again := b.round(t, false); again != "" {
			t.Errorf("a round with nothing to seal gave %q", again)
		}
		if kept, err := b.rows.Heads(t.Context(), b.vendor.ID, 10); err != nil || len(kept) != 1 || kept[0] != head {
			t.Errorf("kept %v, %v", kept, err)
		}
		r := b.verify(t)
		if len(r.Broken) != 0 || r.Unsealed != 0 || r.Head.Sequence != 35 {
			t.Errorf("%+v", r)
		}
		given, err := audit.ParseHead(strings.TrimPrefix(head, "signed "))
		if err != nil || given.Hash != r.Head.Hash {
			t.Fatalf("%+v, %v", given, err)
		}
		// Two vendors have two chains.
		storetest.Vendor(t, e, "Bolt")
		b.write(t, 1)
		if r := b.verify(t, given); len(r.Broken) != 0 || r.Unsealed != 1 {
			t.Errorf("%+v", r)
		}
		b.round(t, false)
		if r := b.verify(t, given); len(r.Broken) != 0 || r.Head.Sequence != 36 {
			t.Errorf("%+v", r)
		}
	})
}

const fifth = `(SELECT audit_id FROM audit_seals WHERE vendor_id = $2 AND sequence = 5)`

// The attacks of someone who can write to the database.
func TestVerifyFindsTampering(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		for name, c := range map[string]struct {
			attack  func(t *testing.T, b auditBench)
			byHead  bool // only a head kept elsewhere shows it
			message string
		}{
			"changed": {func(t *testing.T, b auditBench) {
				b.exec(t, `UPDATE audit_log SET actor_name = 'Mallory' WHERE vendor_id = $1 AND id = `+fifth, b.vendor.ID, b.vendor.ID)
			}, false, "was changed"},
			"removed": {func(t *testing.T, b auditBench) {
				b.exec(t, `DELETE FROM audit_log WHERE vendor_id = $1 AND id = `+fifth, b.vendor.ID, b.vendor.ID)
			}, false, "is missing"},
			"removed with its seal": {func(t *testing.T, b auditBench) {
				b.exec(t, `DELETE FROM audit_log WHERE vendor_id = $1 AND id = `+fifth, b.vendor.ID, b.vendor.ID)
				b.exec(t, `DELETE FROM audit_seals WHERE vendor_id = $1 AND sequence = 5`, b.vendor.ID)
			}, false, "are missing"},
			"cut short": {func(t *testing.T, b auditBench) {
				b.exec(t, `DELETE FROM audit_log WHERE vendor_id = $1
					AND id IN (SELECT audit_id FROM audit_seals WHERE vendor_id = $2 AND sequence > 5)`, b.vendor.ID, b.vendor.ID)
				b.exec(t, `DELETE FROM audit_seals WHERE vendor_id = $1 AND sequence > 5`, b.vendor.ID)
			}, true, "before the given head"},
			"rewritten": {func(t *testing.T, b auditBench) {
				b.exec(t, `DELETE FROM audit_seals WHERE vendor_id = $1`, b.vendor.ID)
				b.exec(t, `UPDATE audit_log SET address = '203.0.113.9' WHERE vendor_id = $1`, b.vendor.ID)
				b.round(t, true)
			}, true, "not the one that the given head"},
		} {
			b := newAudit(t, e, 0)
			b.write(t, 11)
			b.round(t, false)
			head := b.verify(t).Head
			c.attack(t, b)
			if plain := b.verify(t); (len(plain.Broken) == 0) != c.byHead {
				t.Errorf("%s: without a head: %v", name, plain.Broken)
			}
			r := b.verify(t, head)
			if !strings.Contains(strings.Join(r.Broken, "\n"), c.message) {
				t.Errorf("%s: %v", name, r.Broken)
			}
		}
	})
}

func TestSealingWaitsForTheHorizon(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 10*time.Second)
		b.write(t, 3)
		if head := b.round(t, false); head != "" {
			t.Errorf("young records were sealed: %s", head)
		}
		e.Clock.Advance(6 * time.Second)
		b.write(t, 2)
		e.Clock.Advance(5 * time.Second)
		b.round(t, false)
		if r := b.verify(t); r.Head.Sequence != 4 || r.Unsealed != 2 {
			t.Errorf("%+v", r)
		}
	})
}

// A record that commits after one with a higher id was sealed comes to the
// chain's end, and nothing before it changes.
func TestStragglersAreSealedLater(t *testing.T) {
	t.Parallel()
	e := storetest.Postgres(t)
	b := newAudit(t, e, 0)
	began, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- e.DB.Run(t.Context(), func(x tx.Tx) error {
			// As the journal writes it, but before the end of the transaction: an id is taken.
			_, err := store.On(x).Exec(`INSERT INTO audit_log
				(vendor_id, at, action, subject, actor_kind, actor_id, actor_name, address, request_id)
				VALUES ($1, $2, 'late', 'customer', 'system', '', '', '', '')`, b.vendor.ID, x.Now().UnixMilli())
			close(began)
			<-release
			return err
		})
	}()
	<-began
	b.write(t, 5)
	b.round(t, false)
	before := b.verify(t).Head
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	b.write(t, 1)
	b.round(t, false)
	if r := b.verify(t, before); len(r.Broken) != 0 || r.Unsealed != 1 {
		t.Fatalf("%+v", r)
	}
	b.round(t, true)
	r := b.verify(t, before)
	if len(r.Broken) != 0 || r.Unsealed != 0 || r.Head.Sequence != before.Sequence+2 {
		t.Errorf("%+v", r)
	}
	links, err := b.rows.Links(t.Context(), b.vendor.ID, r.Head.Sequence-1, 1)
	if err != nil || len(links) != 1 || links[0].Record.Action != "late" {
		t.Errorf("the straggler is not at the end: %+v, %v", links, err)
	}
}

func TestSealersAtOnceKeepOneChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 0)
		b.write(t, 60)
		const sealers = 6
		failed := make(chan error, sealers)
		for range sealers {
			go func() {
				_, err := b.sealer.Round(t.Context(), e.DB, b.vendor, false)
				failed <- err
			}()
		}
		var err error
		for range sealers {
			err = errors.Join(err, <-failed)
		}
		b.round(t, false)
		if r := b.verify(t); err != nil || len(r.Broken) != 0 || r.Unsealed != 0 || r.Head.Sequence != 61 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestAuditList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newAudit(t, e, 0)
		b.rows.SearchDepth = 10
		for i := range 45 {
			storetest.Do(t, e, func(x tx.Tx) (struct{}, error) {
				action := "customer.updated"
				if i%20 == 0 {
					action = "customer.created"
				}
				x.Journal(tx.Entry{Vendor: b.vendor.ID, Action: action, Subject: "customer", ID: b.IDs.V7(), After: i})
				return struct{}{}, nil
			})
			e.Clock.Advance(time.Second)
		}
		stranger := storetest.Vendor(t, e, "Bolt").ID
		list := func(vendor ident.VendorID, f audit.Filter) (found []string, pages int) {
			for cursor := ""; ; {
				r, err := listing.Parse(4, "", cursor, audit.Sorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.rows.List(t.Context(), vendor, f, r)
				if err != nil {
					t.Fatal(err)
				}
				pages++
				for _, a := range page.Items {
					if a.After != nil {
						found = append(found, *a.After)
					}
				}
				if cursor = page.Next; cursor == "" {
					return found, pages
				}
			}
		}
		if all, _ := list(b.vendor.ID, audit.Filter{}); len(all) != 46 || all[0] != "44" || all[44] != "0" {
			t.Errorf("all: %v", all)
		}
		if some, pages := list(b.vendor.ID, audit.Filter{Action: "customer.created"}); fmt.Sprint(some) != "[40 20 0]" || pages < 4 {
			t.Errorf("by action: %v on %d pages", some, pages)
		}
		from, to := storetest.Start.Add(3*time.Second), storetest.Start.Add(6*time.Second)
		if some, _ := list(b.vendor.ID, audit.Filter{From: &from, To: &to}); fmt.Sprint(some) != "[5 4 3]" {
			t.Errorf("by time: %v", some)
		}
		if some, _ := list(b.vendor.ID, audit.Filter{ActorID: "nobody"}); len(some) != 0 {
			t.Errorf("by actor: %v", some)
		}
		if some, _ := list(b.vendor.ID, audit.Filter{License: e.IDs.V7()}); len(some) != 0 {
			t.Errorf("by license: %v", some)
		}
		if some, _ := list(stranger, audit.Filter{Subject: "customer"}); len(some) != 0 {
			t.Errorf("another vendor sees %v", some)
		}
	})
}
