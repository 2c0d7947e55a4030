package signed_test

import (
	"errors"
	"testing"

	"chancery/signed"
)

func keyList(k keys) signed.KeyList {
	return signed.KeyList{VendorID: vendorID, Number: 3, IssuedAt: instant().Unix(), Keys: []signed.ListedKey{
		{Key: signed.FormatKey(public(k.server)), Use: signed.UseAnswers, From: 1_700_000_000, Revoked: 1_770_000_000},
		{Key: signed.FormatKey(public(k.next)), Use: signed.UseDocuments, From: 1_770_000_000},
	}}
}

func TestKeyLists(t *testing.T) {
	t.Parallel()
	k := setup(t)
	root, err := signed.NewSigner(k.client)
	must(t, err)
	document, err := keyList(k).Sign(root)
	must(t, err)
	l, err := signed.VerifyKeyList(root.Public(), vendorID, document)
	if err != nil || l.Number != 3 || len(l.InUse()) != 1 || !l.InUse()[0].Equal(public(k.next)) || l.Revoked()[0] != signed.KeyID(public(k.server)) {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := signed.VerifyKeyList(root.Public(), productID, document); !errors.Is(err, signed.ErrMismatch) {
		t.Errorf("of another vendor: %v", err)
	}
	if _, err := signed.VerifyKeyList(k.signer.Public(), vendorID, document); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("by another key: %v", err)
	}
	for name, change := range map[string]func(l *signed.KeyList){
		"no number":     func(l *signed.KeyList) { l.Number = 0 },
		"no vendor":     func(l *signed.KeyList) { l.VendorID = "x" },
		"a key twice":   func(l *signed.KeyList) { l.Keys = append(l.Keys, l.Keys[0]) },
		"an odd use":    func(l *signed.KeyList) { l.Keys[0].Use = "all" },
		"no key at all": func(l *signed.KeyList) { l.Keys[0].Key = "" },
		"too many":      func(l *signed.KeyList) { l.Keys = make([]signed.ListedKey, 257) },
	} {
		l := keyList(k)
		change(&l)
		if _, err := l.Sign(root); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if set := k.trusted.Without(l.Revoked()...); set.Has(k.signer.KeyID()) || !k.trusted.Has(k.signer.KeyID()) {
		t.Error("a key that was taken out is trusted, or the set was changed")
	}
}

func TestAnnouncements(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := k.signer.Announce(vendorID, public(k.next), instant().Unix())
	must(t, err)
	by, next, err := k.trusted.VerifyAnnouncement(vendorID, document)
	if err != nil || by != k.signer.KeyID() || !next.Equal(public(k.next)) {
		t.Errorf("%s, %v", by, err)
	}
	if _, _, err := k.trusted.VerifyAnnouncement(productID, document); !errors.Is(err, signed.ErrMismatch) {
		t.Errorf("of another vendor: %v", err)
	}
	if _, err := k.trusted.VerifyOfflineLicense(document); !errors.Is(err, signed.ErrType) {
		t.Errorf("as a licence: %v", err)
	}
	if _, err := k.signer.Announce(vendorID, make([]byte, 32), 1); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("a key of small order was announced: %v", err)
	}
}
