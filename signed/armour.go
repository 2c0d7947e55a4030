package signed

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"strconv"
	"strings"
)

// The text forms of a sealed request. Armour is what a .req file holds and what
// survives mails and forms; Compact is one line without spaces, for a QR code.
// Both say how long the ciphertext's text is, so that a cut one can be told.
// ParseSealed reads both, and Find what became of them on the way.

const (
	armourStart  = "CHANCERY "
	armourEnd    = " REQUEST"
	beginLine    = "-----BEGIN "
	compactStart = "CHANCERY1." // of version 1; 2 begins with CHANCERY2.
)

// Armour writes the request as one PEM block (RFC 7468 with headers):
//
//	-----BEGIN CHANCERY ACTIVATION REQUEST-----
//	Key: <kid>
//	Length: <characters of base64 without "=" at the end>
//	Vendor: <uuid>
//	Version: <1 or 2: the suite>
//
//	<base64, 64 characters a line>
//	-----END CHANCERY ACTIVATION REQUEST-----
func (s Sealed) Armour() []byte {
	return pem.EncodeToMemory(&pem.Block{
		Type: armourStart + s.Kind + armourEnd,
		Headers: map[string]string{
			"Version": strconv.Itoa(s.Version), "Vendor": s.VendorID, "Key": s.KeyID, "Length": strconv.Itoa(base64url().EncodedLen(len(s.Ciphertext))),
		},
		Bytes: s.Ciphertext,
	})
}

// Compact writes CHANCERY<version>.<kind>.<vendor>.<kid>.<length>.<base64url of the ciphertext>.
func (s Sealed) Compact() string {
	text := encode(s.Ciphertext)
	return compactOf(s.Version) + s.Kind + "." + s.VendorID + "." + s.KeyID + "." + strconv.Itoa(len(text)) + "." + text
}

func compactOf(version int) string { return "CHANCERY" + strconv.Itoa(version) + "." }

// compactVersion is the version of a compact text; 0: it is none.
func compactVersion(text string) int {
	for version := 1; version <= 2; version++ {
		if strings.HasPrefix(text, compactOf(version)) {
			return version
		}
	}
	return 0
}

// ParseSealed reads either form, of at most MaxSealed bytes, with nothing but
// white space around it. The text must be the one that Armour or Compact writes,
// to the last bit; in an armour, white space at the end of lines is forgiven, which
// mails and other systems' line ends add. It fails with ErrTooLarge, ErrMalformed, or ErrType for
// a kind not known here. That it parses says nothing about who made it.
func ParseSealed(text []byte) (Sealed, error) {
	if len(text) > MaxSealed {
		return Sealed{}, fmt.Errorf("sealed request of %d bytes: %w", len(text), ErrTooLarge)
	}
	text = bytes.TrimSpace(text)
	var s Sealed
	var err error
	if compactVersion(string(text[:min(len(text), len(compactStart))])) > 0 {
		s, err = parseCompact(string(text))
	} else {
		s, err = parseArmour(text)
	}
	if err != nil {
		return Sealed{}, err
	}
	if err := s.check(); err != nil {
		return Sealed{}, err
	}
	if len(s.Ciphertext) < s.capsule()+16 {
		return Sealed{}, fmt.Errorf("ciphertext of %d bytes: %w", len(s.Ciphertext), ErrMalformed)
	}
	if string(text) != s.Compact() && !bytes.Equal(trimLines(text), bytes.TrimSpace(s.Armour())) {
		return Sealed{}, fmt.Errorf("sealed request in another spelling than its own: %w", ErrMalformed)
	}
	return s, nil
}

// trimLines takes the white space at the end of each line away.
func trimLines(text []byte) []byte {
	lines := bytes.Split(text, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimRight(line, " \t\r")
	}
	return bytes.Join(lines, []byte("\n"))
}

func parseCompact(text string) (s Sealed, err error) {
	parts := strings.SplitN(text, ".", 7)
	if len(parts) != 6 {
		return s, fmt.Errorf("compact request of %d parts: %w", len(parts), ErrMalformed)
	}
	s = Sealed{Version: compactVersion(text), Kind: parts[1], VendorID: parts[2], KeyID: parts[3]}
	s.Ciphertext, err = decode([]byte(parts[5])) // the length is compared with what Compact writes
	return s, err
}

func parseArmour(text []byte) (s Sealed, err error) {
	if !bytes.HasPrefix(text, []byte(beginLine+armourStart)) {
		return s, fmt.Errorf("no sealed request: %w", ErrMalformed)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return s, fmt.Errorf("not one sealed request, whole: %w", ErrMalformed)
	}
	kind, ok := strings.CutPrefix(block.Type, armourStart)
	kind, ended := strings.CutSuffix(kind, armourEnd)
	version := versionOf(block.Headers["Version"])
	if !ok || !ended || len(block.Headers) != 4 || version == 0 {
		return s, fmt.Errorf("no sealed request of version 1 or 2: %w", ErrMalformed)
	}
	return Sealed{Version: version, Kind: kind, VendorID: block.Headers["Vendor"], KeyID: block.Headers["Key"], Ciphertext: block.Bytes}, nil
}

// versionOf reads a version; 0: it is none that is known here.
func versionOf(text string) int {
	switch text {
	case "1":
		return 1
	case "2":
		return 2
	}
	return 0
}
