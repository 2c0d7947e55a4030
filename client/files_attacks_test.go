package client_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

// Attacks of who has the files, the state folder and the clock, and not the keys.

func TestAttackAFileEditedAtEveryByte(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	f, err := c.client.OfflineReport()
	receipt := c.answer(t, f, err)
	c.server.Advance(time.Minute)
	refresh, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"refresh": refresh, "receipt": receipt} {
		take := c.client.Install
		if name == "receipt" {
			take = c.client.Receipt
		}
		for i := range file {
			edited := bytes.Clone(file)
			edited[i] ^= 1
			if s, err := take(edited); err == nil || !s.Valid() {
				t.Fatalf("byte %d of a %s was edited: %+v, %v", i, name, s, err)
			}
			if _, err := take(file[:i]); err == nil {
				t.Fatalf("%d of %d bytes of a %s were taken", i, len(file), name)
			}
		}
		if s, err := take(file); err != nil || !s.Valid() {
			t.Errorf("the %s itself: %+v, %v", name, s, err)
		}
	}
}

// The attack: install the same file again when it has ended, with the clock put back.
func TestAttackAFileReplayed(t *testing.T) {
	t.Parallel()
	c := carry(t)
	end := c.server.Now().Add(30 * day)
	c.files.Change = func(l *signed.OfflineLicense) { l.RefreshBy = &end }
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license := c.answer(t, f, err)
	if _, err := c.client.Install(license); err != nil {
		t.Fatal(err)
	}
	c.server.Advance(time.Second)
	all := make([][]byte, 0, 2)
	for range 2 { // of one moment: only one of them begins anew
		c.server.Change(func(*client.LicenseInfo) {})
		refresh, err := c.files.Refresh(license)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, refresh)
		if _, err := c.client.Install(refresh); err != nil {
			t.Fatal(err)
		}
		c.files.Change = func(l *signed.OfflineLicense) { l.RefreshBy, l.LicenseID = &end, l.ActivationID }
	}
	c.server.Advance(31 * day)
	wantState(t, c.client.Status(), client.StateStale)
	c.moved = -31 * day
	for _, file := range append(all, license) {
		if s, _ := c.client.Install(file); s.Valid() {
			t.Errorf("a file that is installed again runs once more: %+v", s)
		}
		c.restart(t)
	}
	wantState(t, c.client.Status(), client.StateClockSetBack)
}

// The attack: keep a licence file, wipe the state, and load the file as often as one likes.
func TestAttackAFileKeptAndItsStateWiped(t *testing.T) {
	t.Parallel()
	c, license := installed(t)
	for file := range c.copyState(t) {
		remove(t, file)
	}
	c.restart(t)
	if s, err := c.client.Install(license); !errors.Is(err, client.ErrNoRequest) || s.Valid() {
		t.Errorf("%+v, %v", s, err)
	}
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.client.Install(license); !errors.Is(err, client.ErrNoRequest) || s.Valid() {
		t.Errorf("beside a new request: %+v, %v", s, err)
	}
	if s, err := c.client.Install(c.answer(t, f, nil)); err != nil || !s.Valid() {
		t.Errorf("its own answer: %+v, %v", s, err)
	}
}

// The attack: take the receipt of another activation of this device, to be rid of records.
func TestAttackTheReceiptOfAnotherActivation(t *testing.T) {
	t.Parallel()
	c, _ := installed(t)
	c.consume(t, 1)
	f, err := c.client.OfflineDeactivate()
	old := c.answer(t, f, err)
	if _, err := c.client.Receipt(old); err != nil {
		t.Fatal(err)
	}
	f, err = c.client.OfflineRequest(clienttest.LicenseKey)
	if _, err := c.client.Install(c.answer(t, f, err)); err != nil {
		t.Fatal(err)
	}
	c.consume(t, 1)
	if _, err := c.client.OfflineReport(); err != nil {
		t.Fatal(err)
	}
	if s, err := c.client.Receipt(old); !errors.Is(err, client.ErrNoReport) || !s.Valid() {
		t.Errorf("%+v, %v", s, err)
	}
	f, err = c.client.OfflineReport()
	c.answer(t, f, err)
	c.wantUsed(t, 2)
}

// Nothing of what a person types can be read in a file without the vendor's key.
func TestAttackReadingARequest(t *testing.T) {
	t.Parallel()
	c := carry(t)
	const secret = "correct horse battery"
	for _, ask := range []func() (client.OfflineFile, error){
		func() (client.OfflineFile, error) { return c.client.OfflineRequest(clienttest.LicenseKey) },
		func() (client.OfflineFile, error) {
			return c.client.OfflineRequestUser(client.User{Email: "anna@example.com", Password: secret})
		},
	} {
		f, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		found, err := signed.Find(f.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{secret, "anna@example.com", clienttest.LicenseKey, strings.ReplaceAll(clienttest.LicenseKey, "-", "")} {
			for i := range 3 { // base64 shows a text in one of three ways
				shown := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", i) + text))
				if part := shown[4*((i+2)/3) : len(shown)-4]; bytes.Contains(f.Text, []byte(part)) || strings.Contains(f.QR, part) {
					t.Errorf("%q can be read", text)
				}
			}
			if bytes.Contains(f.Text, []byte(text)) || strings.Contains(f.QR, text) || bytes.Contains(found[0].Request.Ciphertext, []byte(text)) {
				t.Errorf("%q can be read", text)
			}
		}
		for file, kept := range c.copyState(t) {
			if bytes.Contains(kept, []byte(secret)) || bytes.Contains(kept, []byte(clienttest.LicenseKey)) {
				t.Errorf("%s keeps what was typed", file)
			}
		}
	}
}

// A file of another vendor, product or device, also by a key that is trusted, opens nothing.
func TestAttackAFileOfAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(l *signed.OfflineLicense)
		want   error
	}{
		"vendor":     {func(l *signed.OfflineLicense) { l.VendorID = scans }, client.ErrForeignFile},
		"product":    {func(l *signed.OfflineLicense) { l.ProductID = scans }, client.ErrForeignFile},
		"client":     {func(l *signed.OfflineLicense) { l.ClientID = "another" }, client.ErrForeignFile},
		"activation": {func(l *signed.OfflineLicense) { l.ActivationID = scans }, client.ErrForeignFile},
		"key":        {func(l *signed.OfflineLicense) { l.ClientPublicKey = signed.FormatKey(publicOf(seeded(77))) }, client.ErrForeignFile},
		"no key":     {func(l *signed.OfflineLicense) { l.ClientPublicKey = "" }, client.ErrForeignFile},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			device, license := installed(t)
			refresh := device.refreshed(t, license, c.change)
			if s, err := device.client.Install(refresh); !errors.Is(err, c.want) || !s.Valid() {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	stranger, license := installed(t)
	stranger.files.Key = seeded(78)
	if s, err := stranger.client.Install(stranger.refreshed(t, license, nil)); !errors.Is(err, signed.ErrUnknownKey) || !s.Valid() {
		t.Errorf("by the key of another vendor: %+v, %v", s, err)
	}
}
