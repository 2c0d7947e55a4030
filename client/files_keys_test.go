package client_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

func seeded(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func signerOf(t *testing.T, key ed25519.PrivateKey) *signed.Signer {
	t.Helper()
	s, err := signed.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listOf is a list by the root key: these keys in use, those revoked.
func listOf(t *testing.T, root ed25519.PrivateKey, number int64, use, revoked []ed25519.PublicKey) string {
	t.Helper()
	l := signed.KeyList{VendorID: clienttest.VendorID, Number: number, IssuedAt: 1}
	for _, key := range use {
		l.Keys = append(l.Keys, signed.ListedKey{Key: signed.FormatKey(key), Use: signed.UseDocuments, From: 1})
	}
	for _, key := range revoked {
		l.Keys = append(l.Keys, signed.ListedKey{Key: signed.FormatKey(key), Use: signed.UseDocuments, From: 1, Revoked: 2})
	}
	text, err := l.Sign(signerOf(t, root))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// refreshed is a newer refresh file, changed before it is signed.
func (c *carried) refreshed(t *testing.T, license []byte, change func(*signed.OfflineLicense)) []byte {
	t.Helper()
	c.server.Advance(time.Hour)
	c.files.Change = change
	file, err := c.files.Refresh(license)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A device without internet follows a rotation by the announcements in its files.
func TestFilesAnnounceTheNextKey(t *testing.T) {
	t.Parallel()
	first, second, third := seeded(20), seeded(21), seeded(22)
	old := signerOf(t, seeded(99)) // of nobody
	c := carry(t)
	c.config.PublicKeys = []ed25519.PublicKey{publicOf(first)}
	c.restart(t)
	c.files.Key = first
	asked, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license := c.answer(t, asked, err)
	if _, err := c.client.Install(license); err != nil {
		t.Fatal(err)
	}
	announce := func(by *signed.Signer, next ed25519.PrivateKey) string {
		document, err := by.Announce(clienttest.VendorID, publicOf(next), 1)
		if err != nil {
			t.Fatal(err)
		}
		return string(document)
	}
	stranger := c.refreshed(t, license, func(l *signed.OfflineLicense) { l.NextKeys = []string{announce(old, second)} })
	if _, err := c.client.Install(stranger); err != nil {
		t.Fatal(err)
	}
	c.files.Key = second
	if _, err := c.client.Install(c.refreshed(t, license, nil)); !errors.Is(err, signed.ErrUnknownKey) {
		t.Fatalf("a key that a stranger announced: %v", err)
	}
	c.files.Key = first
	if _, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) {
		l.NextKeys = []string{announce(signerOf(t, first), second), announce(signerOf(t, second), third)}
	})); err != nil {
		t.Fatal(err)
	}
	for _, key := range []ed25519.PrivateKey{second, third} {
		c.files.Key = key
		c.restart(t)
		if s, err := c.client.Install(c.refreshed(t, license, nil)); err != nil || !s.Valid() {
			t.Errorf("a file of an announced key: %+v, %v", s, err)
		}
		c.restart(t)
		wantState(t, c.client.Status(), client.StateValid)
	}
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	if err != nil {
		t.Fatal(err)
	}
	found, err := signed.Find(f.Text)
	if err != nil {
		t.Fatal(err)
	}
	content, err := c.files.Open(*found[0].Request)
	if err != nil {
		t.Fatal(err)
	}
	r, err := signed.ParseActivationRequest(clienttest.VendorID, content)
	if err != nil || len(r.TrustedKeys) != 1 || r.TrustedKeys[0] != signed.KeyID(publicOf(third)) {
		t.Errorf("the next request names %v, %v", r.TrustedKeys, err)
	}
	// The attack: whoever has the replaced key signs on.
	c.files.Key = first
	c.server.Advance(8 * day)
	if _, err := c.client.Install(c.refreshed(t, license, nil)); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("a file of a replaced key, 8 days later: %v", err)
	}
	wantState(t, c.client.Status(), client.StateValid)
}

// The attack: a signing key is stolen, and signs files. A device that has seen the list on
// which it is revoked takes none of them, whatever they bring along.
func TestAttackAStolenSigningKey(t *testing.T) {
	t.Parallel()
	root, stolen, good := seeded(30), seeded(31), seeded(32)
	c := carry(t)
	c.config.PublicKeys = append(c.config.PublicKeys, publicOf(stolen))
	c.config.RootKey = publicOf(root)
	c.restart(t)
	c.files.Key = stolen // not stolen yet
	first := listOf(t, root, 1, []ed25519.PublicKey{publicOf(stolen)}, nil)
	c.files.Change = func(l *signed.OfflineLicense) { l.KeyList = first }
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license := c.answer(t, f, err)
	if s, err := c.client.Install(license); err != nil || !s.Valid() {
		t.Fatalf("%+v, %v", s, err)
	}
	c.files.Key = good // it is not pinned: the list says that it is in use
	second := listOf(t, root, 2, []ed25519.PublicKey{publicOf(good)}, []ed25519.PublicKey{publicOf(stolen)})
	if s, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) { l.KeyList = second })); err != nil || !s.Valid() {
		t.Fatalf("%+v, %v", s, err)
	}
	c.restart(t)
	wantState(t, c.client.Status(), client.StateValid)
	for name, list := range map[string]string{
		"no list": "", "the older list": first, "the newer list": second,
		"a list of the thief's": listOf(t, stolen, 9, []ed25519.PublicKey{publicOf(stolen)}, nil),
	} {
		c.files.Key = stolen
		if _, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) { l.KeyList = list })); !errors.Is(err, client.ErrRevokedKey) {
			t.Errorf("a forged file with %s: %v", name, err)
		}
		c.files.Key = good
		if s, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) { l.KeyList = list })); err != nil || !s.Valid() {
			t.Errorf("a good file with %s: %+v, %v", name, s, err)
		}
		c.restart(t)
	}
	c.files.Key = stolen
	f, err = c.client.OfflineReport()
	if _, err := c.client.Receipt(c.answer(t, f, err)); !errors.Is(err, client.ErrRevokedKey) {
		t.Errorf("a forged receipt: %v", err)
	}
	// A device that pins no root key goes by its pinned keys.
	wantState(t, c.client.Status(), client.StateValid)
}

func announced(t *testing.T, by, next ed25519.PrivateKey) string {
	t.Helper()
	document, err := signerOf(t, by).Announce(clienttest.VendorID, publicOf(next), 1)
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

// pinning is a device by files that pins one key, and has a licence.
func pinning(t *testing.T, key ed25519.PrivateKey, root ed25519.PublicKey) (c *carried, license []byte) {
	t.Helper()
	c = carry(t)
	c.config.PublicKeys, c.config.RootKey = []ed25519.PublicKey{publicOf(key)}, root
	c.restart(t)
	c.files.Key = key
	f, err := c.client.OfflineRequest(clienttest.LicenseKey)
	license = c.answer(t, f, err)
	if _, err := c.client.Install(license); err != nil {
		t.Fatal(err)
	}
	return c, license
}

// The attack: a key for answers is stolen, which a device knows by the list alone. It signs
// no files.
func TestAttackAFileByAKeyForAnswers(t *testing.T) {
	t.Parallel()
	root, first, documents, answers := seeded(70), seeded(71), seeded(72), seeded(73)
	c, license := pinning(t, first, publicOf(root))
	list := signed.KeyList{VendorID: clienttest.VendorID, Number: 1, IssuedAt: 1, Keys: []signed.ListedKey{
		{Key: signed.FormatKey(publicOf(first)), Use: signed.UseAnswers, From: 1},
		{Key: signed.FormatKey(publicOf(documents)), Use: signed.UseDocuments, From: 1},
		{Key: signed.FormatKey(publicOf(answers)), Use: signed.UseAnswers, From: 1},
	}}
	text, err := list.Sign(signerOf(t, root))
	if err != nil {
		t.Fatal(err)
	}
	tell := func(l *signed.OfflineLicense) { l.KeyList = string(text) }
	for range 2 {
		c.files.Key = answers
		if _, err := c.client.Install(c.refreshed(t, license, tell)); !errors.Is(err, signed.ErrUnknownKey) {
			t.Errorf("a file of the key for answers: %v", err)
		}
		for _, key := range []ed25519.PrivateKey{first, documents} { // the program pins the first
			c.files.Key = key
			if s, err := c.client.Install(c.refreshed(t, license, tell)); err != nil || !s.Valid() {
				t.Errorf("%+v, %v", s, err)
			}
		}
		c.restart(t)
		wantState(t, c.client.Status(), client.StateValid)
	}
}

// The attack: a stolen key announces one of the thief's before it is revoked. Nothing of that is
// left with the list, and the vendor's key can announce another one.
func TestAttackAKeyThatAStolenKeyAnnounced(t *testing.T) {
	t.Parallel()
	root, first, stolen, thief, next := seeded(40), seeded(41), seeded(42), seeded(43), seeded(44)
	c, license := pinning(t, first, publicOf(root))
	if _, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) {
		l.NextKeys = []string{announced(t, first, stolen), announced(t, stolen, thief)}
	})); err != nil {
		t.Fatal(err)
	}
	list := listOf(t, root, 1, nil, []ed25519.PublicKey{publicOf(stolen)})
	if _, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) {
		l.KeyList, l.NextKeys = list, []string{announced(t, first, next)}
	})); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, key := range []ed25519.PrivateKey{stolen, thief} {
			c.files.Key = key
			if _, err := c.client.Install(c.refreshed(t, license, nil)); err == nil {
				t.Error("a file of the thief's was taken")
			}
		}
		c.files.Key = next
		if s, err := c.client.Install(c.refreshed(t, license, nil)); err != nil || !s.Valid() {
			t.Errorf("a file of the vendor's next key: %+v, %v", s, err)
		}
		c.restart(t)
	}
}

// The attack: whoever has a replaced key signs receipts with it, long after.
func TestAttackAReceiptOfAReplacedKey(t *testing.T) {
	t.Parallel()
	first, second := seeded(50), seeded(51)
	c, license := pinning(t, first, nil)
	if _, err := c.client.Install(c.refreshed(t, license, func(l *signed.OfflineLicense) {
		l.NextKeys = []string{announced(t, first, second)}
	})); err != nil {
		t.Fatal(err)
	}
	c.files.Key = second
	c.consume(t, 1)
	f, err := c.client.OfflineReport()
	if _, err := c.client.Receipt(c.answer(t, f, err)); err != nil { // the first file of that key
		t.Fatal(err)
	}
	c.server.Advance(8 * day)
	c.consume(t, 1)
	f, err = c.client.OfflineReport()
	c.files.Key = first
	if _, err := c.client.Receipt(c.answer(t, f, err)); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("a receipt of the replaced key: %v", err)
	}
}

// What is known of keys is written when it changes, and not with every file.
func TestFilesThatTellNothingNewOfKeysWriteNothing(t *testing.T) {
	t.Parallel()
	first, second := seeded(60), seeded(61)
	c, license := pinning(t, first, nil)
	tell := func(l *signed.OfflineLicense) { l.NextKeys = []string{announced(t, first, second)} }
	if _, err := c.client.Install(c.refreshed(t, license, tell)); err != nil {
		t.Fatal(err)
	}
	long := time.Unix(1_000_000_000, 0)
	if err := os.Chtimes(c.file("rotation.json"), long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := c.client.Install(c.refreshed(t, license, tell)); err != nil {
		t.Fatal(err)
	}
	if is, err := os.Stat(c.file("rotation.json")); err != nil || !is.ModTime().Equal(long) {
		t.Errorf("written again: %v, %v", is, err)
	}
}
