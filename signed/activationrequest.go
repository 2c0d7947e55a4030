package signed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
)

// An ActivationRequest is the content of an activation.req: a machine without internet
// asks for its licence. It stands in a sealed request of kind SealActivation, signed by
// the client's own key.
//
// A client identifies its licence by Key, or its user by Email with Password or Code.
type ActivationRequest struct {
	RequestID       string `json:"request_id"`        // a fresh lower-case UUID; the answer names it
	ProductID       string `json:"product_id"`        // lower-case UUID
	ClientID        string `json:"client_id"`         // 1 to 256 bytes
	ClientPublicKey string `json:"client_public_key"` // as FormatKey writes it; its key signs the request
	CreatedAt       int64  `json:"iat"`               // the client's clock, in whole seconds

	Key      string `json:"key,omitempty"`      // a license, token or printed key, as it was typed
	Email    string `json:"email,omitempty"`    // of the licence's user
	Password string `json:"password,omitempty"` // of the same
	Code     string `json:"code,omitempty"`     // a single-use activation code, in place of the password

	TrustedKeys []string `json:"trusted_keys,omitempty"` // key ids of the signing keys that the program pins, or how they begin

	// What a request in a QR code leaves out.
	ClientName        string            `json:"client_name,omitempty"`
	ClientDescription string            `json:"client_description,omitempty"`
	Hostname          string            `json:"hostname,omitempty"`
	Platform          string            `json:"platform,omitempty"`
	OperatingSystem   string            `json:"operating_system,omitempty"`
	SoftwareVersion   string            `json:"software_version,omitempty"`
	DeviceVariables   map[string]string `json:"device_variables,omitempty"`
}

// MaxCompactContent is the longest content, in bytes, whose compact form has at most 800
// characters, which a QR code of usual size holds.
const MaxCompactContent = 472

// shortKeyID is how many characters of a key id name a key in a QR code.
const shortKeyID = 22

// ShortKeyID is how a key id begins, which names the key where there is no room for all of it.
func ShortKeyID(kid string) string { return kid[:min(len(kid), shortKeyID)] }

// NamesKey reports whether a request that names this key, by its id or its short one, means
// the key with that id.
func NamesKey(named, kid string) bool {
	return named == kid || len(named) == shortKeyID && named == ShortKeyID(kid)
}

// activationStart is what is signed in front of vendor and request.
const activationStart = "chancery activation request v1\n"

// Sign makes the content to seal: the request as JSON, a line feed, and the signature of
// the client's key in base64url, over this line and the vendor's id and the JSON:
//
//	chancery activation request v1
//
// ClientPublicKey is set to the key's. ErrMalformed: a member is not of its form.
func (r ActivationRequest) Sign(key ed25519.PrivateKey, vendorID string) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("client key of %d bytes: %w", len(key), ErrMalformed)
	}
	r.ClientPublicKey = FormatKey(key.Public().(ed25519.PublicKey)) //nolint:forcetypeassert // an ed25519 key has no other public key
	if err := r.check(vendorID); err != nil {
		return nil, err
	}
	content, err := json.Marshal(r) //nolint:gosec // it is sealed before it leaves the machine
	if err != nil {
		return nil, fmt.Errorf("activation request: %w", err)
	}
	signature := ed25519.Sign(key, activationInput(vendorID, content))
	return append(append(content, '\n'), encode(signature)...), nil
}

// ParseActivationRequest reads the content of a sealed request to this vendor and checks
// that the key which it names has signed it. What it says is a claim all the same: anybody
// can make a key. It fails with ErrMalformed or ErrSignature.
func ParseActivationRequest(vendorID string, content []byte) (r ActivationRequest, err error) {
	text, signature, found := bytes.Cut(content, []byte{'\n'})
	if !found {
		return r, fmt.Errorf("activation request without a signature: %w", ErrMalformed)
	}
	sig, err := decodeSignature(signature)
	if err != nil {
		return r, err
	}
	if err := readObject(text, &r); err != nil {
		return r, err
	}
	if err := r.check(vendorID); err != nil {
		return r, err
	}
	key, err := ParseKey(r.ClientPublicKey)
	if err != nil {
		return r, err
	}
	if !ed25519.Verify(key, activationInput(vendorID, text), sig[:]) {
		return r, fmt.Errorf("activation request: %w", ErrSignature)
	}
	return r, nil
}

func activationInput(vendorID string, content []byte) []byte {
	return append([]byte(activationStart+vendorID+"\n"), content...)
}

func (r ActivationRequest) check(vendorID string) error {
	switch {
	case !isUUID(vendorID) || !isUUID(r.RequestID) || !isUUID(r.ProductID):
		return fmt.Errorf("vendor, request or product is no lower-case UUID: %w", ErrMalformed)
	case r.ClientID == "" || len(r.ClientID) > 256:
		return fmt.Errorf("client id of %d bytes: %w", len(r.ClientID), ErrMalformed)
	case r.CreatedAt < 0:
		return fmt.Errorf("iat: %w", ErrMalformed)
	case (r.Key == "") == (r.Email == ""):
		return fmt.Errorf("neither or both of a key and a user: %w", ErrMalformed)
	case r.Email != "" && (r.Password == "") == (r.Code == ""), r.Email == "" && r.Password+r.Code != "":
		return fmt.Errorf("not one proof of the user: %w", ErrMalformed)
	case len(r.TrustedKeys) > maxTrusted:
		return fmt.Errorf("%d trusted keys: %w", len(r.TrustedKeys), ErrMalformed)
	}
	return nil
}

// maxTrusted is how many key ids a request may name.
const maxTrusted = 16
