package signed

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the largest text that Find looks through, in bytes.
const MaxText = 1 << 20

// maxFound is how many requests and documents Find takes from one text, and maxTries how
// often it looks at what may begin one.
const (
	maxFound = 64
	maxTries = 1000
)

// Found is a request or a document that stood in a text.
type Found struct {
	Request  *Sealed // nil for a document
	Document []byte  // a compact JWS, in the one spelling that VerifyDocument reads
	Type     string  // of a document: its typ, which nobody has verified yet
}

// CutError says that a text ends before what it holds. It is an ErrMalformed.
type CutError struct {
	Have, Want int // characters of the ciphertext or, with Want 0, of a document's signature
}

func (e *CutError) Error() string {
	if e.Want == 0 {
		return "the text is not whole: it ends before the signature does"
	}
	return fmt.Sprintf("the text is not whole: it ends after %d of %d characters", e.Have, e.Want)
}

// Is makes it an ErrMalformed.
func (e *CutError) Is(target error) bool { return target == ErrMalformed }

// Find reads what people send: a request or document as a file, in any of the usual
// encodings, or pasted out of a mail with a text around it, quoted, indented, wrapped,
// with empty lines between, its dashes changed or its padding lost. It gives all that
// stand in the text, each once. Finding is generous because what is found is judged to
// the last bit by who opens or verifies it, in the one spelling that it has.
//
// It fails with ErrTooLarge, a *CutError where the only thing there is not whole, or
// ErrNothing.
func Find(text []byte) ([]Found, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("text of %d bytes: %w", len(text), ErrTooLarge)
	}
	f := finder{text: utf8Of(text)}
	for tries := 0; tries < maxTries && f.pos < len(f.text) && len(f.found) < maxFound; tries++ {
		rest := f.text[f.pos:]
		request, document := strings.Index(rest, armourStart[:8]), strings.Index(rest, documentStart)
		switch {
		case request < 0 && document < 0:
			f.pos = len(f.text)
		case document < 0 || request >= 0 && request < document:
			f.pos += request
			f.request()
		default:
			f.pos += document
			f.document()
		}
	}
	switch {
	case len(f.found) > 0:
		return f.found, nil
	case f.err != nil:
		return nil, f.err
	}
	return nil, fmt.Errorf("text of %d bytes: %w", len(text), ErrNothing)
}

// documentStart is how the protected header of a JWS begins: {" in base64url.
const documentStart = "eyJ"

type finder struct {
	text  string
	pos   int
	found []Found
	err   error // why the first thing that was no more than begun was not taken
}

// request reads what begins with CHANCERY here, and moves on.
func (f *finder) request() {
	var s Sealed
	var err error
	at := f.pos
	f.pos += len(armourStart) - 1
	rest := f.text[at:]
	switch {
	case compactVersion(rest) > 0:
		s, err = f.compact(compactVersion(rest))
	case begins(f.text[:at]):
		s, err = f.armour()
	default:
		return
	}
	if err == nil {
		s, err = ParseSealed([]byte(s.Compact()))
	}
	if err != nil {
		f.fail(err)
		return
	}
	if !slices.ContainsFunc(f.found, func(known Found) bool { return known.Request != nil && known.Request.Compact() == s.Compact() }) {
		f.found = append(f.found, Found{Request: &s})
	}
}

func (f *finder) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// begins reports whether a BEGIN line goes on after before, whatever became of its dashes.
func begins(before string) bool {
	before, begun := strings.CutSuffix(strings.TrimRightFunc(before, unicode.IsSpace), "BEGIN")
	last, _ := utf8.DecodeLastRuneInString(before)
	return begun && (before == "" || !unicode.IsLetter(last))
}

// compact reads the one line, which may be broken anywhere.
func (f *finder) compact(version int) (s Sealed, err error) {
	f.pos += len(compactStart) - len(armourStart) + 1
	var parts [4]string
	for i := range parts {
		if parts[i], err = f.until('.', 64); err != nil {
			return s, err
		}
	}
	s = Sealed{Version: version, Kind: parts[0], VendorID: parts[1], KeyID: parts[2]}
	want, err := lengthOf(parts[3])
	if err != nil {
		return s, err
	}
	return s, f.ciphertext(&s, want)
}

// until reads a part of the compact form up to its end, which it passes.
func (f *finder) until(end byte, most int) (string, error) {
	part := f.collect(most, func(c byte) bool { return c != end && (isBase64(c) || c == '-' || c == '_') })
	if f.skip(); f.pos == len(f.text) || f.text[f.pos] != end {
		return "", fmt.Errorf("part of %d characters without an end: %w", len(part), ErrMalformed)
	}
	f.pos++
	return part, nil
}

// armour reads the block from the kind on.
func (f *finder) armour() (s Sealed, err error) {
	kind, after, _ := strings.Cut(f.text[f.pos:min(len(f.text), f.pos+100)], strings.TrimSpace(armourEnd))
	s.Kind = strings.TrimSpace(kind)
	f.pos = min(len(f.text), f.pos+100) - len(after)
	for f.pos < len(f.text) && isDash(f.rune()) {
		f.pos += utf8.RuneLen(f.rune())
	}
	headers := map[string]string{}
	for len(headers) < 4 {
		name := f.collect(16, isLetter)
		if f.skip(); f.pos == len(f.text) || f.text[f.pos] != ':' {
			return s, fmt.Errorf("block of %d headers: %w", len(headers), ErrMalformed)
		}
		f.pos++
		f.skip()
		end := strings.IndexFunc(f.text[f.pos:], func(c rune) bool { return isAround(c) || c == '<' })
		if _, twice := headers[name]; end < 0 || twice || !slices.Contains([]string{"Key", "Length", "Vendor", "Version"}, name) {
			return s, fmt.Errorf("header that is none of a block's: %w", ErrMalformed)
		}
		headers[name] = f.text[f.pos : f.pos+end]
		f.pos += end
	}
	if s.Version = versionOf(headers["Version"]); s.Version == 0 {
		return s, fmt.Errorf("no sealed request of version 1 or 2: %w", ErrMalformed)
	}
	s.VendorID, s.KeyID = headers["Vendor"], headers["Key"]
	want, err := lengthOf(headers["Length"])
	if err != nil {
		return s, err
	}
	return s, f.ciphertext(&s, want)
}

// rune is the next character.
func (f *finder) rune() rune {
	c, _ := utf8.DecodeRuneInString(f.text[f.pos:])
	return c
}

func lengthOf(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > MaxSealed || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("length of a sealed request: %w", ErrMalformed)
	}
	return n, nil
}

// ciphertext reads so many characters of base64, in either alphabet.
func (f *finder) ciphertext(s *Sealed, want int) (err error) {
	have := f.collect(want, func(c byte) bool { return isBase64(c) || c == '-' && !f.at("-----") || c == '_' })
	if len(have) < want {
		return &CutError{len(have), want}
	}
	s.Ciphertext, err = decode([]byte(strings.NewReplacer("+", "-", "/", "_").Replace(have)))
	return err
}

func (f *finder) at(text string) bool { return strings.HasPrefix(f.text[f.pos:], text) }

// document reads what may be a compact JWS, and moves on. What is none, or none of ours,
// is passed over: mails are full of such texts.
func (f *finder) document() {
	start := f.pos
	isURL := func(c byte) bool { return isBase64(c) && c != '+' && c != '/' || c == '-' || c == '_' }
	part := func(most int) (text string, ended bool) {
		text = f.collect(most, isURL)
		if ended = f.pos < len(f.text) && f.text[f.pos] == '.'; ended {
			f.pos++
		}
		return text, ended
	}
	header, ended := part(maxHeader)
	if !ended || !ours(header) {
		f.pos = start + len(documentStart)
		return
	}
	payload, ended := part(MaxDocument)
	if !ended {
		f.fail(&CutError{})
		return
	}
	signature := f.collect(encodedSignature, isURL)
	jws := []byte(header + "." + payload + "." + signature)
	d, err := ReadUnverified(jws)
	switch {
	case len(signature) < encodedSignature:
		f.fail(&CutError{})
	case err != nil:
		f.fail(err)
	case !slices.ContainsFunc(f.found, func(known Found) bool { return bytes.Equal(known.Document, jws) }):
		f.found = append(f.found, Found{Document: jws, Type: d.Type})
	}
}

// ours reports whether this is the header of one of our documents.
func ours(encoded string) bool {
	h, err := decodeHeader([]byte(encoded))
	return err == nil && strings.HasPrefix(h.typ, "chancery-")
}

// collect gives up to most characters that are taken, and passes what mails put between them.
func (f *finder) collect(most int, takes func(c byte) bool) string {
	var b strings.Builder
	for b.Len() < most {
		if f.skip(); f.pos == len(f.text) || !takes(f.text[f.pos]) {
			break
		}
		b.WriteByte(f.text[f.pos])
		f.pos++
	}
	return b.String()
}

// skip passes white space, signs of quoting, soft line breaks and tags.
func (f *finder) skip() {
	for f.pos < len(f.text) {
		c, size := utf8.DecodeRuneInString(f.text[f.pos:])
		switch {
		case isAround(c):
		case c == '=' && (f.at("=\n") || f.at("=\r\n")): // quoted-printable
		case c == '<':
			if tag := strings.IndexByte(f.text[f.pos:min(len(f.text), f.pos+200)], '>'); tag > 0 {
				size = tag + 1
			}
		default:
			return
		}
		f.pos += size
	}
}

// isAround: what stands around lines and never in them.
func isAround(c rune) bool {
	return unicode.IsSpace(c) || c == '>' || c == '|' || unicode.In(c, unicode.Cf, unicode.Pi, unicode.Pf) || strings.ContainsRune(`"'„‚`, c)
}

func isDash(c rune) bool { return unicode.Is(unicode.Pd, c) || unicode.IsSpace(c) }

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
