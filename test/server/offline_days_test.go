package server_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/internal/server/servertest"
)

// onTheServersClock lets a device's clock go with the server's.
func (f *far) onTheServersClock(t *testing.T, s *servertest.Server) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.config.Now = s.Program.Rooms().Clock.Now
	var err error
	if f.Client, err = client.New(f.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
}

// copyOf is a device with a copy of another one's state.
func (f *far) copyOf(t *testing.T) *far {
	t.Helper()
	c := f.v.far(t, f.config.ClientID)
	if err := os.CopyFS(c.config.StateDir+"/copy", os.DirFS(f.config.StateDir)); err != nil {
		t.Fatal(err)
	}
	c.config.StateDir += "/copy"
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.Client, err = client.New(c.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// only gives the one activation of a licence.
func (v vendor) only(t *testing.T, l license) (id, refreshBy string) {
	t.Helper()
	var all struct {
		Items []struct {
			ID        string
			RefreshBy string `json:"refresh_by"`
		}
	}
	v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).JSON(t, &all)
	if len(all.Items) != 1 {
		t.Fatalf("%d activations", len(all.Items))
	}
	return all.Items[0].ID, all.Items[0].RefreshBy
}

// A file is good for as many days as the edition says, and a refresh for as many again; a
// time-limited licence that is over goes on with a refresh once it was extended.
func TestFilesAreGoodForDays(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, terms{"offline_days": 30, "expires_at": time.Now().AddDate(0, 0, 60).Format(time.DateOnly)})
		f := v.far(t, "m-1")
		f.onTheServersClock(t, s)
		f.activate(t, l.Key)
		id, by := v.only(t, l)
		if want := s.Program.Rooms().Clock.Now().AddDate(0, 0, 30); f.Status().RunsUntil.Sub(want).Abs() > time.Minute || by == "" {
			t.Errorf("it runs until %s, refresh by %q, want %s", f.Status().RunsUntil, by, want)
		}
		s.Advance(t, v.NewVendor, "720h")
		if st := f.Status(); st.State != client.StateStale || st.Valid() || !strings.Contains(st.Message, "refresh file") {
			t.Errorf("behind the refresh-by: %+v", st)
		}
		refresh := func(want int) []byte {
			t.Helper()
			return v.manage(t, want, "GET", "/activations/"+id+"/refresh-file", nil).Body
		}
		if st, err := f.Install(refresh(200)); err != nil || !st.Valid() {
			t.Errorf("refreshed: %+v, %v", st, err)
		}
		s.Advance(t, v.NewVendor, "2160h")
		if st := f.Status(); st.State != client.StateExpired {
			t.Errorf("behind the end of the licence: %+v", st)
		}
		if got := refresh(409); !bytes.Contains(got, []byte("refused_1001")) {
			t.Errorf("a licence that is over: %s", got)
		}
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"expires_at": time.Now().AddDate(1, 0, 0).Format(time.DateOnly)})
		if st, err := f.Install(refresh(200)); err != nil || !st.Valid() {
			t.Errorf("extended and refreshed: %+v, %v", st, err)
		}
	}, servertest.TestClock)
}

// A licence that became a subscription, or may not be used offline any more, gets no file
// of any kind, and the reason is said.
func TestNoRefreshOfWhatMayNotBeOffline(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		for name, c := range map[string]struct {
			change terms
			of     string
			want   string
		}{
			"a subscription": {terms{"license_type": "subscription"}, "edition", "subscription"},
			"not offline":    {terms{"offline_allowed": false}, "edition", "offline"},
			"an override":    {terms{"offline_allowed": false}, "license", "offline"},
		} {
			v := open(t, s, "Acme "+name, terms{"offline_allowed": true})
			l := v.issue(t, nil)
			f := v.far(t, "m-1")
			request := f.activate(t, l.Key)
			id, _ := v.only(t, l)
			if c.of == "edition" {
				v.manage(t, 200, "PATCH", "/editions/"+v.edition, c.change)
			} else {
				v.manage(t, 200, "PATCH", "/licenses/"+l.ID, c.change)
			}
			if got := v.manage(t, 409, "GET", "/activations/"+id+"/refresh-file", nil).Body; !bytes.Contains(got, []byte(c.want)) {
				t.Errorf("%s: a refresh: %s", name, got)
			}
			if got := v.bring(t, 409, request); !bytes.Contains(got, []byte(c.want)) {
				t.Errorf("%s: the same request again: %s", name, got)
			}
			given, err := f.OfflineDeactivate()
			if err != nil {
				t.Fatal(err)
			}
			v.bring(t, 200, given.Text) // what the device has done is taken all the same
		}
	})
}
