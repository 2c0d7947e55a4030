package server_test

import (
	"bytes"
	"testing"

	"chancery/client"
	"chancery/internal/server/servertest"
)

// again is a machine of the same client id with a new state, as after a reinstall or on a
// copied image.
func (f *far) again(t *testing.T) *far {
	t.Helper()
	return f.v.far(t, f.config.ClientID)
}

// ask brings a request for a key.
func (f *far) ask(t *testing.T, want int, key string) (request, reply []byte) {
	t.Helper()
	file, err := f.OfflineRequest(key)
	if err != nil {
		t.Fatal(err)
	}
	return file.Text, f.v.bring(t, want, file.Text)
}

// A second machine under one client id takes a free place, as a device of its own. What
// the first one may have used until it reports counts as what was left.
func TestASecondMachineTakesAFreePlace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{
			"token_limit": 2, "offline_allowed": true, "limitations": []terms{{"name": "Scans", "limit": 10, "reset": "never"}},
		})
		l := v.issue(t, nil)
		first := v.far(t, "m-1")
		first.activate(t, l.Key)
		first.consume(t, 2)
		v.bring(t, 200, first.report(t))
		v.told(t, l, "2")
		second := first.again(t)
		request, license := second.ask(t, 200, l.Key)
		if st, err := second.Install(license); err != nil || !st.Valid() {
			t.Fatalf("%+v, %v", st, err)
		}
		if again := v.bring(t, 200, request); len(again) == 0 {
			t.Error("the request is not answered again")
		}
		v.told(t, l, "10")
		if left, ok := second.Remaining("Scans"); !ok || left != 0 {
			t.Errorf("%v left for the second machine", left)
		}
		list := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil)
		if !bytes.Contains(list.Body, []byte(`"m-1~2"`)) {
			t.Errorf("the vendor sees %s", list.Body)
		}
		if files := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/files", nil); !bytes.Contains(files.Body, []byte(`"m-1~2"`)) {
			t.Errorf("the files are listed as another device's: %s", files.Body)
		}
		third := first.again(t)
		if _, got := third.ask(t, 409, l.Key); !bytes.Contains(got, []byte("the vendor is asked")) {
			t.Errorf("no place left: %s", got)
		}
		// The first one is there still, and tells what it has really used.
		first.consume(t, 3)
		v.bring(t, 200, first.report(t))
		v.told(t, l, "10")
		if !first.Status().Valid() {
			t.Error("the first machine is locked")
		}
		refresh := v.manage(t, 200, "GET", "/activations/"+second.held(t).ActivationID+"/refresh-file", nil)
		if st, err := second.Install(refresh.Body); err != nil || !st.Valid() {
			t.Errorf("a refresh of the second machine: %+v, %v", st, err)
		}
		given, err := second.OfflineDeactivate()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := second.Receipt(v.bring(t, 200, given.Text)); err != nil {
			t.Error(err)
		}
	})
}

// Without a free place the first machine counts as deleted by its owner: with a refresh-by
// until then, without one until the vendor says so.
func TestASecondMachineWaits(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		first := v.far(t, "m-1")
		first.activate(t, l.Key)
		first.consume(t, 1)
		second := first.again(t)
		request, got := second.ask(t, 409, l.Key)
		if !bytes.Contains(got, []byte("the vendor is asked to free its place")) {
			t.Errorf("without a refresh-by: %s", got)
		}
		v.bring(t, 409, request)
		list := v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil)
		var items struct{ Items []struct{ ID string } }
		list.JSON(t, &items)
		v.manage(t, 204, "DELETE", "/activations/"+items.Items[0].ID, nil) // as staff decide it
		if st, err := second.Install(v.bring(t, 200, request)); err != nil || !st.Valid() {
			t.Errorf("%+v, %v", st, err)
		}
		v.told(t, l, "10") // what the first one may have used

		days := v.issue(t, terms{"offline_days": 30})
		one := v.far(t, "m-2")
		one.activate(t, days.Key)
		if _, got := one.again(t).ask(t, 409, days.Key); !bytes.Contains(got, []byte("in force until ")) {
			t.Errorf("with a refresh-by: %s", got)
		}

		none := v.issue(t, terms{"deactivation_allowance": 0})
		two := v.far(t, "m-3")
		two.activate(t, none.Key)
		if _, got := two.again(t).ask(t, 409, none.Key); !bytes.Contains(got, []byte("no place and no deactivation left")) {
			t.Errorf("without an allowance: %s", got)
		}
		if st := two.Status(); st.State != client.StateValid {
			t.Errorf("the first machine: %+v", st)
		}
	})
}
