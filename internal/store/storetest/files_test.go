package storetest_test

import (
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/ident"
	"chancery/internal/licensing"
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
		ask(licensing.FileCommand{License: l.UUID}, licensing.InvalidKey)
		ask(licensing.FileCommand{License: held.UUID, ByID: true}, licensing.InvalidKey)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: held.UUID}, licensing.UnknownToken)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: b.tokenKeys(t, online)[0]}, licensing.UnknownToken)
		ask(licensing.FileCommand{License: l.LicenseKey, TokenKey: free}, licensing.TokenNotAssigned)
		ask(licensing.FileCommand{License: online.LicenseKey}, licensing.OfflineNotAllowed)
		off := false
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
			return b.licenses.Update(x, b.vendor, l.ID, licensing.Change{IsActive: &off})
		})
		ask(licensing.FileCommand{License: l.LicenseKey}, licensing.NotActive)
	})
}
