package signed

import (
	"encoding/json"
	"fmt"
	"time"
)

// An OfflineLicense is what a license.lic (TypeLicense) or a license_refresh.lic
// (TypeLicenseRefresh) says, signed by the vendor. It is for one machine, and, where that
// has a key, for who holds the key.
type OfflineLicense struct {
	VendorID        string     `json:"vendor_id"`                   // lower-case UUIDs
	ProductID       string     `json:"product_id"`                  //
	LicenseID       string     `json:"license_id"`                  //
	ActivationID    string     `json:"activation_id"`               //
	RequestID       string     `json:"request_id,omitempty"`        // the request that a license.lic answers; none in a refresh
	ClientID        string     `json:"client_id"`                   // the machine
	ClientPublicKey string     `json:"client_public_key,omitempty"` // as FormatKey writes it; none for a machine without a key
	Serial          int64      `json:"serial"`                      // rises with every change of the licence
	IssuedAt        int64      `json:"iat"`                         // the server's clock, in whole seconds
	RefreshBy       *time.Time `json:"refresh_by,omitempty"`        // the file is good until then, exclusive; none: as long as the licence

	// Counted is up to which of the machine's records the counters below count: the machine
	// adds its later ones on top.
	Counted Mark `json:"counted"`

	// NextKeys are the announcements that lead from the key which signs this file to the
	// newest one, each by the key before; KeyList is the newest list of the root key. Both are documents.
	NextKeys []string `json:"next_keys,omitempty"` // at most MaxNextKeys
	KeyList  string   `json:"key_list,omitempty"`

	// License is the LicenseInfo of the clients' API without license and token keys.
	License json.RawMessage `json:"license"`
}

// MaxNextKeys is how many announcements a file may bring.
const MaxNextKeys = 64

// Sign makes the file, of TypeLicense with a request id and of TypeLicenseRefresh
// without. ErrMalformed: a member is not of its form.
func (l OfflineLicense) Sign(s *Signer) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("licence file: %w", err)
	}
	return s.SignDocument(l.documentType(), payload)
}

func (l OfflineLicense) documentType() string {
	if l.RequestID == "" {
		return TypeLicenseRefresh
	}
	return TypeLicense
}

// VerifyOfflineLicense reads a license.lic or a license_refresh.lic that one of these
// keys has signed. Whether it is for this machine and what it holds is for the caller to
// judge. It fails as VerifyDocument does.
func (k KeySet) VerifyOfflineLicense(document []byte) (l OfflineLicense, err error) {
	d, err := k.VerifyDocument(document, TypeLicense, TypeLicenseRefresh)
	if err != nil {
		return l, err
	}
	if err := readObject(d.Payload, &l); err != nil {
		return OfflineLicense{}, err
	}
	if l.documentType() != d.Type {
		return OfflineLicense{}, fmt.Errorf("request id of a %s: %w", d.Type, ErrMalformed)
	}
	return l, l.check()
}

func (l OfflineLicense) check() error {
	for _, id := range []string{l.VendorID, l.ProductID, l.LicenseID, l.ActivationID} {
		if !isUUID(id) {
			return fmt.Errorf("an id is no lower-case UUID: %w", ErrMalformed)
		}
	}
	switch {
	case l.RequestID != "" && !isUUID(l.RequestID):
		return fmt.Errorf("request id is no lower-case UUID: %w", ErrMalformed)
	case l.ClientID == "" || len(l.ClientID) > 256 || l.Serial < 0 || l.IssuedAt < 0 || !l.Counted.whole():
		return fmt.Errorf("client id, serial, iat or counted: %w", ErrMalformed)
	case l.RequestID != "" && l.ClientPublicKey == "":
		return fmt.Errorf("an answer to no key: %w", ErrMalformed)
	case len(l.NextKeys) > MaxNextKeys:
		return fmt.Errorf("%d announcements: %w", len(l.NextKeys), ErrMalformed)
	case len(l.License) == 0 || l.License[0] != '{':
		return fmt.Errorf("no licence: %w", ErrMalformed)
	case l.ClientPublicKey != "":
		_, err := ParseKey(l.ClientPublicKey)
		return err
	}
	return nil
}

// A Receipt says that the server has taken a report. The machine trims its records up to
// Last on it, and on that of a deactivation throws its key away.
type Receipt struct {
	VendorID        string `json:"vendor_id"`         // lower-case UUIDs
	ProductID       string `json:"product_id"`        //
	ActivationID    string `json:"activation_id"`     //
	RequestID       string `json:"request_id"`        // of the report
	ClientPublicKey string `json:"client_public_key"` // that signed the report
	Intent          string `json:"intent"`            // of the report
	Last            Mark   `json:"last"`              // of the report
	Report          string `json:"report"`            // ReportHash of it
	IssuedAt        int64  `json:"iat"`               // the server's clock, in whole seconds
}

// ReceiptFor is the receipt of a report, whose document and key were verified.
func ReceiptFor(r Report, document []byte, clientKey string, at time.Time) Receipt {
	return Receipt{
		VendorID: r.VendorID, ProductID: r.ProductID, ActivationID: r.ActivationID, RequestID: r.RequestID, ClientPublicKey: clientKey,
		Intent: r.Intent, Last: r.Last, Report: ReportHash(document), IssuedAt: at.Unix(),
	}
}

// Sign makes the signed receipt.
func (r Receipt) Sign(s *Signer) ([]byte, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return s.SignDocument(TypeReceipt, payload)
}

// ReadReceipt reads a receipt that one of these keys has signed, of whatever report. It
// fails as VerifyDocument does.
func (k KeySet) ReadReceipt(document []byte) (r Receipt, err error) {
	d, err := k.VerifyDocument(document, TypeReceipt)
	if err != nil {
		return r, err
	}
	if err := readObject(d.Payload, &r); err != nil {
		return Receipt{}, err
	}
	return r, nil
}

// VerifyReceipt is ReadReceipt, and checks that the receipt is for exactly this report:
// ErrMismatch where it is for another.
func (k KeySet) VerifyReceipt(document, report []byte) (r Receipt, err error) {
	if r, err = k.ReadReceipt(document); err != nil {
		return r, err
	}
	said, err := ReadReport(report)
	if err != nil {
		return Receipt{}, err
	}
	by, err := ReadUnverified(report)
	if err != nil {
		return Receipt{}, err
	}
	key, err := ParseKey(r.ClientPublicKey)
	if err != nil {
		return Receipt{}, err
	}
	if KeyID(key) != by.KeyID || r != ReceiptFor(said, report, r.ClientPublicKey, time.Unix(r.IssuedAt, 0)) {
		return Receipt{}, fmt.Errorf("receipt of another report: %w", ErrMismatch)
	}
	return r, nil
}
