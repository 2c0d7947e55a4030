package keyring_test

import (
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/keyring"
	"chancery/signed"
)

// by tells which of these keys has signed, and checks the announcements from it on.
func (b bundle) by(t *testing.T, trusted []string, keys map[string]ed25519.PublicKey) (name string, next int, list string) {
	t.Helper()
	f, err := b.ForFiles(t.Context(), b.vendor, trusted)
	if err != nil {
		t.Fatal(err)
	}
	document, err := f.Sign(signed.TypeLicense, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	var last ed25519.PublicKey
	for n, key := range keys {
		set, err := signed.NewKeySet(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := set.VerifyDocument(document, signed.TypeLicense); err == nil {
			name, last = n, key
		}
	}
	for _, announced := range f.NextKeys {
		set, err := signed.NewKeySet(last)
		if err != nil {
			t.Fatal(err)
		}
		if _, last, err = set.VerifyAnnouncement(b.db.uuid.String(), []byte(announced)); err != nil {
			t.Errorf("an announcement: %v", err)
		}
	}
	return name, len(f.NextKeys), f.KeyList
}

// Files are signed with a key of their own, the newest that the program pins, and bring
// the announcements of those that follow it.
func TestWhichKeySignsFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	second, third := b.create(t, keyring.Documents), b.create(t, keyring.Documents)
	answers := b.create(t, keyring.Ed25519)
	b.db.named[first.Ed25519Key] = 1
	b.db.changes++
	b.clock.Advance(time.Hour)
	keys := map[string]ed25519.PublicKey{
		"answers 1": first.Ed25519, "answers 2": answers.Ed25519, "files 1": first.Documents, "files 2": second.Documents, "files 3": third.Documents,
	}
	kid := func(name string) string { return signed.KeyID(keys[name]) }
	for name, c := range map[string]struct {
		trusted []string
		by      string
		next    int
	}{
		"an older program":           {[]string{kid("answers 1")}, "answers 1", 1},
		"both are pinned":            {[]string{kid("answers 1"), kid("files 1")}, "files 1", 2},
		"a rotation is known":        {[]string{kid("files 1"), kid("files 2")}, "files 2", 1},
		"by a QR code":               {[]string{signed.ShortKeyID(kid("answers 1")), signed.ShortKeyID(kid("files 1"))}, "files 1", 2},
		"the newest":                 {[]string{kid("files 3"), kid("files 1"), kid("answers 2")}, "files 3", 0},
		"nothing that is known here": {[]string{"x"}, "answers 1", 1},
		"nothing at all":             {nil, "answers 1", 1},
	} {
		if by, next, _ := b.by(t, c.trusted, keys); by != c.by || next != c.next {
			t.Errorf("%s: by %q with %d announcements, want %q with %d", name, by, next, c.by, c.next)
		}
	}
}

// The attack: a signing key is stolen. The root key's list says so in every file, and the
// key signs no more of them.
func TestRevokedKeysSignNoFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	stolen := signed.KeyID(first.Documents)
	second := b.create(t, keyring.Documents)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	root, err := signed.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := b.Draft(t.Context(), b.vendor, []string{stolen}, b.clock.Now())
	if err != nil || draft.Number != 1 || len(draft.Keys) != 3 || !slices.Equal(draft.Revoked(), []string{stolen}) {
		t.Fatalf("%+v, %v", draft, err)
	}
	list, err := draft.Sign(root)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(root ed25519.PublicKey, list []byte) error {
		_, err := b.Publish(b.db, b.vendor, b.db.uuid, root, string(list))
		b.clock.Advance(time.Hour)
		return err
	}
	if err := publish(nil, list); !fault.Is(err, "root_key_missing") {
		t.Errorf("the first list without a root key: %v", err)
	}
	if err := publish(first.Ed25519, list); !fault.Is(err, "key_list_unverified") {
		t.Errorf("another root key: %v", err)
	}
	if err := publish(public, list); err != nil {
		t.Fatal(err)
	}
	if err := publish(nil, list); !fault.Is(err, "key_list_older") {
		t.Errorf("the same list again: %v", err)
	}
	if err := publish(first.Ed25519, list); !fault.Is(err, "root_key_fixed") {
		t.Errorf("another root key, later: %v", err)
	}
	keys := map[string]ed25519.PublicKey{"answers": first.Ed25519, "stolen": first.Documents, "new": second.Documents}
	for name, trusted := range map[string][]string{
		"answers": {stolen, signed.KeyID(first.Ed25519)}, "new": {stolen, signed.KeyID(second.Documents)},
	} {
		if by, _, said := b.by(t, trusted, keys); by != name || said != string(list) {
			t.Errorf("signed by %q with the list %q, want %q", by, said, name)
		}
	}
	next, err := b.Draft(t.Context(), b.vendor, nil, b.clock.Now())
	if err != nil || next.Number != 2 || !slices.Equal(next.Revoked(), []string{stolen}) {
		t.Errorf("what was revoked is not any more: %+v, %v", next, err)
	}
	if _, err := b.Draft(t.Context(), b.vendor, []string{"x"}, b.clock.Now()); !fault.Is(err, "signing_key_not_found") {
		t.Errorf("an unknown key: %v", err)
	}
	all, err := b.Draft(t.Context(), b.vendor, []string{signed.KeyID(first.Ed25519)}, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if list, err = all.Sign(root); err != nil {
		t.Fatal(err)
	}
	if err := publish(nil, list); !fault.Is(err, "key_list_revokes_all") {
		t.Errorf("a list that leaves nothing: %v", err)
	}
}

// The attack: a key is stolen that others followed and that followed others. Who pins an
// older one hears of the key behind it, and not of the stolen one.
func TestRevokedKeysAreNotAnnounced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	stolen, third := b.create(t, keyring.Documents), b.create(t, keyring.Documents)
	answers, last := b.create(t, keyring.Ed25519), b.create(t, keyring.Ed25519)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	root, err := signed.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := b.Draft(t.Context(), b.vendor, []string{signed.KeyID(stolen.Documents), signed.KeyID(answers.Ed25519)}, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	list, err := draft.Sign(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(b.db, b.vendor, b.db.uuid, public, string(list)); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Hour)
	f, err := b.ForFiles(t.Context(), b.vendor, []string{signed.KeyID(first.Documents)})
	if err != nil || len(f.NextKeys) != 1 {
		t.Fatalf("%d announcements, %v", len(f.NextKeys), err)
	}
	set, err := signed.NewKeySet(first.Documents, first.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	if _, next, err := set.VerifyAnnouncement(b.db.uuid.String(), []byte(f.NextKeys[0])); err != nil || !next.Equal(third.Documents) {
		t.Errorf("a file announces %x, %v", next, err)
	}
	body := []byte("{}")
	said := signed.Response{Status: 200, IssuedAt: b.clock.Now()}
	signature, err := b.SignResponse(t.Context(), b.vendor, 0, []string{signed.KeyID(first.Ed25519)}, said, body)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := set.VerifyStoredResponse(signature, body); err != nil || !last.Ed25519.Equal(r.Next) {
		t.Errorf("an answer announces %x, %v", r.Next, err)
	}
}

// A vendor whose key can't be made keeps no other waiting.
func TestMissingKeysOfOthersAreMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.db.keys = slices.DeleteFunc(b.db.keys, func(k keyring.Key) bool { return k.Kind == keyring.Documents || k.Kind == keyring.Hybrid })
	b.db.broken = true
	if n, err := b.Complete(t.Context(), b.db); n != 2 || err == nil {
		t.Errorf("%d made, %v", n, err)
	}
}

// A vendor that is older than a kind of key gets one.
func TestMissingKeysAreMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.db.keys = slices.DeleteFunc(b.db.keys, func(k keyring.Key) bool { return k.Kind == keyring.Documents || k.Kind == keyring.Hybrid })
	for _, want := range []int{2, 0} {
		if n, err := b.Complete(t.Context(), b.db); n != want || err != nil {
			t.Errorf("%d made, %v; want %d", n, err, want)
		}
	}
	b.clock.Advance(time.Hour)
	if p, err := b.Newest(t.Context(), b.vendor); err != nil || p.Documents == nil || p.Hybrid == nil {
		t.Errorf("%+v, %v", p, err)
	}
}
