package client

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"chancery/signed"
)

// The files of a device without internet, beside those of state.go.
const (
	fileOffline = "offline.state" // what is below; signed by the client's own key once there is a licence
	fileLicense = "license.lic"   // the licence or refresh that is held, as it was installed
)

// typeOffline is the typ of the state: signed by the client's own key, for itself.
const typeOffline = "chancery-client-offline"

// offline is what a device without internet keeps beside its licence file.
type offline struct {
	Revision int64         `json:"revision"` // rises with every change
	Open     []openRequest `json:"open,omitempty"`
	Seed     []byte        `json:"seed,omitempty"` // of the activation's key; none: no licence is held by a file

	ActivationID string `json:"activation_id,omitempty"`
	File         string `json:"file,omitempty"` // hash of the file that is held; none: no licence is held by one
	Deactivated  bool   `json:"deactivated,omitempty"`
	Mark         mark   `json:"mark"`

	Records records `json:"records"`

	file   offlineFile // the file that File names; not written with the state
	damage error       // why the state on disk is not believed
}

// openRequest is a request that waits for its answer, with the key that it named.
type openRequest struct {
	ID   string `json:"id"`
	Seed []byte `json:"seed"`
}

func (r openRequest) public() string { return publicOf(r.Seed) }

// publicOf is the public key of a seed, as files carry it; empty for no seed.
func publicOf(seed []byte) string {
	if len(seed) != ed25519.SeedSize {
		return ""
	}
	return signed.FormatKey(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key
}

// offlineFile is a licence file that was verified.
type offlineFile struct {
	said    signed.OfflineLicense
	license LicenseInfo
	text    []byte
}

// readOffline verifies a licence file by these keys, and that it is for this client.
func (c *Client) readOffline(text []byte, t trust) (f offlineFile, err error) {
	if f.said, err = t.signers(signed.UseDocuments).VerifyOfflineLicense(text); err != nil {
		return f, t.notSigned(text, err)
	}
	if f.said.VendorID != c.cfg.VendorID || f.said.ProductID != c.cfg.ProductID || f.said.ClientID != c.id {
		return f, ErrForeignFile
	}
	if f.license, err = readLicense(f.said.License, c.id, c.cfg.ProductID); err != nil {
		return f, err
	}
	f.text = text
	return f, nil
}

// take makes a file the licence. The clock begins anew: a newer file replaces the time
// that is remembered, so that a clock which was once far ahead is forgotten.
func (o *offline) take(f offlineFile, now time.Time) {
	o.ActivationID, o.File, o.file = f.said.ActivationID, signed.ReportHash(f.text), f
	o.Mark = mark{
		ClientID: f.said.ClientID, ProductID: f.said.ProductID, Answered: f.said.IssuedAt, Received: now.Unix(), Seen: now.Unix(), Serial: f.said.Serial,
	}
	o.Records.counted(f.said.Counted)
}

// records are what was consumed here, as sums: a file of any age stays small.
type records struct {
	Base signed.Mark `json:"base"` // confirmed by a receipt
	Last signed.Mark `json:"last"`
	Sums sums        `json:"sums,omitempty"`     // of the records behind Base
	Told []told      `json:"told,omitempty"`     // reports without a receipt, oldest first
	Held signed.Mark `json:"held"`               // up to where the licence file's counters count
	Used sums        `json:"used,omitempty"`     // of the records behind Held
	Prev string      `json:"previous,omitempty"` // hash of the last report
	N    int64       `json:"reports"`            // how many were made
}

// told is one report that was made and has no receipt yet.
type told struct {
	Intent string      `json:"intent"`
	Last   signed.Mark `json:"last"`
	Sums   sums        `json:"sums,omitempty"` // of the records behind Base up to Last
	Report []byte      `json:"report"`         // the signed document
	Text   []byte      `json:"text"`           // the file, sealed once
}

// sums are millionths by limitation id.
type sums map[string]*big.Int

func (s sums) minus(other sums) sums {
	left := sums{}
	for id, n := range s {
		d := new(big.Int).Set(n)
		if o := other[id]; o != nil {
			d.Sub(d, o)
		}
		if d.Sign() != 0 {
			left[id] = d
		}
	}
	return left
}

func (s sums) plus(id string, n *big.Int) sums {
	all := s.clone()
	if before := all[id]; before != nil {
		n = new(big.Int).Add(before, n)
	}
	all[id] = n
	return all
}

func (s sums) clone() sums { return s.minus(nil) }

// counted notes up to where the counters of a licence file count. Of a place in the
// records that is not known here, nothing is known to be counted.
func (r *records) counted(m signed.Mark) {
	if m == r.Base {
		r.Held, r.Used = m, r.Sums.clone()
	}
	for _, t := range r.Told {
		if t.Last == m {
			r.Held, r.Used = m, r.Sums.minus(t.Sums)
		}
	}
}

// add counts one more.
func (r *records) add(limitation string, value string, millionths *big.Int, at int64) {
	next := signed.Mark{Number: r.Last.Number + 1}
	next.Digest = signed.NextDigest(r.Last.Digest, next.Number, signed.Consumption{LimitationID: limitation, Value: value}, at, rand.Text())
	r.Last = next
	r.Sums, r.Used = r.Sums.plus(limitation, millionths), r.Used.plus(limitation, millionths)
}

// confirmed forgets what a receipt says was taken.
func (r *records) confirmed(t told) {
	r.Sums, r.Base = r.Sums.minus(t.Sums), t.Last
	var later []told
	for _, other := range r.Told {
		if other.Last.Number > t.Last.Number {
			other.Sums = other.Sums.minus(t.Sums)
			later = append(later, other)
		}
	}
	r.Told = later
}

// loadOffline reads the state. The licence file beside it is verified anew.
func (c *Client) loadOffline() (o offline) {
	text, err := c.dir.read(fileOffline)
	if errors.Is(err, os.ErrNotExist) {
		return offline{}
	}
	if err == nil {
		err = o.parse(text)
	}
	if err == nil && o.File != "" {
		err = c.loadLicense(&o)
	}
	if err != nil {
		o.damage = err
	}
	return o
}

// parse reads a state and checks that the key in it has signed it, which shows an edited
// one; who has the key can sign what they like.
func (o *offline) parse(text []byte) error {
	d, err := signed.ReadUnverified(text)
	if err == nil {
		err = json.Unmarshal(d.Payload, o)
	}
	if err != nil || d.Type != typeOffline {
		return fmt.Errorf("%w: %s is not of its form", ErrStateEdited, fileOffline)
	}
	key, err := o.signingKey()
	if err != nil {
		return err
	}
	own, err := signed.NewKeySet(key.Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key
	if err != nil {
		return err
	}
	if _, err := own.VerifyDocument(text, typeOffline); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrStateEdited, fileOffline, err)
	}
	if !o.Records.whole() {
		return fmt.Errorf("%w: %s has a sum that is none", ErrStateEdited, fileOffline)
	}
	return nil
}

// whole reports whether every sum is a number.
func (r *records) whole() bool {
	all := append(make([]sums, 0, 2+len(r.Told)), r.Sums, r.Used)
	for _, t := range r.Told {
		all = append(all, t.Sums)
	}
	for _, s := range all {
		for _, n := range s {
			if n == nil {
				return false
			}
		}
	}
	return true
}

// signingKey is the activation's key, or that of the newest request.
func (o *offline) signingKey() (ed25519.PrivateKey, error) {
	seed := o.Seed
	if len(seed) == 0 && len(o.Open) > 0 {
		seed = o.Open[len(o.Open)-1].Seed
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%w: %s has no key", ErrStateEdited, fileOffline)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (c *Client) loadLicense(o *offline) error {
	text, err := c.dir.read(fileLicense)
	if err != nil {
		return fmt.Errorf("%w: %s is missing", ErrStateEdited, fileLicense)
	}
	if signed.ReportHash(text) != o.File {
		return fmt.Errorf("%w: %s", ErrStateEdited, fileLicense)
	}
	if o.file, err = c.readOffline(text, c.trust()); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrStateCopied, fileLicense, err)
	}
	if o.file.said.ClientPublicKey != publicOf(o.Seed) || !o.Mark.of(c.id, c.cfg.ProductID) {
		return fmt.Errorf("%w: %s", ErrStateCopied, fileLicense)
	}
	ended, err := c.tombstones()
	if err != nil {
		return err
	}
	if !o.Deactivated && slices.Contains(ended, o.ActivationID) {
		return fmt.Errorf("%w: the licence was given up here", ErrStateRolledBack)
	}
	return nil
}

// changeOffline changes the state, on disk before it returns, under the folder's lock.
func (c *Client) changeOffline(change func(*offline) error) error {
	return c.changeOfflineWithin(lockWait, change)
}

// settleOffline writes the time down that has passed.
func (c *Client) settleOffline(within time.Duration) error {
	if c.offlineState().File == "" {
		return nil
	}
	return c.changeOfflineWithin(within, func(o *offline) error { return o.damage })
}

func (c *Client) changeOfflineWithin(within time.Duration, change func(*offline) error) error {
	unlock, err := c.dir.lock(within)
	if err != nil {
		return err
	}
	defer unlock()
	c.pass()
	o := c.loadOffline()
	if held := c.offlineState(); held.damage == nil && o.damage == nil && held.File == o.File {
		o.Mark = o.Mark.merge(held.Mark)
	}
	if o.damage != nil {
		o = offline{damage: o.damage} // what can't be believed makes way for a new licence
	}
	file := o.File
	if err := change(&o); err != nil {
		return err
	}
	o.damage = nil
	if o.File != file && o.File != "" {
		if err := c.dir.write(fileLicense, o.file.text); err != nil {
			return err
		}
	}
	if err := c.saveOffline(&o); err != nil {
		return err
	}
	c.setOffline(o)
	return nil
}

func (c *Client) saveOffline(o *offline) error {
	if len(o.Seed) == 0 && len(o.Open) == 0 {
		return c.dir.remove(fileOffline, fileLicense)
	}
	o.Revision++
	key, err := o.signingKey()
	if err != nil {
		return err
	}
	signer, err := signed.NewSigner(key)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(o)
	if err != nil {
		return err
	}
	document, err := signer.SignDocument(typeOffline, payload)
	if err != nil {
		return err
	}
	return c.dir.write(fileOffline, document)
}

func (c *Client) offlineState() offline {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offline
}

func (c *Client) setOffline(o offline) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offline = o
}

// decimal writes millionths as the one spelling of a decimal.
func decimal(millionths *big.Int) string {
	negative, digits := millionths.Sign() < 0, new(big.Int).Abs(millionths).String()
	digits = strings.Repeat("0", max(0, 7-len(digits))) + digits
	whole, fraction := digits[:len(digits)-6], strings.TrimRight(digits[len(digits)-6:], "0")
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	if negative {
		text = "-" + text
	}
	return text
}
