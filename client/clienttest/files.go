package clienttest

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"strings"
	"time"

	"chancery/client"
	"chancery/signed"
)

// Files is the vendor's side of files that are carried to devices without internet. It
// answers each request with its licence and each report with a receipt, once.
type Files struct {
	s       *Server
	sealing *ecdh.PrivateKey
	hybrid  *signed.HybridPrivateKey

	Change  func(*signed.OfflineLicense) // changes a licence before it is signed; nil: nothing
	Key     ed25519.PrivateKey           // signs in place of the server's; nil: the server's
	Used    map[string]*big.Rat          // by limitation id: what reports have told
	held    map[string]signed.OfflineLicense
	told    map[string]map[string]*big.Rat // by activation, of the records behind its base
	base    map[string]signed.Mark
	last    map[string]signed.Mark
	answers map[string][]byte
}

// Files starts the vendor's side of files.
func (s *Server) Files() (*Files, error) {
	sealing, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{4}, 32))
	if err != nil {
		return nil, err
	}
	hybrid, err := signed.NewHybridPrivateKey(bytes.Repeat([]byte{5}, 32))
	return &Files{
		s: s, sealing: sealing, hybrid: hybrid, Used: map[string]*big.Rat{}, held: map[string]signed.OfflineLicense{}, told: map[string]map[string]*big.Rat{},
		base: map[string]signed.Mark{}, last: map[string]signed.Mark{}, answers: map[string][]byte{},
	}, err
}

// Config makes a configuration one for a device without internet. Its state and
// tombstones are in folders of the test.
func (f *Files) Config(t T) client.Config {
	c := f.s.Config(t)
	c.Offline, c.BaseURL, c.ProvisioningKey, c.SealingKey, c.TombstoneDir = true, "", "", f.sealing.PublicKey(), t.TempDir()
	c.HybridKey = f.hybrid.Public()
	return c
}

// Answer opens a request or a report, and gives the file that goes back.
func (f *Files) Answer(file []byte) ([]byte, error) {
	found, err := signed.Find(file)
	if err != nil {
		return nil, err
	}
	sealed := found[0].Request
	if sealed == nil {
		return nil, errors.New("no request")
	}
	content, err := f.Open(*sealed)
	if err != nil {
		return nil, err
	}
	if sealed.Kind == signed.SealDeactivation {
		return f.receipt(content)
	}
	r, err := signed.ParseActivationRequest(VendorID, content)
	if err != nil {
		return nil, err
	}
	if known := f.answers[r.RequestID]; known != nil {
		return known, nil
	}
	l := signed.OfflineLicense{
		VendorID: VendorID, ProductID: r.ProductID, LicenseID: ProductID, ActivationID: strings.Replace(r.RequestID, r.RequestID[:8], "ac710000", 1),
		RequestID: r.RequestID, ClientID: r.ClientID, ClientPublicKey: r.ClientPublicKey,
	}
	f.answers[r.RequestID], err = f.sign(l)
	return f.answers[r.RequestID], err
}

// Open opens what a device has sealed.
func (f *Files) Open(s signed.Sealed) ([]byte, error) {
	if s.Version == 1 {
		return s.Open(f.sealing)
	}
	return s.OpenHybrid(f.hybrid)
}

// Refresh gives a refresh file for the activation of a licence file.
func (f *Files) Refresh(license []byte) ([]byte, error) {
	d, err := signed.ReadUnverified(license)
	if err != nil {
		return nil, err
	}
	var l signed.OfflineLicense
	if err := json.Unmarshal(d.Payload, &l); err != nil {
		return nil, err
	}
	l = f.held[l.ActivationID]
	l.RequestID, l.Counted = "", f.last[l.ActivationID]
	return f.sign(l)
}

func (f *Files) sign(l signed.OfflineLicense) ([]byte, error) {
	f.s.mu.Lock()
	info := f.s.license
	now := f.s.now
	f.s.mu.Unlock()
	info.LicenseKey, info.ClientID, info.ProductID = "", l.ClientID, l.ProductID
	info.Limitations = append([]client.Limitation(nil), info.Limitations...)
	for i, limit := range info.Limitations {
		if used := f.Used[limit.ID]; used != nil && limit.Remaining != nil {
			n, _ := used.Float64()
			left := *limit.Remaining - n
			info.Limitations[i].Remaining = &left
		}
	}
	text, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	l.License, l.Serial, l.IssuedAt = text, info.Serial, now.Unix()
	if f.Change != nil {
		f.Change(&l)
	}
	f.held[l.ActivationID] = l
	signer, err := signed.NewSigner(f.key())
	if err != nil {
		return nil, err
	}
	return l.Sign(signer)
}

// receipt counts a report once, as a server does.
func (f *Files) receipt(document []byte) ([]byte, error) {
	claim, err := signed.ReadReport(document)
	if err != nil {
		return nil, err
	}
	client := f.held[claim.ActivationID].ClientPublicKey
	key, err := signed.ParseKey(client)
	if err != nil {
		return nil, err
	}
	r, err := signed.VerifyReport(key, document)
	if err != nil {
		return nil, err
	}
	if known := f.answers[r.RequestID]; known != nil {
		return known, nil
	}
	before := f.told[r.ActivationID]
	if f.base[r.ActivationID] != r.Base {
		before = nil // of an older base: what it told is below this one
	}
	now := map[string]*big.Rat{}
	for _, c := range r.Consumptions {
		now[c.LimitationID], _ = new(big.Rat).SetString(c.Value)
	}
	more := maps.Clone(now)
	for id, n := range before {
		more[id] = new(big.Rat).Sub(more[id], n)
	}
	for id, n := range more {
		if f.Used[id] == nil {
			f.Used[id] = new(big.Rat)
		}
		f.Used[id].Add(f.Used[id], n)
	}
	f.told[r.ActivationID], f.base[r.ActivationID], f.last[r.ActivationID] = now, r.Base, r.Last
	signer, err := signed.NewSigner(f.key())
	if err != nil {
		return nil, err
	}
	f.answers[r.RequestID], err = signed.ReceiptFor(r, document, client, f.now()).Sign(signer)
	return f.answers[r.RequestID], err
}

func (f *Files) key() ed25519.PrivateKey {
	if f.Key != nil {
		return f.Key
	}
	return f.s.key
}

func (f *Files) now() time.Time { return f.s.Now() }

// RefreshFor gives a refresh file for any activation: what the licence says is filled in.
func (f *Files) RefreshFor(l signed.OfflineLicense) ([]byte, error) {
	l.RequestID = ""
	return f.sign(l)
}
