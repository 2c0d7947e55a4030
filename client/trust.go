package client

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"chancery/signed"
)

const (
	// maxRotations bounds the chain of announced keys that is kept.
	maxRotations = 64
	// overlap is how long a replaced key is still accepted, from the first answer
	// that its successor signed: copies of a server need not change at one moment.
	overlap = 7 * day
)

// rotation is one answer that announced a key. The announcement is kept, not the
// key: so that at every start the chain from the pinned keys to the newest one
// is checked again, and nobody can add a key by editing a file.
type rotation struct {
	Signature string `json:"signature,omitempty"` // Chancery-Signature as received
	Body      []byte `json:"body,omitempty"`      // the body it signs; base64 in JSON
	Document  string `json:"document,omitempty"`  // in place of both: an announcement out of a file

	// Used and Since are when the announced key signed its first answer for this
	// client, by the server's clock (iat) and by this machine's, in Unix seconds. Zero: not yet.
	Used  int64 `json:"used,omitempty"`
	Since int64 `json:"since,omitempty"`

	from, to string // kids
}

// trust is the keys whose answers this client takes: those pinned, and those that
// they announced, each by the one before. A key has one successor, the first that
// it announced; whoever steals it later can't name another.
//
// The newest list of the root key goes before both: what is revoked there is not believed,
// and announces nothing; what is in use there is believed for what it is listed for.
type trust struct {
	vendor string
	root   ed25519.PublicKey // nil: none is pinned
	fixed  signed.KeySet     // the pinned keys
	keys   signed.KeySet     // those that are believed
	pinned []string          // kids
	chain  []rotation

	list     signed.KeyList // Number 0: none
	document string         // the list as received
}

func pinnedTrust(cfg Config) (trust, error) {
	set, err := signed.NewKeySet(cfg.PublicKeys...)
	t := trust{fixed: set, keys: set, vendor: cfg.VendorID, root: cfg.RootKey}
	for _, key := range cfg.PublicKeys {
		t.pinned = append(t.pinned, signed.KeyID(key))
	}
	return t, err
}

// loadTrust adds the keys that were announced. What does not verify, or does not
// fit the chain, is left out: it can only ever make fewer answers believed.
func loadTrust(dir folder, pinned trust) (trust, error) {
	if list, err := dir.read(fileKeyList); err == nil {
		pinned = pinned.withList(string(list)) // one that is damaged is none
	}
	text, err := dir.read(fileRotation)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errFileTooLarge) {
		return pinned, nil
	}
	if err != nil {
		return pinned, err
	}
	var stored []rotation
	if json.Unmarshal(text, &stored) != nil {
		return pinned, nil //nolint:nilerr // a damaged note of rotations: the pinned keys go on
	}
	return pinned.replay(stored), nil
}

// replay is the trust after announcements that were taken before.
func (t trust) replay(stored []rotation) trust {
	for _, r := range stored {
		if r.Document != "" {
			t, _ = t.withDocument(r)
			continue
		}
		if response, err := t.keys.VerifyStoredResponse(r.Signature, r.Body); err == nil {
			t, _ = t.with(response, r)
		}
	}
	return t
}

// withList is the trust after a list of the root key; the same after an older one, and after
// what is none. Nothing that a key has announced which is revoked now is believed any more,
// unless the list or a good key says so, too.
func (t trust) withList(document string) trust {
	if t.root == nil || document == "" {
		return t
	}
	l, err := signed.VerifyKeyList(t.root, t.vendor, []byte(document))
	if err != nil || l.Number <= t.list.Number {
		return t
	}
	keys, err := t.fixed.With(l.InUse()...)
	if err != nil {
		return t
	}
	chain := t.chain
	t.keys, t.list, t.document, t.chain = keys.Without(l.Revoked()...), l, document, nil
	return t.replay(chain)
}

// signers are the keys that are believed for one use of a list: a key that nothing but the
// list names is good for what the list says, and for nothing else.
func (t trust) signers(use string) signed.KeySet {
	var others []string
	for _, k := range t.list.Keys {
		kid := k.KeyID()
		announced := func(r rotation) bool { return r.to == kid }
		if k.Use != use && !slices.Contains(t.pinned, kid) && !slices.ContainsFunc(t.chain, announced) {
			others = append(others, kid)
		}
	}
	return t.keys.Without(others...)
}

// withDocument is with for an announcement out of a file.
func (t trust) withDocument(r rotation) (trust, bool) {
	by, next, err := t.keys.VerifyAnnouncement(t.vendor, []byte(r.Document))
	if err != nil || slices.Contains(t.list.Revoked(), signed.KeyID(next)) {
		return t, false
	}
	return t.with(signed.Response{KeyID: by, Next: next}, r)
}

// notSigned says why a file is not believed.
func (t trust) notSigned(file []byte, err error) error {
	if d, read := signed.ReadUnverified(file); read == nil && slices.Contains(t.list.Revoked(), d.KeyID) {
		return fmt.Errorf("client: %w", ErrRevokedKey)
	}
	return fmt.Errorf("client: the file is not properly signed by the vendor: %w", err)
}

// with is the trust after a verified announcement; false: it changes nothing,
// because it announces nothing, or the key has a successor already.
func (t trust) with(a signed.Response, r rotation) (trust, bool) {
	if a.Next == nil || len(t.chain) >= maxRotations || slices.Contains(t.list.Revoked(), signed.KeyID(a.Next)) {
		return t, false
	}
	r.from, r.to = a.KeyID, signed.KeyID(a.Next)
	if _, forked := t.successor(r.from); forked || t.leads(r.to, r.from) {
		return t, false
	}
	larger, err := t.keys.With(a.Next)
	if err != nil {
		return t, false
	}
	t.keys, t.chain = larger, append(slices.Clip(t.chain), r)
	return t, true
}

// used is the trust after an answer of this key, at these moments of the server
// and of this machine.
func (t trust) used(kid string, at, now time.Time) (trust, bool) {
	changed := false
	for i, r := range t.chain {
		if r.to == kid && r.Used == 0 {
			t.chain = slices.Clone(t.chain)
			t.chain[i].Used, t.chain[i].Since = at.Unix(), now.Unix()
			changed = true
		}
	}
	return t, changed
}

func (t trust) successor(kid string) (rotation, bool) {
	at := slices.IndexFunc(t.chain, func(r rotation) bool { return r.from == kid })
	if at < 0 {
		return rotation{}, false
	}
	return t.chain[at], true
}

// leads tells whether the chain leads from one key to the other, or they are one.
func (t trust) leads(from, to string) bool {
	for range maxRotations {
		if from == to {
			return true
		}
		r, ok := t.successor(from)
		if !ok {
			return false
		}
		from = r.to
	}
	return from == to
}

// stored checks an answer that lies on disk, as signed.KeySet does. A replaced key
// is believed for answers from its time.
func (t trust) stored(signature string, body []byte) (signed.Response, error) {
	r, err := t.signers(signed.UseAnswers).VerifyStoredResponse(signature, body)
	if err == nil {
		err = t.inTime(r, time.Time{})
	}
	return r, err
}

// inTime refuses an answer of a key whose successor has been in use for longer
// than the overlap: by what the answer says, and by this machine's clock, since
// whoever has the old key can write any time into an answer.
func (t trust) inTime(a signed.Response, now time.Time) error {
	r, ok := t.successor(a.KeyID)
	if !ok || r.Used == 0 {
		return nil
	}
	end := int64(overlap / time.Second)
	if a.IssuedAt.Unix() > r.Used+end || now.Unix() > r.Since+end {
		return fmt.Errorf("the vendor has replaced key %s: %w", a.KeyID, signed.ErrUnknownKey)
	}
	return nil
}

// names lists the keys that the server may answer with, for signed.TrustedKeysHeader.
func (t trust) names() string {
	var kids []string
	for _, kid := range t.pinned {
		kids = t.name(kids, kid)
	}
	for _, r := range slices.Backward(t.chain) {
		kids = t.name(kids, r.to)
	}
	for _, key := range t.list.InUse() {
		kids = t.name(kids, signed.KeyID(key))
	}
	return strings.Join(kids[:min(len(kids), signed.MaxTrustedKeys)], ", ")
}

func (t trust) name(kids []string, kid string) []string {
	if r, ok := t.successor(kid); ok && r.Used != 0 || slices.Contains(kids, kid) || !t.keys.Has(kid) {
		return kids
	}
	return append(kids, kid)
}

// learn takes up what a verified answer says about keys, on disk before it is
// used. It is for whoever has the turn.
func (c *Client) learn(a answer) error {
	now := c.cfg.Now()
	add := func(t trust) (trust, bool) {
		t, used := t.used(a.KeyID, a.IssuedAt, now)
		t, announced := t.with(a.Response, rotation{Signature: a.signature, Body: a.body})
		return t, used || announced
	}
	if _, changed := add(c.trust()); !changed {
		return nil
	}
	unlock, err := c.dir.lock(lockWait)
	if err != nil {
		return err
	}
	defer unlock()
	t, err := loadTrust(c.dir, c.pinned) // another process may have been faster
	if err != nil {
		return err
	}
	t, changed := add(t)
	if changed {
		text, err := json.Marshal(t.chain)
		if err != nil {
			return err
		}
		if len(text) > maxFile {
			return nil // announced again by an answer that is smaller
		}
		if err := c.dir.write(fileRotation, text); err != nil {
			return err
		}
	}
	c.setTrust(t)
	return nil
}

func (c *Client) trust() trust {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trusted
}

func (c *Client) setTrust(t trust) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trusted = t
}
