package licensing_test

import (
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b licenseBench) unassignAs(t *testing.T, p storetest.Pair, counter int64, token ident.UUID) *refusal.Refusal {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) {
		return b.Licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.Vendor, TokenKey: token, ClientID: "m", Proof: p.By(counter)})
	})
}

func (b licenseBench) beatAs(t *testing.T, p storetest.Pair, counter int64, version string) *refusal.Refusal {
	t.Helper()
	return b.Heartbeat(t, licensing.HeartbeatCommand{
		ClientID: "m", Client: licensing.Client{SoftwareVersion: version, OperatingSystem: "Plan 9"}, Proof: p.By(counter),
	}).Refusal
}

// The attack: a relay has recorded the calls of a client, and sends them again when
// they do harm.
func TestRecordedActivations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		first := b.ActivateAs(t, "a", 10, l.LicenseKey)
		storetest.Taken(t, "the activation", first.Refusal)
		storetest.Repeated(t, "the activation again", b.ActivateAs(t, "a", 10, l.LicenseKey).Refusal, 10)
		storetest.Taken(t, "with a higher counter", b.ActivateAs(t, "a", 11, l.LicenseKey).Refusal)
		storetest.Repeated(t, "without a counter", b.ActivateAs(t, "a", 0, l.LicenseKey).Refusal, 11)

		// The vendor releases the client; what was recorded does not take the place again.
		storetest.Do(t, e, func(x tx.Tx) (bool, error) {
			return b.Licenses.Release(x, b.Vendor, first.State.Activation.UUID, licensing.ByStaff)
		})
		storetest.Repeated(t, "the activation of before", b.ActivateAs(t, "a", 11, l.LicenseKey).Refusal, 11)
		again := b.ActivateAs(t, "a", 12, l.LicenseKey)
		storetest.Taken(t, "the client itself", again.Refusal)

		// The client gives it up; its key is nobody's from then on.
		token := again.State.Activation.TokenKey
		storetest.Repeated(t, "an unassign of before", b.unassignAs(t, "a", 12, token), 12)
		storetest.Taken(t, "the unassign", b.unassignAs(t, "a", 13, token))
		storetest.Repeated(t, "an activation of before", b.ActivateAs(t, "a", 12, l.LicenseKey).Refusal, 13)
		if r := b.ActivateAs(t, "a", 99, l.LicenseKey).Refusal; r == nil || r.ID != refusal.KeyGivenUp {
			t.Errorf("a key that was given up: %+v", r)
		}
		storetest.Taken(t, "another key", b.ActivateAs(t, "b", 1, l.LicenseKey).Refusal)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE released_at IS NULL`); n != 1 {
			t.Errorf("%d activations", n)
		}
	})
}

// A program that does not count yet works as before, until it shows a counter.
func TestClientsThatDoNotCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		for range 2 {
			storetest.Taken(t, "an activation", b.ActivateAs(t, "a", 0, l.LicenseKey).Refusal)
			storetest.Taken(t, "a heartbeat", b.beatAs(t, "a", 0, "1"))
			storetest.Taken(t, "a heartbeat", b.beatAs(t, "a", 0, "2"))
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM client_keys`); n != 0 {
			t.Errorf("%d keys are remembered for nothing", n)
		}
		storetest.Taken(t, "the first heartbeat that counts", b.beatAs(t, "a", 5, "2"))
		storetest.Repeated(t, "a heartbeat without", b.beatAs(t, "a", 0, "2"), 5)
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		storetest.Repeated(t, "an activation without", b.ActivateAs(t, "a", 0, l.LicenseKey).Refusal, 5)
		storetest.Repeated(t, "a heartbeat without", b.beatAs(t, "a", 0, "2"), 5)
		held := storetest.Count(t, e, `SELECT counter FROM pulses`)
		if held != 5 {
			t.Errorf("the pulse has the counter %d", held)
		}
		// What heartbeats have shown outlives the activation.
		storetest.Taken(t, "an activation", b.ActivateAs(t, "a", 6, l.LicenseKey).Refusal)
		storetest.Taken(t, "a heartbeat", b.beatAs(t, "a", 7, "2"))
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := b.ActivateAs(t, "a", 8, l.LicenseKey).State.Activation
		storetest.Taken(t, "a heartbeat", b.beatAs(t, "a", 20, "2"))
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Licenses.Release(x, b.Vendor, a.UUID, licensing.ByStaff) })
		storetest.Repeated(t, "an activation between", b.ActivateAs(t, "a", 15, l.LicenseKey).Refusal, 20)
	})
}

// A heartbeat that is sent again moves nothing: not the day that its client was seen
// last, not what the client says of itself.
func TestRecordedHeartbeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		storetest.Taken(t, "the activation", b.ActivateAs(t, "a", 10, l.LicenseKey).Refusal)
		storetest.Repeated(t, "a heartbeat from before it", b.beatAs(t, "a", 9, "1"), 10)
		storetest.Taken(t, "the first of the day", b.beatAs(t, "a", 11, "1"))
		storetest.Repeated(t, "it again", b.beatAs(t, "a", 11, "1"), 11)
		storetest.Taken(t, "one that changes nothing", b.beatAs(t, "a", 12, "1"))
		storetest.Repeated(t, "it again, at once", b.beatAs(t, "a", 12, "1"), 12)
		if err := b.Pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		storetest.Repeated(t, "it again", b.beatAs(t, "a", 12, "1"), 12)
		storetest.Taken(t, "an upgrade", b.beatAs(t, "a", 13, "2"))
		storetest.Repeated(t, "the version of before", b.beatAs(t, "a", 12, "1"), 13)
		e.Clock.Advance(storetest.Days(3))
		storetest.Repeated(t, "three days later", b.beatAs(t, "a", 13, "2"), 13)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE software_version = '2'`); n != 1 {
			t.Error("the client's version went back")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM pulses WHERE last_seen_at > $1`, storetest.Start.UnixMilli()); n != 0 {
			t.Error("the client looks alive")
		}
		storetest.Taken(t, "the client itself", b.beatAs(t, "a", 14, "2"))
	})
}

// Who presents ever new keys on a licence that has no room leaves nothing behind.
func TestRefusedKeysAreNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 1, 0, 0))
		b.Granted(t, l.LicenseKey, "first")
		for _, p := range []storetest.Pair{"a", "b", "c"} {
			if r := b.ActivateAs(t, p, 5, l.LicenseKey).Refusal; r == nil || r.ID != refusal.NoTokenLeft {
				t.Fatalf("%+v", r)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM client_keys`); n != 0 {
			t.Errorf("%d keys", n)
		}
	})
}

// An activation that was made without a key pair, by a file or by an older program,
// takes the one that comes with a full key, and answers nobody else then.
func TestAnActivationTakesAKeyPair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		plain := b.Granted(t, l.LicenseKey, "m")
		for n, key := range []ident.UUID{l.LicenseKey, plain.TokenKey} {
			out := b.ActivateAs(t, "a", int64(n)+1, key)
			storetest.Taken(t, "the SDK", out.Refusal)
			if out.State.Activation.UUID != plain.UUID || out.State.Activation.TokenKey != plain.TokenKey {
				t.Errorf("it got another activation: %+v", out.State.Activation)
			}
		}
		b.Refused(t, refusal.ClientAssigned, l.LicenseKey, "m")
		beat := licensing.HeartbeatCommand{ClientID: "m", Client: licensing.Client{SoftwareVersion: "1"}}
		if r := b.Heartbeat(t, beat).Refusal; r == nil || *r != *refusal.Unsigned() {
			t.Errorf("a heartbeat by somebody who names it: %+v", r)
		}
		if r := b.Unassign(t, plain.TokenKey); r == nil || *r != *refusal.Unsigned() {
			t.Errorf("an unassign by somebody who has its token key: %+v", r)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'activation.key_pair'`); n != 1 {
			t.Errorf("%d records in the audit log", n)
		}
	})
}
