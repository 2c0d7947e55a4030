package client

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"chancery/signed"
)

// The state of a device without internet, its list of keys and its announcements are input
// from outside: nothing that is not signed is believed.
func FuzzOfflineState(f *testing.F) {
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize)
	o := offline{Seed: seed, ActivationID: "a", File: "x", Records: records{Sums: sums{"l": nil}}}
	signer, err := signed.NewSigner(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		f.Fatal(err)
	}
	root := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	rootSigner, err := signed.NewSigner(root)
	if err != nil {
		f.Fatal(err)
	}
	const vendor = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e10"
	pinned, err := pinnedTrust(Config{PublicKeys: []ed25519.PublicKey{signer.Public()}, RootKey: rootSigner.Public(), VendorID: vendor})
	if err != nil {
		f.Fatal(err)
	}
	payload, err := json.Marshal(o)
	if err != nil {
		f.Fatal(err)
	}
	state, err := signer.SignDocument(typeOffline, payload)
	if err != nil {
		f.Fatal(err)
	}
	list, err := signed.KeyList{VendorID: vendor, Number: 1, Keys: []signed.ListedKey{{Key: signed.FormatKey(rootSigner.Public()), Use: signed.UseDocuments}}}.Sign(rootSigner)
	if err != nil {
		f.Fatal(err)
	}
	announced, err := signer.Announce(vendor, rootSigner.Public(), 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Add(list)
	f.Add(announced)
	f.Fuzz(func(t *testing.T, text []byte) {
		var read offline
		if read.parse(text) == nil {
			for _, r := range []sums{read.Records.Sums, read.Records.Used} {
				_ = r.clone() // what is taken can be worked with
			}
		}
		if got := pinned.withList(string(text)); got.list.Number != 0 && !bytes.Equal(bytes.TrimSpace(text), list) {
			t.Errorf("a forged list: %q", text)
		}
		if _, ok := pinned.withDocument(rotation{Document: string(text)}); ok && !bytes.Equal(bytes.TrimSpace(text), announced) {
			t.Errorf("a forged announcement: %q", text)
		}
	})
}
