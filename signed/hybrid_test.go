package signed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"chancery/signed"
)

func TestHybridKeys(t *testing.T) {
	t.Parallel()
	k := setup(t)
	public := k.hybrid.Public()
	jwk, err := json.Marshal(signed.HybridJWK(public))
	must(t, err)
	for _, text := range []string{public.String(), " " + public.String() + "\n", string(jwk)} {
		got, err := signed.ParseHybridKey(text)
		if err != nil || got.KeyID() != public.KeyID() {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "an X25519 key": signed.FormatSealingKey(k.sealing.PublicKey()), "cut": public.String()[:1600],
		"another algorithm": strings.Replace(string(jwk), "MLKEM768-X25519", "MLKEM1024-P384", 1), "numbers above the modulus": b64(strings.Repeat("\xff", 1216)),
	} {
		if _, err := signed.ParseHybridKey(text); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Version, kind and vendor are bound to a request: nobody makes one of the other suite of it.
func TestSuitesAreKeptApart(t *testing.T) {
	t.Parallel()
	k := setup(t)
	one, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("content"))
	must(t, err)
	two, err := signed.SealHybrid(k.hybrid.Public(), signed.SealActivation, vendorID, []byte("content"))
	must(t, err)
	if content, err := two.OpenHybrid(k.hybrid); err != nil || string(content) != "content" {
		t.Errorf("%q, %v", content, err)
	}
	if n := len(two.Armour()); n > 1900 {
		t.Errorf("a file of a few bytes has %d", n)
	}
	if _, err := two.Open(k.sealing); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("version 2 with an X25519 key: %v", err)
	}
	if _, err := one.OpenHybrid(k.hybrid); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("version 1 with a hybrid key: %v", err)
	}
	for name, change := range map[string]func(s *signed.Sealed){
		"another kind":   func(s *signed.Sealed) { s.Kind = signed.SealDeactivation },
		"another vendor": func(s *signed.Sealed) { s.VendorID = productID },
	} {
		other := two
		change(&other)
		if _, err := other.OpenHybrid(k.hybrid); !errors.Is(err, signed.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range [][]byte{
		bytes.Replace(two.Armour(), []byte("Version: 2"), []byte("Version: 1"), 1), bytes.Replace(one.Armour(), []byte("Version: 1"), []byte("Version: 2"), 1),
		bytes.Replace(one.Armour(), []byte("Version: 1"), []byte("Version: 3"), 1), []byte(strings.Replace(one.Compact(), "CHANCERY1", "CHANCERY3", 1)),
	} {
		found, err := signed.Find(text)
		if err != nil {
			continue
		}
		if _, err := found[0].Request.Open(k.sealing); err == nil {
			t.Errorf("opened as another version: %s", text)
		}
		if _, err := found[0].Request.OpenHybrid(k.hybrid); err == nil {
			t.Errorf("opened as another version: %s", text)
		}
	}
}

// The attack: change one byte of a request on its way. It opens as what it was, where the
// text around it was changed, or not at all.
func TestAttackARequestEditedAtEveryByte(t *testing.T) {
	t.Parallel()
	k := setup(t)
	content := []byte("content")
	one, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, content)
	must(t, err)
	two, err := signed.SealHybrid(k.hybrid.Public(), signed.SealActivation, vendorID, content)
	must(t, err)
	opened := 0
	for _, text := range [][]byte{one.Armour(), []byte(one.Compact()), two.Armour()} {
		for i := range text {
			edited := bytes.Clone(text)
			edited[i] ^= 1
			for _, text := range [][]byte{edited, text[:i]} {
				found, err := signed.Find(text)
				if err != nil {
					continue
				}
				got, err := found[0].Request.Open(k.sealing)
				if err != nil {
					got, err = found[0].Request.OpenHybrid(k.hybrid)
				}
				if err == nil && !bytes.Equal(got, content) {
					t.Fatalf("byte %d: %q", i, got)
				}
				if err == nil {
					opened++
				}
			}
		}
	}
	if most := 3 * 2 * 120; opened > most { // the lines BEGIN and END, names of headers, line ends
		t.Errorf("%d edited texts opened", opened)
	}
}
