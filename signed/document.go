package signed

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
)

// The kinds of signed documents: the typ of the protected header. A document is
// only ever read as the kind it was signed as, so that a receipt can't pass for
// a licence.
const (
	TypeLicense        = "chancery-license"         // license.lic
	TypeLicenseRefresh = "chancery-license-refresh" // license_refresh.lic
	TypeReceipt        = "chancery-receipt"         // what an upload is answered with
	TypeDeactivation   = "chancery-deactivation"    // deactivation.req, by the client's key, before sealing
	TypeAuditHead      = "chancery-audit-head"      // the head of a vendor's audit chain
)

// MaxDocument is the largest signed document that is read, in bytes.
const MaxDocument = 1 << 20

// A Document is a signed document that was read.
type Document struct {
	Type    string // typ, one of the Type constants
	KeyID   string // kid, the thumbprint of the key it is signed with
	Payload []byte // what was signed; JSON by custom, never looked into here
}

// SignDocument makes a compact JWS (RFC 7515) with the protected header
// {"alg":"EdDSA","kid":...,"typ":...}. The type must be plain ASCII. A document
// over MaxDocument is ErrTooLarge.
func (s *Signer) SignDocument(typ string, payload []byte) ([]byte, error) {
	if typ == "" || !plain(typ) {
		return nil, fmt.Errorf("typ %.64q: %w", typ, ErrMalformed)
	}
	var space [256]byte
	head := append(appendStart(space[:0], s.kid, typ), '}')

	size := base64url().EncodedLen(len(head)) + 1 + base64url().EncodedLen(len(payload)) + 1 + encodedSignature
	if size > MaxDocument {
		return nil, fmt.Errorf("document of %d bytes: %w", size, ErrTooLarge)
	}
	out := base64url().AppendEncode(make([]byte, 0, size), head)
	out = append(out, '.')
	out = base64url().AppendEncode(out, payload)
	signature := ed25519.Sign(s.key, out)
	out = append(out, '.')
	return base64url().AppendEncode(out, signature), nil
}

// VerifyDocument reads a document of one of these types, signed by one of these
// keys. White space around it (from mails and editors) is ignored. It fails with
// ErrTooLarge, ErrMalformed, ErrType, ErrUnknownKey or ErrSignature.
func (k KeySet) VerifyDocument(document []byte, types ...string) (Document, error) {
	parts, err := splitDocument(document)
	if err != nil {
		return Document{}, err
	}
	if !oneOf(parts.header.typ, types) {
		return Document{}, fmt.Errorf("a %.64q: %w", parts.header.typ, ErrType)
	}
	if err := k.verify(parts.header.kid, parts.input, parts.signature[:]); err != nil {
		return Document{}, err
	}
	return parts.document()
}

// ReadUnverified reads a document without asking who signed it, for those who
// must look inside to know whose key to ask for: the payload is a claim, nothing
// more, until VerifyDocument has passed.
func ReadUnverified(document []byte) (Document, error) {
	parts, err := splitDocument(document)
	if err != nil {
		return Document{}, err
	}
	return parts.document()
}

type documentParts struct {
	header    header
	input     []byte // header.payload as signed
	payload   []byte // base64url
	signature [ed25519.SignatureSize]byte
}

func (p documentParts) document() (Document, error) {
	payload, err := decode(p.payload)
	if err != nil {
		return Document{}, err
	}
	return Document{Type: p.header.typ, KeyID: p.header.kid, Payload: payload}, nil
}

func splitDocument(document []byte) (p documentParts, err error) {
	if len(document) > MaxDocument {
		return p, fmt.Errorf("document of %d bytes: %w", len(document), ErrTooLarge)
	}
	document = bytes.TrimSpace(document)
	first, last := bytes.IndexByte(document, '.'), bytes.LastIndexByte(document, '.')
	if first < 0 || first == last {
		return p, fmt.Errorf("no compact JWS: %w", ErrMalformed)
	}
	if p.header, err = decodeHeader(document[:first]); err != nil {
		return p, err
	}
	if p.header.detached || !p.header.has.kid {
		return p, fmt.Errorf("header is not a document's: %w", ErrMalformed)
	}
	p.input, p.payload = document[:last], document[first+1:last]
	p.signature, err = decodeSignature(document[last+1:])
	return p, err
}

func oneOf(text string, among []string) bool {
	return slices.Contains(among, text)
}
