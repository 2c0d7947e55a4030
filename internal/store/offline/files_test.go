package offline_test

import (
	"strconv"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/offline"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// service is the room, as far as it notes files.
func (b filed) service(t *testing.T) *offline.Service {
	t.Helper()
	s, err := offline.New(offline.Config{
		Keys: struct{ offline.Keys }{}, Users: struct{ offline.Users }{}, Licenses: struct{ offline.Licenses }{},
		Meters: struct{ offline.Meters }{}, Store: b.rows, Runner: b.DB, Clock: b.Clock, IDs: b.IDs,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b filed) note(t *testing.T, s *offline.Service, f offline.File) {
	t.Helper()
	f.License, f.Form, f.Via, f.Name, f.Content = b.l.ID, offline.FormReport, offline.ViaPortal, "receipt.lic", []byte("receipt")
	if err := s.Note(t.Context(), b.Vendor, f); err != nil {
		t.Fatal(err)
	}
}

// The attack: whoever has a device's key brings one report after the other. Of its files the
// newest stay, beside what staff have to see, and of a licence the newest contents.
func TestFilesOfADeviceAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newFiled(t, e)
		s, a, other := b.service(t), b.activate(t), ident.UUID{7}
		b.note(t, s, offline.File{Activation: a.UUID, Hash: "above", Exceeded: 1})
		b.note(t, s, offline.File{Activation: other, Hash: "other"})
		for i := range 103 {
			b.note(t, s, offline.File{Activation: a.UUID, Hash: strconv.Itoa(i)})
			e.Clock.Advance(time.Second)
		}
		count := func(where string, want int) {
			t.Helper()
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM offline_files WHERE `+where); n != want {
				t.Errorf("%d files where %s, want %d", n, where, want)
			}
		}
		count(`1 = 1`, 102)
		count(`in_hash IN ('above', 'other', '3', '102')`, 4)
		count(`in_hash IN ('0', '1', '2')`, 0)
		count(`content IS NOT NULL`, 100)
		count(`in_hash IN ('above', 'other') AND content IS NULL`, 2)
		b.note(t, s, offline.File{Activation: other, Hash: "other"}) // brought again: it is to be had again
		count(`content IS NOT NULL`, 100)
		count(`in_hash = '3' AND content IS NULL`, 1)
		count(`in_hash = 'other' AND content IS NOT NULL`, 1)
	})
}

// What was brought again is kept for as long as what was brought then.
func TestContentsAreForgottenByTheirLastTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newFiled(t, e)
		s := b.service(t)
		for _, hash := range []string{"once", "again"} {
			b.note(t, s, offline.File{Hash: hash})
		}
		e.Clock.Advance(storetest.Days(80))
		b.note(t, s, offline.File{Hash: "again"})
		e.Clock.Advance(storetest.Days(11))
		for _, want := range []int{1, 0} {
			if n, err := b.rows.ForgetContents(t.Context(), e.Clock.Now().Add(-offline.KeptFor)); n != want || err != nil {
				t.Errorf("%d forgotten, %v; want %d", n, err, want)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM offline_files WHERE in_hash = 'again' AND content IS NOT NULL`); n != 1 {
			t.Error("what was brought again was forgotten")
		}
	})
}

// The attack: whoever has a licence key and a device's makes one request after the other.
func TestRequestsOfADeviceAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newFiled(t, e)
		at := e.Clock.Now()
		for i := range 6 {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				r := offline.Request{ID: ident.UUID{byte(9 - i)}, License: b.l.ID, Activation: ident.UUID{1}, At: at.Add(time.Duration(i) * time.Second)}
				r.ClientKey = []byte{1}
				if err := b.rows.InsertRequest(x, b.Vendor, r); err != nil {
					return nil, err
				}
				r.ID[1], r.Activation = 1, ident.UUID{2}
				if err := b.rows.InsertRequest(x, b.Vendor, r); err != nil {
					return nil, err
				}
				return nil, b.rows.ForgetRequests(x, b.Vendor, ident.UUID{1}, 4)
			})
		}
		for i := range 6 {
			storetest.Do(t, e, func(x tx.Tx) (any, error) {
				_, found, err := b.rows.Request(x, b.Vendor, ident.UUID{byte(9 - i)})
				if found != (i >= 2) {
					t.Errorf("request %d is known: %t", i, found)
				}
				return nil, err
			})
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM offline_requests`); n != 10 {
			t.Errorf("%d requests, want 10", n)
		}
	})
}
