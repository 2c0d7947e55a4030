package signed

import (
	"crypto/ed25519"
	"fmt"
	"strconv"
)

// maxHeader bounds the base64url text of a protected header.
const maxHeader = 4096

const algorithm = "EdDSA" // RFC 8037; with our keys always Ed25519

// header is a protected header, already checked for what holds of all of them:
// alg is EdDSA, nothing comes twice, crit names nothing but b64.
type header struct {
	kid, typ, nonce string
	method, path    string
	detached        bool // b64 is false and crit says so
	issuedAt        int64
	status          int64
	next            ed25519.PublicKey
	asked           string // hash of the request that was answered
	counter         int64
	has             members
}

type members struct {
	alg, typ, kid, crit, b64, iat, nonce, status, next, method, path, asked, counter bool
}

func decodeHeader(text []byte) (header, error) {
	if len(text) > maxHeader {
		return header{}, fmt.Errorf("header of %d characters: %w", len(text), ErrTooLarge)
	}
	raw, err := decode(text)
	if err != nil {
		return header{}, err
	}
	return parseHeader(raw)
}

func parseHeader(raw []byte) (h header, err error) {
	s := &scanner{data: raw}
	var b64 bool
	err = s.object(func(name string) (err error) {
		switch name {
		case "alg":
			var alg string
			if alg, err = s.text(); err == nil && alg != algorithm {
				err = fmt.Errorf("alg %.16q, not %s: %w", alg, algorithm, ErrMalformed)
			}
			h.has.alg = true
		case "kid":
			h.kid, err = s.text()
			h.has.kid = true
		case "typ":
			h.typ, err = s.text()
			h.has.typ = true
		case "crit":
			err = s.crit()
			h.has.crit = true
		case "b64":
			b64, err = s.bool()
			h.has.b64 = true
		case "iat":
			h.issuedAt, err = s.number()
			h.has.iat = true
		case "nonce":
			h.nonce, err = s.text()
			h.has.nonce = true
		case "status":
			h.status, err = s.number()
			h.has.status = true
		case "next":
			h.next, err = s.nextKey()
			h.has.next = true
		case "req":
			h.asked, err = s.text()
			h.has.asked = true
		case "ctr":
			h.counter, err = s.number()
			h.has.counter = true
		case "htm":
			h.method, err = s.text()
			h.has.method = true
		case "htu":
			h.path, err = s.text()
			h.has.path = true
		default:
			err = s.skip(1)
		}
		return err
	})
	switch {
	case err != nil:
		return header{}, err
	case s.next() != 0 || s.pos < len(s.data):
		return header{}, s.fail("something after it")
	case !h.has.alg || !h.has.typ:
		return header{}, fmt.Errorf("header without alg or typ: %w", ErrMalformed)
	case h.has.b64 != h.has.crit, h.has.b64 && b64:
		// RFC 7797, section 6: b64 is understood only if crit names it.
		return header{}, fmt.Errorf("b64 and crit do not agree: %w", ErrMalformed)
	}
	h.detached = h.has.b64
	return h, nil
}

// crit takes ["b64"] and nothing else: an extension that is not understood must
// not be ignored (RFC 7515, section 4.1.11).
func (s *scanner) crit() error {
	if !s.take('[') {
		return s.fail("crit is no list")
	}
	name, err := s.text()
	if err != nil {
		return err
	}
	if name != "b64" || !s.take(']') {
		return s.fail("crit names something unknown")
	}
	return nil
}

func (s *scanner) nextKey() (ed25519.PublicKey, error) {
	var kid, x string
	err := s.object(func(name string) (err error) {
		switch name {
		case "kid":
			kid, err = s.text()
		case "x":
			x, err = s.text()
		default:
			err = s.skip(2)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := decode([]byte(x))
	if err != nil || CheckKey(key) != nil || KeyID(key) != kid {
		return nil, s.fail("next is no Ed25519 key under its own thumbprint")
	}
	return key, nil
}

// The parts below write headers without reflection: they are on the path of
// every answer. Values are checked to need no escaping before.

func appendStart(dst []byte, kid, typ string) []byte {
	dst = append(dst, `{"alg":"`+algorithm+`"`...)
	if kid != "" {
		dst = appendText(dst, "kid", kid)
	}
	return appendText(dst, "typ", typ)
}

func appendText(dst []byte, name, value string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, `":"`...)
	dst = append(dst, value...)
	return append(dst, '"')
}

func appendNumber(dst []byte, name string, value int64) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return strconv.AppendInt(dst, value, 10)
}

const detachedMembers = `,"b64":false,"crit":["b64"]`

// plain tells whether a text may stand in JSON and in HTTP headers as it is.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
