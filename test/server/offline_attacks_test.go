package server_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"chancery/client"
	"chancery/internal/server/servertest"
	"chancery/signed"
)

// Attacks on a server by files. What a device's own files stand is in client/files_attacks_test.go.

// reopen starts the device's program again, over this folder.
func (f *far) reopen(t *testing.T, state string) {
	t.Helper()
	_ = f.Close()
	f.config.StateDir = state
	var err error
	if f.Client, err = client.New(f.config); err != nil {
		t.Fatal(err)
	}
	c := f.Client
	t.Cleanup(func() { _ = c.Close() })
}

// snapshot copies the device's folder.
func (f *far) snapshot(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(f.config.StateDir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func (f *far) report(t *testing.T) []byte {
	t.Helper()
	file, err := f.OfflineReport()
	if err != nil {
		t.Fatal(err)
	}
	return file.Text
}

// sealedTo seals what an attacker has made to the vendor, whose key is public.
func (f *far) sealedTo(t *testing.T, content []byte) []byte {
	t.Helper()
	sealed, err := signed.Seal(f.config.SealingKey, signed.SealDeactivation, f.v.VendorID, content)
	if err != nil {
		t.Fatal(err)
	}
	return sealed.Armour()
}

// held is what a device's licence file says.
func (f *far) held(t *testing.T) (l signed.OfflineLicense) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(f.config.StateDir, f.v.product, "license.lic"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := signed.ReadUnverified(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(d.Payload, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// The attack: report for a device of somebody else, whose ids one has seen, to use its
// meters up or to have it deactivated.
func TestAttackAForgedReport(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		held := f.held(t)
		use := signed.Consumption{LimitationID: scansOf(t, held), Value: "10"}
		forged := signed.Report{
			VendorID: held.VendorID, ProductID: held.ProductID, ActivationID: held.ActivationID, RequestID: nobody, ClientID: "m-1",
			Intent: signed.IntentDeactivate, Number: 1, Last: signed.Mark{Number: 1, Digest: signed.NextDigest("", 1, use, 1, "")},
			Consumptions: []signed.Consumption{use},
		}
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := forged.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.bring(t, 400, f.sealedTo(t, text)); !bytes.Contains(got, []byte("unknown_device")) {
			t.Errorf("a report by another key: %s", got)
		}
		nowhere := forged
		nowhere.ActivationID = nobody
		if text, err = nowhere.Sign(key); err != nil {
			t.Fatal(err)
		}
		if got := v.bring(t, 400, f.sealedTo(t, text)); !bytes.Contains(got, []byte("unknown_device")) {
			t.Errorf("a report of no activation: %s", got)
		}
		f.consume(t, 1)
		v.bring(t, 200, f.report(t))
		v.told(t, l, "1")
	})
}

func scansOf(t *testing.T, l signed.OfflineLicense) string {
	t.Helper()
	var info client.LicenseInfo
	if err := json.Unmarshal(l.License, &info); err != nil || len(info.Limitations) != 1 {
		t.Fatalf("%s: %v", l.License, err)
	}
	return info.Limitations[0].ID
}

// The attack: a device is put back to before, also behind a report, and goes on. What both
// lines have used counts in full, what they have in common once, and the log says so.
func TestAttackARestoredState(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		f.consume(t, 1)
		first := f.report(t)
		v.bring(t, 200, first)
		before := f.snapshot(t)
		f.consume(t, 2)
		v.bring(t, 200, f.report(t))
		v.told(t, l, "3")
		f.reopen(t, before)
		if again := f.report(t); !bytes.Equal(again, first) {
			t.Error("the report that both have in common is another file")
		}
		v.bring(t, 200, first)
		v.told(t, l, "3")
		f.consume(t, 3)
		v.bring(t, 200, f.report(t))
		v.told(t, l, "6")
		log := v.manage(t, 200, "GET", "/audit-log?limit=100", nil)
		if n := bytes.Count(log.Body, []byte(`"copied_device": true`)) + bytes.Count(log.Body, []byte(`"copied_device":true`)); n == 0 {
			t.Errorf("the log says nothing of a copy: %s", log.Body)
		}
		if !f.Status().Valid() {
			t.Error("a device that was put back is locked")
		}
	})
}

// Reports that come in another order than they were made in count once.
func TestReportsInAnotherOrder(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.activate(t, l.Key)
		f.consume(t, 3)
		first := f.report(t)
		f.consume(t, 2)
		second := f.report(t)
		if _, err := f.Receipt(v.bring(t, 200, second)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Receipt(v.bring(t, 200, first)); err != client.ErrAlreadyCounted { //nolint:errorlint // it is this one
			t.Errorf("the receipt of the earlier one: %v", err)
		}
		v.told(t, l, "5")
		f.consume(t, 1)
		v.bring(t, 200, f.report(t))
		v.told(t, l, "6")
		log := v.manage(t, 200, "GET", "/audit-log?limit=100", nil)
		if bytes.Contains(log.Body, []byte(`"copied_device":true`)) {
			t.Errorf("an honest device is called a copy: %s", log.Body)
		}
	})
}

// The attack: give the place up, put the folder back, and go on beside the next device.
func TestAttackARestoredStateAfterDeactivation(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		request := f.activate(t, l.Key)
		license := f.held(t)
		before := f.snapshot(t)
		given, err := f.OfflineDeactivate()
		if err != nil {
			t.Fatal(err)
		}
		v.bring(t, 200, given.Text)
		f.reopen(t, before)
		if st := f.Status(); st.Valid() {
			t.Errorf("a licence that was given up is in force again: %+v", st)
		}
		v.bring(t, 400, request) // and the server answers the old request no more
		v.manage(t, 404, "GET", "/activations/"+license.ActivationID+"/refresh-file", nil)
		v.far(t, "m-2").activate(t, l.Key)
	})
}

// What a device says of itself in a report is what the vendor sees.
func TestDeviceVariablesOfAReport(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, l := offlineVendor(t, s, nil)
		f := v.far(t, "m-1")
		f.config.DeviceVariables = map[string]string{"line": "4"}
		f.reopen(t, f.config.StateDir)
		f.activate(t, l.Key)
		f.config.DeviceVariables = map[string]string{"line": "5", "hall": "B"}
		f.reopen(t, f.config.StateDir)
		v.bring(t, 200, f.report(t))
		got := string(v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).Body)
		if !strings.Contains(got, `"line":"5"`) || !strings.Contains(got, `"hall":"B"`) {
			t.Errorf("the vendor sees %s", got)
		}
	})
}

// The attack: 100 MB for a request of 64 KB. It is refused by what it announces, or cut off
// when it comes without a length.
func TestAttackAHugeUpload(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v, l := offlineVendor(t, s, nil)
	const huge = 100 << 20
	for name, length := range map[string]int64{"announced": huge, "not announced": -1} {
		for _, kind := range []string{"text/plain", "application/octet-stream", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"} {
			read := &counted{}
			read.left.Store(huge)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/offline/"+v.Slug+"/files", read)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = length
			r.Header.Set("Content-Type", kind)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err == nil { // the connection may be gone before the answer is read
				_ = res.Body.Close()
				if res.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("%s, %s: %d", name, kind, res.StatusCode)
				}
			}
			if sent := huge - read.left.Load(); sent > 16<<20 {
				t.Errorf("%s, %s: %d bytes were taken", name, kind, sent)
			}
		}
	}
	v.bring(t, 400, bytes.Repeat([]byte("A"), 1<<20-1))
	v.far(t, "m-1").activate(t, l.Key)
}

// counted gives so many bytes. The connection may go on reading when the answer is there.
type counted struct{ left atomic.Int64 }

func (c *counted) Read(b []byte) (int, error) {
	n := min(int64(len(b)), c.left.Load())
	if n == 0 {
		return 0, io.EOF
	}
	copy(b, bytes.Repeat([]byte("A"), int(n)))
	c.left.Add(-n)
	return int(n), nil
}

// The attack: 3,000 uploads that begin and never end. Few of them are kept, the others are
// cut off at once, and who brings a file is answered meanwhile.
func TestAttackSlowUploads(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v, l := offlineVendor(t, s, nil)
	f := v.far(t, "m-1")
	file, err := f.OfflineRequest(l.Key)
	if err != nil {
		t.Fatal(err)
	}
	const attackers, open = 3_000, 128 // of one address
	held := make([]net.Conn, 0, attackers)
	defer func() {
		for _, c := range held {
			_ = c.Close()
		}
	}()
	cutOff := make(chan string, attackers)
	for i := range attackers {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
		if _, err := fmt.Fprintf(c, "POST /offline/%s/files HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 60000\r\n\r\n-----BEGIN", v.Slug); err != nil {
			t.Fatal(err)
		}
		go func() {
			status := "gone"
			if res, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
				status = res.Status
				_ = res.Body.Close()
			}
			cutOff <- status
		}()
		if i%1000 == 500 {
			v.bring(t, 200, file.Text)
		}
	}
	for range attackers - open {
		if status := <-cutOff; status != "503 Service Unavailable" {
			t.Fatalf("one too many was answered %s", status)
		}
	}
	if st, err := f.Install(v.bring(t, 200, file.Text)); err != nil || !st.Valid() {
		t.Errorf("%+v, %v", st, err)
	}
}
