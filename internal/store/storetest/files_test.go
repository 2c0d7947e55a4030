package storetest_test

import (
	"fmt"
	"sync"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func offlineAllowed(p *terms.Policy) { p.OfflineAllowed = true }

// byFile activates a client by a file.
func (b licenseBench) byFile(t *testing.T, key ident.UUID, client string) licensing.Outcome {
	t.Helper()
	return b.try(t, licensing.ActivateCommand{Key: licensing.Key{UUID: key}, ClientID: client, Offline: true})
}

// fileOf asks for a licence file.
func (b licenseBench) fileOf(t *testing.T, c licensing.FileCommand) licensing.Outcome {
	t.Helper()
	c.Vendor = b.vendor
	return storetest.Do(t, b.Env, func(x tx.Tx) (licensing.Outcome, error) { return b.licenses.LicenseFile(x, c) })
}

// A client that lives from a file is never heard of, however it came to the file.
func TestClientsWithFilesAreNotUnassignedForSilence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		thirty := 30
		limit := &thirty
		b.change(t, catalog.ProductChange{MaximumInactiveDays: &limit})
		l := b.issue(t, b.limited(t, 4, 0, 0, offlineAllowed))
		first := b.byFile(t, l.LicenseKey, "by file")
		if first.Refusal != nil || !first.State.Activation.IsOffline {
			t.Fatalf("%+v", first)
		}
		b.granted(t, l.LicenseKey, "later by file")
		if again := b.byFile(t, l.LicenseKey, "later by file"); again.Refusal != nil || !again.State.Activation.IsOffline {
			t.Errorf("%+v", again)
		}
		held := b.granted(t, l.LicenseKey, "by licence file")
		if out := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: held.TokenKey}); out.Refusal != nil || !out.State.Activation.IsOffline {
			t.Errorf("%+v", out)
		}
		b.granted(t, l.LicenseKey, "online")
		if again := b.granted(t, l.LicenseKey, "by file"); !again.IsOffline {
			t.Error("activating online again forgot that the client has a file")
		}
		e.Clock.Advance(day(31))
		n, err := b.licenses.ReleaseSilent(t.Context())
		if err != nil || n != 1 {
			t.Errorf("%d unassigned, %v; want 1", n, err)
		}
		if got := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE released_at IS NULL AND is_offline = 1`); got != 3 {
			t.Errorf("%d clients with files left, want 3", got)
		}
		b.balanced(t)
	})
}

func TestLicenseFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 2, 0, 0, offlineAllowed))
		online := b.issue(t, b.limited(t, 2, 0, 0))
		held := b.granted(t, l.LicenseKey, "c1")
		free := b.tokenKeys(t, l)[0]
		ask := func(c licensing.FileCommand, refused int) {
			t.Helper()
			out := b.fileOf(t, c)
			if out.Refusal == nil && refused == 0 || out.Refusal != nil && out.Refusal.ID == refused {
				return
			}
			t.Errorf("%+v: %+v, want %d", c, out.Refusal, refused)
		}
		issued := func() int {
			t.Helper()
			return storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.file_issued'`)
		}
		ask(licensing.FileCommand{License: l.LicenseKey, Unsaid: true, TokenKey: held.TokenKey}, 0)
		if issued() != 0 || storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE is_offline = 1`) != 0 {
			t.Error("only asking was written down")
		}
		ask(licensing.FileCommand{License: l.LicenseKey}, 0)
		ask(licensing.FileCommand{License: free}, 0)
		ask(licensing.FileCommand{License: l.UUID, ByID: true}, 0)
		if n := issued(); n != 3 {
			t.Errorf("%d files in the audit log, want 3", n)
		}
		ask(licensing.FileCommand{License: l.UUID}, refusal.InvalidKey)
		ask(licensing.FileCommand{License: held.UUID, ByID: true}, refusal.InvalidKey)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: held.UUID}, refusal.UnknownToken)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: b.tokenKeys(t, online)[0]}, refusal.UnknownToken)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: free}, refusal.TokenNotAssigned)
		ask(licensing.FileCommand{License: online.LicenseKey}, refusal.OfflineNotAllowed)
		off := false
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
			return b.licenses.Update(x, b.vendor, l.ID, licensing.Change{IsActive: &off})
		})
		ask(licensing.FileCommand{License: l.LicenseKey}, refusal.NotActive)
	})
}

// Attack: ask for a file and give its place up at the same moment, again and again,
// for as many files as one likes.
func TestAPlaceIsGivenUpOrHasAFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		edition := b.limited(t, 1, 0, 0, offlineAllowed)
		for i := range 40 {
			l := b.issue(t, edition)
			held := b.granted(t, l.LicenseKey, fmt.Sprintf("c%d", i))
			var filed licensing.Outcome
			var unassigned *refusal.Refusal
			var both sync.WaitGroup
			both.Go(func() { filed = b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: held.TokenKey}) })
			both.Go(func() {
				unassigned = storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
					return b.licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.vendor, TokenKey: held.TokenKey})
				})
			})
			both.Wait()
			if (filed.Refusal == nil) == (unassigned == nil) {
				t.Fatalf("a file: %+v; given up: %+v", filed.Refusal, unassigned)
			}
		}
		b.balanced(t)
	})
}

// Attack: a trial, or a licence of some days, is taken as a file before its clock
// has started, and used for ever.
func TestFilesSayNoMoreThanTheLicence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		days := 30
		for name, term := range map[string]func(*terms.Policy){
			"trial": func(p *terms.Policy) { p.TrialDays = 14 },
			"days":  func(p *terms.Policy) { p.ExpiresMode, p.ExpiresDays = terms.ExpiresDaysActivated, &days },
		} {
			l := b.issue(t, b.limited(t, 2, 0, 0, offlineAllowed, term))
			free := b.tokenKeys(t, l)[0]
			for _, c := range []licensing.FileCommand{{License: l.LicenseKey}, {License: free}, {License: l.UUID, ByID: true}, {License: l.LicenseKey, TokenKey: free}} {
				if out := b.fileOf(t, c); out.Refusal == nil || out.Refusal.ID != refusal.TokenNotAssigned {
					t.Errorf("%s: %+v before the first activation: %+v", name, c, out.Refusal)
				}
			}
			held := b.byFile(t, l.LicenseKey, name).State.Activation
			for _, c := range []licensing.FileCommand{{License: l.LicenseKey}, {License: l.LicenseKey, TokenKey: held.TokenKey}} {
				if out := b.fileOf(t, c); out.Refusal != nil || out.State.EndsBy().IsZero() || out.State.EndsBy().After(e.Clock.Now().Add(day(days))) {
					t.Errorf("%s: %+v: %+v", name, c, out)
				}
			}
		}
		full := b.issue(t, b.limited(t, 1, 0, 0, offlineAllowed, func(p *terms.Policy) { p.TrialDays = 14 }), func(c *licensing.IssueCommand) {
			c.Overrides = &terms.Overrides{TrialDays: new(0)}
		})
		if out := b.fileOf(t, licensing.FileCommand{License: full.LicenseKey}); out.Refusal != nil {
			t.Errorf("a licence without a clock: %+v", out.Refusal)
		}
	})
}

// A file is used by itself: what would be told to its client by a heartbeat holds
// for it too.
func TestFilesOfGoodwillAndOfSuspendedClients(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		seven := 7
		l := b.issue(t, b.limited(t, 1, 0, 1, offlineAllowed, func(p *terms.Policy) { p.GoodwillDays = &seven }))
		regular, above := b.granted(t, l.LicenseKey, "c1"), b.granted(t, l.LicenseKey, "c2")
		if out := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: above.TokenKey}); !out.State.ExpiresAt.Equal(above.GoodwillUntil) || above.GoodwillUntil.IsZero() {
			t.Errorf("the file of a goodwill client ends at %v, its goodwill at %v", out.State.ExpiresAt, above.GoodwillUntil)
		}
		if out := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: regular.TokenKey}); !out.State.ExpiresAt.IsZero() {
			t.Errorf("the file of a regular client ends at %v", out.State.ExpiresAt)
		}
		b.suspend(t, regular, e.Clock.Now().Add(day(1)))
		if out := b.fileOf(t, licensing.FileCommand{License: l.LicenseKey, TokenKey: regular.TokenKey}); out.Refusal == nil || out.Refusal.ID != refusal.Suspended {
			t.Errorf("a file for a suspended client: %+v", out.Refusal)
		}
	})
}
