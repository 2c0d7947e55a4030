package server_test

import (
	"bytes"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// The server stops between the count of a report and the note of its file. The same report
// again notes all of it: that it is above the limit, and of a copy.
func TestARepeatNotesTheWholeReport(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		copied := f.copyOf(t)
		f.consume(t, 8)
		v.bring(t, 200, f.report(t))
		copied.consume(t, 7)
		v.bring(t, 200, copied.report(t))
		if err := s.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := store.On(x).Exec(`DELETE FROM offline_files WHERE kind = 'report'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		v.bring(t, 200, copied.report(t))
		v.told(t, l, "15")
		b := s.SignIn(t, v.NewVendor)
		servertest.Says(t, b.Get(t, "/offline/exceeded"), "main", "press-m-1")
		servertest.Says(t, b.Get(t, "/licenses/"+l.ID+"/files"), "main", "Two copies")
	})
}

// Staff have seen a copy. A later one of the same device is shown again.
func TestALaterCopyIsShownAgain(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		b := s.SignIn(t, v.NewVendor)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		f.consume(t, 1)
		if _, err := f.Receipt(v.bring(t, 200, f.report(t))); err != nil {
			t.Fatal(err)
		}
		id, _ := v.only(t, l)
		for range 2 {
			copied := f.copyOf(t)
			if _, err := f.Receipt(v.bring(t, 200, f.report(t))); err != nil {
				t.Fatal(err)
			}
			servertest.Says(t, b.Get(t, "/offline/copies"), "main", "No copies of one device")
			v.bring(t, 200, copied.report(t))
			servertest.Says(t, b.Get(t, "/offline/copies"), "main", "press-m-1")
			b.Post(t, "/offline/copies/seen", map[string][]string{"id": {id}})
			if strings.Contains(b.Get(t, "/offline/copies").Text("main"), "press-m-1") {
				t.Error("a copy that staff have seen is listed")
			}
		}
	})
}

// The answer was lost on its way. The same request has the same one, byte for byte and good
// for no longer; one that says more only once the licence has changed, or the first has ended.
func TestTheSameRequestHasTheSameAnswer(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, terms{"offline_days": 10})
		f := v.far(t, "m-1")
		f.onTheServersClock(t, s)
		file, err := f.OfflineRequest(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		first := v.bring(t, 200, file.Text)
		_, until := v.only(t, l)
		s.Advance(t, v.NewVendor, "72h")
		if again := v.bring(t, 200, file.Text); !bytes.Equal(again, first) {
			t.Error("three days later it has another answer")
		}
		if _, by := v.only(t, l); by != until {
			t.Errorf("the vendor takes it that the file is good until %s, not %s", by, until)
		}
		log := v.manage(t, 200, "GET", "/audit-log?limit=100", nil)
		if n := bytes.Count(log.Body, []byte(`"offline.file_downloaded"`)); n != 1 {
			t.Errorf("the audit log tells of %d repeats", n)
		}
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"name": "Shop floor"})
		changed := v.bring(t, 200, file.Text)
		if bytes.Equal(changed, first) {
			t.Error("the licence has changed, and the answer has not")
		}
		s.Advance(t, v.NewVendor, "24h")
		if again := v.bring(t, 200, file.Text); !bytes.Equal(again, changed) {
			t.Error("a day later the changed licence has another answer")
		}
		if st, err := f.Install(first); err != nil || !st.Valid() {
			t.Errorf("the first answer: %+v, %v", st, err)
		}
		if st, err := f.Install(changed); err != nil || st.License.LicenseName != "Shop floor" {
			t.Errorf("the changed answer: %+v, %v", st, err)
		}
		s.Advance(t, v.NewVendor, "240h")
		if st, err := f.Install(v.bring(t, 200, file.Text)); err != nil || !st.Valid() {
			t.Errorf("behind the refresh-by: %+v, %v", st, err)
		}
	}, servertest.TestClock)
}
