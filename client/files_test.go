package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

const scans = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e24"

// carried is a vendor and a device that only files go between.
type carried struct {
	*bundle

	files *clienttest.Files
	moved time.Duration // of the device's clock
}

func carry(t *testing.T) *carried {
	t.Helper()
	server := clienttest.New(t)
	ten := 10.0
	server.Change(func(l *client.LicenseInfo) {
		l.Limitations = []client.Limitation{{ID: scans, Name: "scans", Value: &ten, Remaining: &ten, ResetMode: 1}}
		l.Features = []client.Feature{{Name: "export", IsActive: true}}
	})
	files, err := server.Files()
	if err != nil {
		t.Fatal(err)
	}
	c := &carried{bundle: &bundle{server: server, config: files.Config(t)}, files: files}
	c.config.Now = func() time.Time { return server.Now().Add(c.moved) }
	c.config.HTTPClient = &http.Client{Transport: forbidden{t}}
	c.restart(t)
	return c
}

// forbidden fails the test when a connection is opened.
type forbidden struct{ t *testing.T }

func (f forbidden) RoundTrip(r *http.Request) (*http.Response, error) {
	f.t.Errorf("a connection was opened: %s", r.URL)
	return nil, net.ErrClosed
}

// copy is another device: the same folders' content, its own folders.
func (c *carried) copyState(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	dir := filepath.Join(c.config.StateDir, clienttest.ProductID)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			all[filepath.Join(dir, e.Name())] = []byte(read(t, filepath.Join(dir, e.Name())))
		}
	}
	return all
}

func (c *carried) putBack(t *testing.T, all map[string][]byte) {
	t.Helper()
	for file, text := range all {
		write(t, file, string(text))
	}
	c.restart(t)
}

func (c *carried) answer(t *testing.T, f client.OfflineFile, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	back, err := c.files.Answer(f.Text)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// installed has a licence by files.
func installed(t *testing.T) (c *carried, license []byte) {
	t.Helper()
	c = carry(t)
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license = c.answer(t, f, err)
	s, err := c.client.Install(license)
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
	return c, license
}

func (c *carried) consume(t *testing.T, amount float64) {
	t.Helper()
	if _, err := c.client.Consume(t.Context(), "scans", amount); err != nil {
		t.Fatal(err)
	}
}

func (c *carried) wantUsed(t *testing.T, want int64) {
	t.Helper()
	if got := c.files.Used[scans]; got == nil || got.Cmp(big.NewRat(want, 1)) != 0 {
		t.Errorf("the vendor has counted %v, want %d", got, want)
	}
}

func (c *carried) wantLeft(t *testing.T, want float64) {
	t.Helper()
	if got, ok := c.client.Remaining("scans"); !ok || got != want {
		t.Errorf("%v left here, want %v", got, want)
	}
}

func TestALifeByFiles(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	if !c.client.Feature("export") || c.client.Feature("print") {
		t.Error("features are not those of the file")
	}
	c.consume(t, 2.5)
	c.consume(t, 1.5)
	c.restart(t)
	c.wantLeft(t, 6)
	f, err := c.client.OfflineReport()
	receipt := c.answer(t, f, err)
	c.wantUsed(t, 4)
	c.consume(t, 1)
	if _, err := c.client.Receipt(receipt); err != nil {
		t.Fatal(err)
	}
	c.wantLeft(t, 5) // 4 by the file's counters are not known to the file yet

	c.server.Advance(day)
	c.server.Change(func(l *client.LicenseInfo) {
		l.Features, l.Serial = append(l.Features, client.Feature{Name: "print", IsActive: true}), 2
	})
	refresh, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.client.Install(refresh); err != nil {
		t.Fatal(err)
	}
	if !c.client.Feature("print") {
		t.Error("the refresh brought nothing")
	}
	c.wantLeft(t, 5) // 6 by the server, less 1 that it does not know

	f, err = c.client.OfflineDeactivate()
	wantState(t, c.client.Status(), client.StateNotActivated)
	receipt = c.answer(t, f, err)
	c.wantUsed(t, 5)
	if _, err := c.client.Install(refresh); err == nil {
		t.Error("a licence that was given up was installed again")
	}
	if again, err := c.client.OfflineDeactivate(); err != nil || !bytes.Equal(again.Text, f.Text) {
		t.Errorf("the same file can't be made again: %v", err)
	}
	if s, err := c.client.Receipt(receipt); err != nil || s.State != client.StateNotActivated {
		t.Errorf("%+v, %v", s, err)
	}
	f, err = c.client.OfflineRequest(clienttest.LicenseKey)
	s, err := c.client.Install(c.answer(t, f, err))
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, s, client.StateValid)
}

func TestARequestIsForPeople(t *testing.T) {
	t.Parallel()
	c := carry(t)
	f, err := c.client.OfflineRequestUser(client.User{Email: "anna@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"correct horse", "anna@example.com", clienttest.LicenseKey} {
		if bytes.Contains(f.Text, []byte(secret)) || strings.Contains(f.QR, secret) {
			t.Errorf("%q can be read in the file", secret)
		}
	}
	if f.Name != "activation.req" || f.QR == "" || len(f.QR) > 800 {
		t.Errorf("%s, %d characters of QR", f.Name, len(f.QR))
	}
	wantState(t, c.client.Status(), client.StateNotActivated)
	back, err := c.files.Answer([]byte(f.QR))
	if err != nil {
		t.Fatal(err)
	}
	mail := "Hello,\r\n\r\n> " + strings.ReplaceAll(string(back[:40])+"\n"+string(back[40:]), "\n", "\r\n> ") + "\r\n\r\nAnna"
	if s, err := c.client.Install([]byte(mail)); err != nil || !s.Valid() {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestCallsNeedAConnection(t *testing.T) {
	t.Parallel()
	c, _ := installed(t)
	for name, call := range map[string]func(context.Context) error{
		"activate":   func(ctx context.Context) error { _, err := c.client.Activate(ctx, clienttest.LicenseKey); return err },
		"heartbeat":  func(ctx context.Context) error { _, err := c.client.Heartbeat(ctx); return err },
		"deactivate": c.client.Deactivate,
	} {
		if err := call(t.Context()); !errors.Is(err, client.ErrOffline) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	refresh, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	other := carry(t)
	other.config.MachineID = func() (string, error) { return "machine-2", nil }
	other.restart(t)
	f, err := c.client.OfflineReport()
	receipt := c.answer(t, f, err)
	c.server.Advance(time.Minute)
	c.server.Change(func(l *client.LicenseInfo) { l.Serial = 5 })
	newer, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.client.Install(newer); err != nil {
		t.Fatal(err)
	}
	cut := license[:len(license)-7]
	edited := bytes.Replace(license, []byte(".eyJ"), []byte(".eyK"), 1)
	for name, try := range map[string]struct {
		of   *client.Client
		file []byte
		want error
	}{
		"another device's licence":         {other.client, license, client.ErrForeignFile},
		"another device's refresh":         {other.client, refresh, client.ErrForeignFile},
		"a licence a second time":          {c.client, license, client.ErrOlderFile},
		"an older refresh":                 {c.client, refresh, client.ErrOlderFile},
		"an edited licence":                {c.client, edited, signed.ErrSignature},
		"a licence that was cut":           {c.client, cut, signed.ErrMalformed},
		"a receipt in place of a licence":  {c.client, receipt, nil},
		"a request in place of a licence":  {c.client, f.Text, nil},
		"a holiday picture":                {c.client, []byte("\xff\xd8\xff\xe0"), nil},
		"a refresh where there is nothing": {carry(t).client, refresh, client.ErrNotActivated},
	} {
		if _, err := try.of.Install(try.file); err == nil || try.want != nil && !errors.Is(err, try.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantState(t, c.client.Status(), client.StateValid)
	if _, err := c.client.Receipt(license); err == nil {
		t.Error("a licence was taken for a receipt")
	}
	if _, err := other.client.Receipt(receipt); !errors.Is(err, client.ErrNoReport) {
		t.Errorf("another device's receipt: %v", err)
	}
}

// A device that is put back to an old state after it gave its licence up.
func TestARestoredStateRevivesNothing(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	old := c.copyState(t)
	if _, err := c.client.OfflineDeactivate(); err != nil {
		t.Fatal(err)
	}
	c.putBack(t, old)
	s := c.client.Status()
	wantState(t, s, client.StateDamaged)
	if !errors.Is(s.Err, client.ErrStateRolledBack) {
		t.Errorf("%v", s.Err)
	}
	if _, err := c.client.Install(license); err == nil {
		t.Error("the old licence was installed again")
	}
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	if s, err := c.client.Install(c.answer(t, f, err)); err != nil || !s.Valid() {
		t.Errorf("a new request unlocks: %+v, %v", s, err)
	}
}

func TestAnEditedStateIsSeen(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(t *testing.T, c *carried){
		"licence edited":  func(t *testing.T, c *carried) { replaceIn(t, c.file("license.lic"), ".", ".A") },
		"licence removed": func(t *testing.T, c *carried) { remove(t, c.file("license.lic")) },
		"state cut":       func(t *testing.T, c *carried) { write(t, c.file("offline.state"), "x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := installed(t)
			edit(t, c)
			c.restart(t)
			wantState(t, c.client.Status(), client.StateDamaged)
			if _, err := c.client.Consume(t.Context(), "scans", 1); !errors.Is(err, client.ErrNotValid) {
				t.Errorf("%v", err)
			}
			f, err := c.client.OfflineRequest(clienttest.LicenseKey)
			if s, err := c.client.Install(c.answer(t, f, err)); err != nil || !s.Valid() {
				t.Errorf("a new request heals: %+v, %v", s, err)
			}
		})
	}
}

func TestConsumptionByFiles(t *testing.T) {
	t.Parallel()
	c, _ := installed(t)
	c.consume(t, 9.999999)
	if _, err := c.client.Consume(t.Context(), "scans", 0.000002); !errors.Is(err, client.ErrExhausted) {
		t.Errorf("more than there is: %v", err)
	}
	c.consume(t, 0.000001)
	c.wantLeft(t, 0)
	if _, err := c.client.Consume(t.Context(), "prints", 1); !errors.Is(err, client.ErrUnknownLimitation) {
		t.Errorf("%v", err)
	}
	first, err := c.client.OfflineReport()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.client.OfflineReport(); err != nil || !bytes.Equal(again.Text, first.Text) {
		t.Errorf("another file although nothing is new: %v", err)
	}
	c.answer(t, first, nil)
	c.answer(t, first, nil)
	c.wantUsed(t, 10)
}

// A report whose receipt was lost is followed by another one: all counts once.
func TestALostReceipt(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	c.consume(t, 2)
	f, err := c.client.OfflineReport()
	lost := c.answer(t, f, err)
	c.consume(t, 3)
	f, err = c.client.OfflineReport()
	second := c.answer(t, f, err)
	c.wantUsed(t, 5)
	refresh, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	c.consume(t, 1)
	if _, err := c.client.Install(refresh); err != nil {
		t.Fatal(err)
	}
	c.wantLeft(t, 4) // the file counts 5, and 1 came since
	if _, err := c.client.Receipt(second); err != nil {
		t.Fatal(err)
	}
	if _, err := c.client.Receipt(lost); !errors.Is(err, client.ErrAlreadyCounted) {
		t.Errorf("a receipt of what is confirmed long since: %v", err)
	}
	c.wantLeft(t, 4)
	f, err = c.client.OfflineReport()
	if _, err := c.client.Receipt(c.answer(t, f, err)); err != nil {
		t.Fatal(err)
	}
	c.wantUsed(t, 6)
}

// A device that was activated online takes a refresh by file, and a server's answer again.
func TestARefreshOnTopOfAnAnswer(t *testing.T) {
	t.Parallel()
	b := activated(t)
	files, err := b.server.Files()
	if err != nil {
		t.Fatal(err)
	}
	key, err := b.keyOf(t)
	if err != nil {
		t.Fatal(err)
	}
	of := signed.OfflineLicense{
		VendorID: clienttest.VendorID, ProductID: clienttest.ProductID, LicenseID: clienttest.ProductID, ActivationID: scans, ClientID: b.client.ClientID(), ClientPublicKey: key,
	}
	b.server.Change(func(l *client.LicenseInfo) { l.Serial = 0 })
	older, err := files.RefreshFor(of)
	if err != nil {
		t.Fatal(err)
	}
	held := b.client.Status().AnsweredAt.Local().Format(time.DateTime) //nolint:gosmopolitan // as the program says it
	if _, err := b.client.Install(older); !errors.Is(err, client.ErrOlderFile) || strings.Count(err.Error(), held) != 2 {
		t.Errorf("an older file of the same second, %s: %v", held, err)
	}
	b.server.Advance(6 * day)
	b.server.Change(func(l *client.LicenseInfo) {
		l.Serial = 3
		l.Features = []client.Feature{{Name: "print", IsActive: true}}
	})
	refresh, err := files.RefreshFor(of)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.client.Install(refresh); err != nil || !s.Valid() {
		t.Fatalf("%+v, %v", s, err)
	}
	b.server.Advance(100 * day) // freeride is long over, the file goes on
	b.restart(t)
	if !b.client.Feature("print") {
		t.Error("the refresh does not count")
	}
	b.server.Change(func(l *client.LicenseInfo) { l.Features = nil })
	if s, err := b.client.Heartbeat(t.Context()); err != nil || !s.Valid() || b.client.Feature("print") {
		t.Errorf("an answer that is newer does not count: %+v, %v", s, err)
	}
}

func (b *bundle) keyOf(t *testing.T) (string, error) {
	t.Helper()
	for _, r := range b.server.Requests() {
		var said struct {
			Key string `json:"client_public_key"`
		}
		if json.Unmarshal(r.Body, &said) == nil && said.Key != "" {
			return said.Key, nil
		}
	}
	return "", errors.New("no activation was seen")
}

// Two copies of one machine that use the same in the same second tell of different records.
func TestCopiesThatUseAlike(t *testing.T) {
	t.Parallel()
	c, _ := installed(t)
	image := c.copyState(t)
	marks := map[signed.Mark]bool{}
	for range 2 {
		c.putBack(t, image)
		c.consume(t, 2)
		f, err := c.client.OfflineReport()
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := signed.ParseSealed(f.Text)
		if err != nil {
			t.Fatal(err)
		}
		document, err := c.files.Open(sealed)
		if err != nil {
			t.Fatal(err)
		}
		report, err := signed.ReadReport(document)
		if err != nil {
			t.Fatal(err)
		}
		marks[report.Last] = true
	}
	if len(marks) != 2 {
		t.Errorf("both copies tell of %v", marks)
	}
}
