package signed

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// The roots of the SLASCONE protocol's XML files.
const (
	XMLLicenseFile    = "slascone_license_file"
	XMLActivationFile = "slascone_activation_file"
)

// What a file's signature says of itself: always the same, but for the digest.
// SignedInfo stands here in canonical form (inclusive C14N 1.0), which brings
// the namespaces along that are in force where it stands.
const (
	xsiNamespace    = `http://www.w3.org/2001/XMLSchema-instance`
	dsigNamespace   = `http://www.w3.org/2000/09/xmldsig#`
	c14nAlgorithm   = `http://www.w3.org/TR/2001/REC-xml-c14n-20010315`
	signatureMethod = `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`
	digestMethod    = `http://www.w3.org/2001/04/xmlenc#sha256`
	enveloped       = `http://www.w3.org/2000/09/xmldsig#enveloped-signature`

	signedInfoNamespaces = ` xmlns="` + dsigNamespace + `" xmlns:xsi="` + xsiNamespace + `"`
	signedInfoBefore     = `<CanonicalizationMethod Algorithm="` + c14nAlgorithm + `"></CanonicalizationMethod>` +
		`<SignatureMethod Algorithm="` + signatureMethod + `"></SignatureMethod>` +
		`<Reference URI=""><Transforms><Transform Algorithm="` + enveloped + `"></Transform></Transforms>` +
		`<DigestMethod Algorithm="` + digestMethod + `"></DigestMethod><DigestValue>`
	signedInfoAfter = `</DigestValue></Reference></SignedInfo>`
)

// maxXMLFile is how many bytes of a file are looked at.
const maxXMLFile = 1 << 20

// XMLFile is a licence or activation file of the SLASCONE protocol: what its
// elements say, and their canonical bytes. SignedInfo is what an RSA key has to
// sign, RSASSA-PKCS1-v1_5 with SHA-256; Signed puts the signature in.
type XMLFile struct {
	Element // the root

	canonical []byte // without a signature
}

// NewXMLFile makes the file with this root from a JSON object: an element for
// each member, of the same name; lists as repeated elements without a wrapper;
// null as xsi:nil. What is no name or too deep is ErrMalformed.
func NewXMLFile(root string, object []byte) (*XMLFile, error) {
	children, err := elementsOf(object)
	if err != nil {
		return nil, err
	}
	return newXMLFile(Element{Name: root, Children: children})
}

func newXMLFile(root Element) (*XMLFile, error) {
	if !elementName(root.Name) {
		return nil, fmt.Errorf("root %q: %w", root.Name, ErrMalformed)
	}
	f := &XMLFile{Element: root}
	f.canonical = f.appendTo(nil, ` xmlns:xsi="`+xsiNamespace+`"`)
	if len(f.canonical) > maxXMLFile/2 {
		return nil, fmt.Errorf("XML file of %d bytes: %w", len(f.canonical), ErrTooLarge)
	}
	return f, nil
}

// SignedInfo is the canonical form of what is signed. It begins with
// "<SignedInfo", so a signature over it passes for none over an answer or a nonce.
func (f *XMLFile) SignedInfo() []byte {
	return []byte(`<SignedInfo` + signedInfoNamespaces + `>` + signedInfoBefore + f.digest() + signedInfoAfter)
}

// digest: taking the signature out of the file leaves the canonical bytes.
func (f *XMLFile) digest() string {
	sum := sha256.Sum256(f.canonical)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Signed gives the whole file, in canonical form, with the signature as the
// root's last child.
func (f *XMLFile) Signed(signature []byte) []byte {
	end := []byte(`</` + f.Name + `>`)
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(f.canonical, end))
	b.WriteString(f.element(signature))
	b.Write(end)
	return b.Bytes()
}

// element is the signature as the file carries it.
func (f *XMLFile) element(signature []byte) string {
	return `<Signature xmlns="` + dsigNamespace + `"><SignedInfo>` + signedInfoBefore + f.digest() + signedInfoAfter +
		`<SignatureValue>` + base64.StdEncoding.EncodeToString(signature) + `</SignatureValue></Signature>`
}

// VerifyXMLFile checks a file with this root, as Signed makes it, against the
// vendor's RSA key. What it gives is what was signed: the elements are read
// first, and the signature must hold over the canonical form of exactly those,
// so nothing can be moved in beside them. A declaration, blanks around the root
// and another spelling of the same elements do no harm; the signature itself must
// be the bytes that Signed writes. It fails with
// ErrMalformed, ErrTooLarge, ErrType for another root, or ErrSignature.
func VerifyXMLFile(key *rsa.PublicKey, data []byte, root string) (*XMLFile, error) {
	if len(data) > maxXMLFile {
		return nil, fmt.Errorf("XML file of %d bytes: %w", len(data), ErrTooLarge)
	}
	content, s, err := readXMLFile(data)
	if err != nil {
		return nil, err
	}
	f, err := newXMLFile(content)
	if err != nil {
		return nil, err
	}
	if s.digest != f.digest() {
		return nil, ErrSignature
	}
	if string(s.raw) != f.element(s.value) {
		return nil, malformedXML("a signature of another kind, or in another spelling than its own")
	}
	sum := sha256.Sum256(f.SignedInfo())
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], s.value) != nil {
		return nil, ErrSignature
	}
	if f.Name != root {
		return nil, fmt.Errorf("a %s, not a %s: %w", f.Name, root, ErrType)
	}
	return f, nil
}
