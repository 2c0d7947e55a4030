package signed

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
)

// The intents of a report.
const (
	IntentDeactivate = "deactivate" // the machine has given its licence up
	IntentReport     = "report"     // it goes on; only what it has used is told
)

// A Report is what a machine without internet tells: what it has used, and whether it
// gives its licence up. It is a document of TypeDeactivation, signed by the client's own
// key, inside a sealed request of kind SealDeactivation (deactivation.req).
type Report struct {
	VendorID     string `json:"vendor_id"`     // lower-case UUIDs
	ProductID    string `json:"product_id"`    //
	ActivationID string `json:"activation_id"` // as the licence file names it
	RequestID    string `json:"request_id"`    // fresh; the receipt names it
	ClientID     string `json:"client_id"`     // 1 to 256 bytes
	Intent       string `json:"intent"`        // one of the Intent constants
	Serial       int64  `json:"serial"`        // of the licence that the machine holds
	CreatedAt    int64  `json:"iat"`           // the client's clock, in whole seconds

	Number   int64  `json:"number"`             // of this report among the activation's, from 1
	Previous string `json:"previous,omitempty"` // ReportHash of the one before; empty in the first

	// Records are numbered per activation, from 1. Base is the last one that a receipt has
	// confirmed (0: none), Last the last one there is, and Points are those that reports
	// since Base have gone up to, oldest first. So a server that has taken one of them, and
	// whose receipt was lost, knows the history again and counts only what is new.
	Base   Mark   `json:"base"`
	Points []Mark `json:"points,omitempty"` // at most MaxPoints, between Base and Last
	Last   Mark   `json:"last"`

	Consumptions    []Consumption     `json:"consumptions,omitempty"` // the sums of the records behind Base, one for each limitation
	DeviceVariables map[string]string `json:"device_variables,omitempty"`

	Hostname string `json:"hostname,omitempty"` // what the machine calls itself, at most 256 bytes: copies are told apart by it
}

// MaxPoints bounds the points of a report.
const MaxPoints = 64

// A Mark is a place in an activation's records.
type Mark struct {
	Number int64  `json:"number"`
	Digest string `json:"digest,omitempty"` // NextDigest over all records up to it; empty at 0
}

// A Consumption is what was used of one limitation.
type Consumption struct {
	LimitationID string `json:"limitation_id"` // lower-case UUID
	Value        string `json:"value"`         // a decimal of at most 12 digits before and 6 behind the point; negative where it was given back
}

// NextDigest is the digest of an activation's records with one more: base64url of the
// SHA-256 over the digest so far, the record's number, limitation and value, the instant in
// seconds, and chance, a line feed behind each. Equal digests mean equal histories: chance is
// a text of at least 128 random bits, drawn for each record, so that two copies of a machine
// that use the same in the same second are told apart.
func NextDigest(digest string, number int64, c Consumption, at int64, chance string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%s\n%d\n%s\n", digest, number, c.LimitationID, c.Value, at, chance))
	return encode(sum[:])
}

// ReportHash names a signed report: base64url of the SHA-256 over its bytes.
func ReportHash(document []byte) string {
	sum := sha256.Sum256(document)
	return encode(sum[:])
}

// Sign makes the signed report to seal. ErrMalformed: a member is not of its form.
func (r Report) Sign(key ed25519.PrivateKey) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	s, err := NewSigner(key)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return s.SignDocument(TypeDeactivation, payload)
}

// ReadReport reads a report without checking its signature, for those who must look up
// whose it is: it is a claim until VerifyReport has passed.
func ReadReport(document []byte) (Report, error) {
	d, err := ReadUnverified(document)
	if err != nil {
		return Report{}, err
	}
	if d.Type != TypeDeactivation {
		return Report{}, fmt.Errorf("a %.64q: %w", d.Type, ErrType)
	}
	return parseReport(d.Payload)
}

// VerifyReport reads a report that this client's key has signed. It fails with
// ErrUnknownKey, ErrSignature, ErrType, ErrMalformed or ErrTooLarge.
func VerifyReport(key ed25519.PublicKey, document []byte) (Report, error) {
	keys, err := NewKeySet(key)
	if err != nil {
		return Report{}, err
	}
	d, err := keys.VerifyDocument(document, TypeDeactivation)
	if err != nil {
		return Report{}, err
	}
	return parseReport(d.Payload)
}

func parseReport(payload []byte) (r Report, err error) {
	if err := readObject(payload, &r); err != nil {
		return Report{}, err
	}
	return r, r.check()
}

func (r Report) check() error {
	for _, id := range []string{r.VendorID, r.ProductID, r.ActivationID, r.RequestID} {
		if !isUUID(id) {
			return fmt.Errorf("an id is no lower-case UUID: %w", ErrMalformed)
		}
	}
	switch {
	case r.Intent != IntentDeactivate && r.Intent != IntentReport:
		return fmt.Errorf("intent %.32q: %w", r.Intent, ErrMalformed)
	case r.ClientID == "" || len(r.ClientID) > 256 || len(r.Hostname) > 256 || r.Serial < 0 || r.CreatedAt < 0:
		return fmt.Errorf("client id, hostname, serial or iat: %w", ErrMalformed)
	case r.Number < 1 || (r.Number == 1) != (r.Previous == "") || !isHash(r.Previous):
		return fmt.Errorf("number or previous report: %w", ErrMalformed)
	case len(r.Points) > MaxPoints:
		return fmt.Errorf("%d points: %w", len(r.Points), ErrMalformed)
	}
	before := r.Base
	if !before.whole() {
		return fmt.Errorf("base: %w", ErrMalformed)
	}
	for i, m := range append(append([]Mark(nil), r.Points...), r.Last) {
		rises := m.Number > before.Number || i == len(r.Points) && m == before
		if !m.whole() || !rises {
			return fmt.Errorf("record %d behind %d: %w", m.Number, before.Number, ErrMalformed)
		}
		before = m
	}
	seen := map[string]bool{}
	for _, c := range r.Consumptions {
		if !isUUID(c.LimitationID) || seen[c.LimitationID] || !isDecimal(c.Value) {
			return fmt.Errorf("consumption: %w", ErrMalformed)
		}
		seen[c.LimitationID] = true
	}
	if len(r.Consumptions) > 0 && r.Last == r.Base {
		return fmt.Errorf("consumption without a record: %w", ErrMalformed)
	}
	return nil
}

// whole reports whether a mark is of its form: a digest where there are records, and none before.
func (m Mark) whole() bool {
	return m.Number >= 0 && (m.Number == 0) == (m.Digest == "") && isHash(m.Digest)
}

// isHash takes a SHA-256 in base64url, and nothing.
func isHash(text string) bool {
	hash, err := decode([]byte(text))
	return err == nil && (len(hash) == sha256.Size || text == "")
}

// isDecimal takes the one spelling of a decimal: no plus, no zeros that say nothing.
func isDecimal(text string) bool {
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(text, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	switch {
	case !digits(whole) || len(whole) > 12 || len(whole) > 1 && whole[0] == '0':
		return false
	case point && (!digits(fraction) || len(fraction) > 6 || strings.HasSuffix(fraction, "0")):
		return false
	}
	return !negative || text != "0"
}
