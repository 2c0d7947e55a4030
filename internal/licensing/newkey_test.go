package licensing_test

import (
	"slices"
	"testing"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b licenseBench) renew(t *testing.T, l *licensing.License) *licensing.License {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.RenewKey(x, b.Vendor, l.ID, false) })
}

// A key that leaked opens nothing any more, whatever it is presented to, and is told
// from one that never was.
func TestOldKeysOpenNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0), func(c *licensing.IssueCommand) { c.LegacyKey = "OLD-1" })
		held := b.Granted(t, l.LicenseKey, "a")
		free := b.TokenKeys(t, l)[0]
		now := b.renew(t, l)
		if now.LicenseKey == l.LicenseKey || now.PrintedKey == l.PrintedKey && l.PrintedKey != "" || now.Serial() <= l.Serial() {
			t.Fatalf("%+v", now)
		}
		old := map[string]licensing.Key{
			"license key": {UUID: l.LicenseKey}, "free token key": {UUID: free}, "token key in use": {UUID: held.TokenKey}, "legacy key": {Legacy: []string{"OLD-1"}},
		}
		for name, k := range old {
			for _, client := range []string{"a", "b"} {
				if out := b.Try(t, licensing.ActivateCommand{Key: k, ClientID: client}); out.Refusal == nil || out.Refusal.ID != refusal.KeyReplaced {
					t.Errorf("%s activates %s: %+v", name, client, out.Refusal)
				}
			}
			out, err := b.Licenses.Validate(t.Context(), b.Vendor, k)
			if err != nil || out.Refusal == nil || out.Refusal.ID != refusal.KeyReplaced {
				t.Errorf("%s is validated: %+v %v", name, out.Refusal, err)
			}
			_, r, err := b.Licenses.ByKey(t.Context(), b.Vendor, b.Product.UUID, k)
			if err != nil || r == nil || r.ID != refusal.KeyReplaced {
				t.Errorf("%s is looked up: %+v %v", name, r, err)
			}
			r = storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				_, r, err := b.Licenses.Toggle(x, b.Vendor, b.Product.UUID, k, false)
				return r, err
			})
			if r == nil || r.ID != refusal.KeyReplaced {
				t.Errorf("%s switches the licence: %+v", name, r)
			}
		}
		r := storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
			_, r, err := b.Licenses.Holdings(x, b.Vendor, "a", held.TokenKey, nil)
			return r, err
		})
		if r == nil || r.ID != refusal.KeyReplaced {
			t.Errorf("the old token key consumes: %+v", r)
		}
		b.Refused(t, refusal.InvalidKey, e.IDs.V4(), "b")
		if n := storetest.Count(t, e, `SELECT COALESCE(SUM(denied), 0) FROM denials WHERE reason = $1`, refusal.KeyReplaced); n == 0 {
			t.Error("no denial was counted")
		}
		again := b.Granted(t, now.LicenseKey, "a")
		if again.UUID != held.UUID || again.TokenKey == held.TokenKey {
			t.Errorf("the new key gives %+v", again)
		}
		b.Granted(t, b.TokenKeys(t, now)[0], "b")
		b.Balanced(t)
	})
}

// A client that goes on learns the new key from its heartbeats, and may give its place up.
func TestAClientGoesOnWithItsOldTokenKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		a, other := b.Granted(t, l.LicenseKey, "a"), b.Granted(t, l.LicenseKey, "b")
		b.renew(t, l)
		now := b.renew(t, l) // twice: the client has missed one
		beat := func(client string, token ident.UUID) licensing.Outcome {
			return b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client, TokenKey: token, Client: licensing.Client{Hostname: "h"}})
		}
		for range 2 { // the first one is recorded, the second one is not
			out := beat("a", a.TokenKey)
			if out.Refusal != nil || out.State.License.LicenseKey != now.LicenseKey || out.State.Activation.TokenKey == a.TokenKey {
				t.Fatalf("a heartbeat with the old key: %+v %+v", out.Refusal, out.State)
			}
			if again := beat("a", out.State.Activation.TokenKey); again.Refusal != nil {
				t.Errorf("a heartbeat with the new key: %+v", again.Refusal)
			}
		}
		if out := beat("a", other.TokenKey); out.Refusal == nil || out.Refusal.ID != refusal.KeyReplaced {
			t.Errorf("a heartbeat with another client's old key: %+v", out.Refusal)
		}
		if r := b.Unassign(t, a.TokenKey); r != nil {
			t.Errorf("the old key does not give the place up: %+v", r)
		}
		if r := b.Unassign(t, a.TokenKey); r == nil || r.ID != refusal.AlreadyUnassigned {
			t.Errorf("a second time: %+v", r)
		}
		if out := beat("a", a.TokenKey); out.Refusal == nil || out.Refusal.ID != refusal.KeyReplaced {
			t.Errorf("a heartbeat of a client that has gone: %+v", out.Refusal)
		}
		// Who takes the place has nothing from the old key.
		b.Granted(t, now.LicenseKey, "c")
		if r := b.Unassign(t, a.TokenKey); r == nil {
			t.Error("an old key gives up the place of another client")
		}
		b.Balanced(t)
	})
}

func TestSessionsWithAnOldKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Floating(t, 2))
		b.renew(t, l)
		for name, open := range map[string]func(tx.Tx, floating.Call) (*refusal.Refusal, error){
			"open": func(x tx.Tx, c floating.Call) (*refusal.Refusal, error) {
				out, err := b.Sessions.Open(x, c)
				return out.Refusal, err
			},
			"close": b.Sessions.Close,
		} {
			r := storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				return open(x, floating.Call{Vendor: b.Vendor, Presented: l.LicenseKey.String(), ClientID: "a"})
			})
			if r == nil || r.ID != refusal.KeyReplaced {
				t.Errorf("%s: %+v", name, r)
			}
		}
	})
}

// All old keys are refused at once, however many tokens there are; the new ones are
// made in portions, also after a stop.
func TestManyTokenKeysAreReplacedInPortions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, storetest.Hurried(t, e))
		const many = 200
		l := b.Issue(t, b.Limited(t, many, 0, 0))
		b.fit(t)
		first, last := b.Granted(t, l.LicenseKey, "first"), b.Granted(t, l.LicenseKey, "last")
		keys := func() []ident.UUID {
			page, err := b.Store.TokenKeys(t.Context(), b.Vendor, l.ID, many+1)
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		old := keys()
		now := b.renew(t, l)
		if now.RenewedSlot >= now.RenewedUntil {
			t.Fatal("one transaction replaced all keys")
		}
		for _, key := range []ident.UUID{old[0], old[many/2], old[many-3]} {
			b.Refused(t, refusal.KeyReplaced, key, "c")
		}
		if fresh := keys(); len(fresh) >= many || slices.ContainsFunc(fresh, func(k ident.UUID) bool { return slices.Contains(old, k) }) {
			t.Errorf("%d keys are shown, and old ones among them", len(fresh))
		}
		middle := b.Granted(t, now.LicenseKey, "c") // of a token that was not replaced yet
		if slices.Contains(old, middle.TokenKey) {
			t.Error("a client was given a key that is withdrawn")
		}
		for _, a := range []*licensing.Activation{first, last} {
			if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: a.Device.Number, TokenKey: a.TokenKey}); out.Refusal != nil {
				t.Errorf("%s: %+v", a.Device.Number, out.Refusal)
			}
		}
		b.fit(t)
		if fresh := keys(); len(fresh) != many || slices.ContainsFunc(fresh, func(k ident.UUID) bool { return slices.Contains(old, k) }) {
			t.Errorf("%d keys in the end, and old ones among them", len(fresh))
		}
		for _, a := range []*licensing.Activation{first, last, middle} {
			if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: a.Device.Number, TokenKey: a.TokenKey}); out.Refusal != nil {
				t.Errorf("%s in the end: %+v", a.Device.Number, out.Refusal)
			}
		}
		if r := b.Unassign(t, last.TokenKey); r != nil {
			t.Errorf("unassign in the end: %+v", r)
		}
	})
}

func TestDevicesGoWithTheKeyWhereThatIsAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.Issue(t, b.Limited(t, 3, 0, 0))
		a := b.Granted(t, l.LicenseKey, "a")
		d, err := b.Licenses.RenewKeyOf(t.Context(), b.Vendor, l.ID, licensing.NewKey{Release: true})
		if err != nil || d.Released != 1 || d.More {
			t.Fatal(d, err)
		}
		if out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "a", TokenKey: a.TokenKey}); out.Refusal == nil || out.Refusal.ID != refusal.KeyReplaced {
			t.Errorf("%+v", out.Refusal)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.key_replaced'`); n != 1 {
			t.Errorf("%d records in the audit log", n)
		}
	})
}
