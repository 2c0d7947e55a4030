package signed_test

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"strings"
	"testing"

	"chancery/signed"
)

func TestSealedRoundTrip(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("the key"))
	if err != nil {
		t.Fatal(err)
	}
	crlf := strings.ReplaceAll(string(sealed.Armour()), "\n", "\r\n")
	for name, text := range map[string]string{"armour": string(sealed.Armour()), "armour from Windows": crlf, "compact": " " + sealed.Compact() + "\n"} {
		parsed, err := signed.ParseSealed([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if content, err := parsed.Open(k.sealing); err != nil || string(content) != "the key" {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

func TestSealedOpensOnlyForItsEnd(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("the key"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	kind, vendor, damaged := sealed, sealed, sealed
	kind.Kind = signed.SealDeactivation
	vendor.VendorID = strings.Replace(vendorID, "0", "1", 1)
	damaged.Ciphertext = bytes.Clone(sealed.Ciphertext)
	damaged.Ciphertext[40] ^= 1
	for name, s := range map[string]signed.Sealed{"kind": kind, "vendor": vendor, "damaged": damaged} {
		if _, err := s.Open(k.sealing); !errors.Is(err, signed.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sealed.Open(other); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("other key: %v", err)
	}
}

func TestSealedRefused(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("the key"))
	if err != nil {
		t.Fatal(err)
	}
	armour, compact := string(sealed.Armour()), sealed.Compact()
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":            {"", signed.ErrMalformed},
		"a photograph":     {"\xff\xd8\xff\xe0", signed.ErrMalformed},
		"truncated":        {armour[:len(armour)/2], signed.ErrMalformed},
		"twice":            {armour + armour, signed.ErrMalformed},
		"text before":      {"Dear vendor,\n" + armour, signed.ErrMalformed},
		"another version":  {strings.Replace(armour, "Version: 1", "Version: 2", 1), signed.ErrMalformed},
		"another kind":     {strings.ReplaceAll(armour, "ACTIVATION", "PARTY"), signed.ErrType},
		"vendor no UUID":   {strings.Replace(armour, vendorID, "acme", 1), signed.ErrMalformed},
		"compact, cut":     {compact[:100], signed.ErrMalformed},
		"compact, no text": {"CHANCERY1.ACTIVATION." + vendorID + "." + sealed.KeyID + ".", signed.ErrMalformed},
		"a doubled header": {strings.Replace(armour, "Version: 1\n", "Version: 1\nVersion: 1\n", 1), signed.ErrMalformed},
		"text in a header": {strings.Replace(armour, "Version: 1\n", "Version: 1\nNote: x\n", 1), signed.ErrMalformed},
		"text behind":      {armour + "x", signed.ErrMalformed},
		"compact, padded":  {compact + "=", signed.ErrMalformed},
		"too large":        {strings.Repeat("x", signed.MaxSealed+1), signed.ErrTooLarge},
	} {
		if _, err := signed.ParseSealed([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	k := setup(t)
	if _, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, make([]byte, signed.MaxSealed)); !errors.Is(err, signed.ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
	if _, err := signed.Seal(k.sealing.PublicKey(), "PARTY", vendorID, nil); !errors.Is(err, signed.ErrType) {
		t.Errorf("kind: %v", err)
	}
	largest, err := signed.Seal(k.sealing.PublicKey(), signed.SealDeactivation, vendorID, make([]byte, signed.MaxSealed*3/4-1024))
	if err != nil {
		t.Fatal(err)
	}
	if size := len(largest.Armour()); size > signed.MaxSealed {
		t.Errorf("what Seal makes is %d bytes, more than ParseSealed takes", size)
	}
}

// Whatever bit of either form is turned over, it does not open, or not as anything
// else: there is one text for each sealed request.
func TestSealedWithOneBitTurnedOver(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sealed, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("the key!"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(sealed.Armour()), sealed.Compact()} {
		for i := range 8 * len(text) {
			edited := []byte(text)
			edited[i/8] ^= 1 << (i % 8)
			if strings.TrimSpace(string(edited)) == strings.TrimSpace(text) || text[i/8] == '\n' && edited[i/8] == '\v' {
				continue // white space around it
			}
			s, err := signed.ParseSealed(edited)
			if err != nil {
				continue
			}
			if _, err := s.Open(k.sealing); err == nil {
				t.Errorf("bit %d of %q opens still: %q", i, text[i/8], edited)
			}
		}
	}
}
