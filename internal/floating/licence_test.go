package floating_test

import (
	"strconv"
	"sync"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

func TestAFloatingLicenceTakesAnyNumberOfClients(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		b.FollowEditions()
		edition := b.Floating(t, 2)
		l := b.Issue(t, edition)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM tokens`); n != 0 {
			t.Errorf("%d tokens before anybody came", n)
		}
		first := b.Granted(t, l.LicenseKey, "client-0")
		var all sync.WaitGroup
		for i := 1; i < 40; i++ {
			all.Go(func() { b.Granted(t, l.LicenseKey, "client-"+strconv.Itoa(i)) })
		}
		all.Wait()
		b.Balanced(t)
		if r := b.Unassign(t, first.TokenKey); r != nil {
			t.Fatal(r)
		}
		again := b.Granted(t, l.LicenseKey, "another")
		if again.TokenKey != first.TokenKey {
			t.Error("a free token was not used again")
		}
		out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "client-7", Client: licensing.Client{SoftwareVersion: "1"}})
		if out.Refusal != nil || out.State.Allowed != nil || out.State.Used != 40 || out.State.Reason != "" {
			t.Errorf("%+v", out)
		}
		name := "Renamed"
		if now := b.Update(t, l, licensing.Change{Name: &name}); now.RegularUsed != 40 || !now.UsedUpAt.IsZero() {
			t.Errorf("%+v", now)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) { // a limit that means nothing here may fall
			lower := func(p terms.Policy) terms.Policy { p.TokenLimit = 0; return p }
			return b.Catalog.UpdateEdition(x, b.Vendor, edition.UUID, catalog.EditionChange{Policy: lower})
		})
		b.Balanced(t)
	})
}

func TestLicenceUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		policy := terms.Defaults()
		policy.TokenLimit = 2
		l := b.Issue(t, b.Edition(t, catalog.Edition{
			Name: "Team", Mode: terms.Named, ClientType: terms.Users, LicenseType: terms.Perpetual, Policy: policy,
		}))
		add := func(user string) func(x tx.Tx) (any, error) {
			return func(x tx.Tx) (any, error) { return nil, b.Licenses.AddUser(x, b.Vendor, l.ID, user) }
		}
		remove := func(user string) func(x tx.Tx) (any, error) {
			return func(x tx.Tx) (any, error) { return nil, b.Licenses.RemoveUser(x, b.Vendor, l.ID, user) }
		}
		for _, user := range []string{"ann", "bob", "ann"} {
			storetest.Do(t, e, add(user))
		}
		storetest.Refuse(t, e, "users_used_up", add("carl"))
		storetest.Refuse(t, e, "invalid_request", add(" "))
		out := b.Activate(t, l.LicenseKey, "c")
		if users := out.State.License.Users; len(users) != 2 || users[0] != "ann" || users[1] != "bob" {
			t.Errorf("%v", users)
		}
		before := out.State.Serial
		storetest.Do(t, e, remove("ann"))
		storetest.Refuse(t, e, "license_user_not_found", remove("ann"))
		storetest.Do(t, e, add("carl"))
		out = b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: "c", Client: licensing.Client{SoftwareVersion: "1"}})
		if users := out.State.License.Users; len(users) != 2 || users[1] != "carl" || out.State.Serial <= before {
			t.Errorf("%v, serial %d after %d", users, out.State.Serial, before)
		}
		ofDevices := b.Issue(t, b.Limited(t, 1, 0, 0))
		storetest.Refuse(t, e, "license_of_devices", func(x tx.Tx) (any, error) {
			return nil, b.Licenses.AddUser(x, b.Vendor, ofDevices.ID, "ann")
		})
	})
}
