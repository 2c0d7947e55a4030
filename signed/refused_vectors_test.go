package signed_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chancery/signed"
)

type vectorXML struct {
	Root string `json:"root"`
	File string `json:"file"`
	Why  string `json:"refused_because,omitempty"` // none: it is to be accepted
}

type vectorRefusedCall struct {
	Why       string `json:"why"`
	Key       string `json:"client_public_key"`
	Method    string `json:"method"`
	Path      string `json:"htu"`
	Nonce     string `json:"nonce"`
	Body      string `json:"body"`
	Signature string `json:"chancery_client_signature"`
}

// vectorText is a text that its reader refuses. Form says whose: key, jwk,
// jwk_set, rsa_pem, rsa_xml, sealed, document.
type vectorText struct {
	Why  string `json:"why"`
	Form string `json:"form,omitempty"`
	Text string `json:"text"`
}

func nextMember(key []byte) string {
	return `,"next":{"kid":"` + signed.KeyID(key) + `","x":"` + signed.FormatKey(key) + `"}`
}

func xmlVectors(t *testing.T, k keys) []vectorXML {
	t.Helper()
	_, file := xmlFile(t, k.rsa, signed.XMLActivationFile, `{"license_key":"27180460-29df-4a5a-a0a1-78c85ab6cee0","client_id":"m-1","client_name":null}`)
	good := string(file)
	edit := func(why, old, replacement string) vectorXML {
		if !strings.Contains(good, old) {
			t.Fatalf("%s: there is no %q", why, old)
		}
		return vectorXML{signed.XMLActivationFile, strings.Replace(good, old, replacement, 1), why}
	}
	return []vectorXML{
		{signed.XMLActivationFile, good, ""},
		{signed.XMLActivationFile, "<?xml version=\"1.0\"?>\n" + good + "\n", ""},
		edit("a field was changed", "m-1", "m-2"),
		edit("an end tag of its signature is another's", "</SignedInfo>", "</SignedInf0>"),
		edit("white space in its signature", "<SignedInfo>", "<SignedInfo>\n"),
		edit("another spelling in its signature", "></DigestMethod>", "/>"),
		edit("stray bits at the end of its digest", "=</DigestValue>", "A</DigestValue>"),
		{signed.XMLActivationFile, strayBits(t, good), "stray bits at the end of its signature"},
	}
}

// strayBits gives another base64 text of the same signature: of its last character
// only some bits count.
func strayBits(t *testing.T, file string) string {
	t.Helper()
	at := strings.Index(file, "==</SignatureValue>")
	if at < 0 {
		t.Fatal("the signature does not end in ==")
	}
	return file[:at-1] + string(file[at-1]+1) + file[at:]
}

func refusedCalls(t *testing.T, k keys) []vectorRefusedCall {
	t.Helper()
	call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9), IssuedAt: instant(), Counter: 7}
	const body = `{"client_id":"m-1"}`
	good, err := signed.SignCall(k.client, call, []byte(body))
	must(t, err)
	mine := signed.FormatKey(public(k.client))
	head := func(more string) string {
		return detached(k.client, `{"alg":"EdDSA","typ":"chancery-call","b64":false,"crit":["b64"],"iat":1772366400,"nonce":"`+nonce(9)+`","htm":"POST","htu":"`+heartbeats+`"`+more+`}`, body)
	}
	// R is the identity and S is 0: under the identity as a key this verifies
	// whatever was signed, for a library that asks nothing of keys.
	identity := append([]byte{1}, make([]byte, 31)...)
	constant := strings.Split(good, "..")[0] + ".." + b64(string(append(identity, make([]byte, 32)...)))
	return []vectorRefusedCall{
		{"the body was changed", mine, "POST", heartbeats, nonce(9), body + " ", good},
		{"the path is another", mine, "POST", strings.Replace(heartbeats, "heartbeats", "unassign", 1), nonce(9), body, good},
		{"the nonce is another", mine, "POST", heartbeats, nonce(8), body, good},
		{"the client's key is of small order", signed.FormatKey(identity), "POST", heartbeats, nonce(9), body, constant},
		{"a counter of 0", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":0`)},
		{"a counter with a sign", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":-7`)},
		{"a counter with a fraction", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":7.0`)},
		{"a counter of more than 15 digits", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":1000000000000000`)},
		{"a counter as a text", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":"7"`)},
		{"two counters", mine, "POST", heartbeats, nonce(9), body, head(`,"ctr":7,"ctr":8`)},
	}
}

func refusedNonces() []vectorText {
	all := make([]vectorText, 0, 9)
	for _, c := range []struct{ why, bytes string }{
		{"it is JSON", `{"is_session_valid":true}`},
		{"it is an answer with bytes that are no ASCII", `{"is_session_valid":true,"é":1}`},
		{"it is text", "0123456789abcdef"},
		{"it is white space", "\t\r\n             "},
		{"it is too short", "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e"},
		{"it is too long", strings.Repeat("\x80", 33)},
	} {
		all = append(all, vectorText{Why: c.why, Text: signed.FormatNonce([]byte(c.bytes))})
	}
	good := nonce(9)
	return append(all,
		vectorText{Why: "a line break", Text: good[:8] + "\n" + good[8:]},
		vectorText{Why: "stray bits at its end", Text: signed.FormatNonce(bytes.Repeat([]byte{0x89}, 16))[:21] + "T=="},
		vectorText{Why: "no padding", Text: strings.TrimRight(signed.FormatNonce(bytes.Repeat([]byte{0x89}, 16)), "=")},
	)
}

// refusedTexts are edits of what is published beside them.
func refusedTexts(t *testing.T, k keys, v vectors) []vectorText {
	t.Helper()
	all := make([]vectorText, 0, 64)
	for _, c := range weakKeys() {
		all = append(all, vectorText{c.why, "key", signed.FormatKey(c.key)})
	}
	for _, c := range weakSealingKeys() {
		all = append(all, vectorText{c.why, "jwk", `{"kty":"OKP","crv":"X25519","x":"` + b64(string(c.key)) + `"}`})
	}
	jwk, err := json.Marshal(signed.Ed25519JWK(k.signer.Public()))
	must(t, err)
	set, err := json.Marshal(v.JWKSet)
	must(t, err)
	document := v.Documents[0].Document
	for _, c := range []struct{ why, form, text, old, replacement string }{
		{"a member in other letters", "jwk", string(jwk), `"x":`, `"X":`},
		{"a member twice", "jwk", string(jwk), `"crv":"Ed25519"`, `"crv":"Ed25519","crv":"Ed25519"`},
		{"keys in other letters", "jwk_set", string(set), `"keys":`, `"Keys":`},
		{"something after it", "jwk_set", string(set) + "{}", "", ""},
		{"a kid that is not the thumbprint", "jwk_set", string(set), `"kid":"`, `"kid":"A`},
		{"text before the block", "rsa_pem", "x\n" + v.RSAPEM, "", ""},
		{"a header in the block", "rsa_pem", v.RSAPEM, "KEY-----\n", "KEY-----\nA: b\n\n"},
		{"two blocks", "rsa_pem", v.RSAPEM + v.RSAPEM, "", ""},
		{"leading zeros", "rsa_xml", v.RSAXML, "<Exponent>AQAB", "<Exponent>AAEAAQ=="},
		{"a line break in it", "document", document, ".", ".\n"},
		{"padding", "document", document + "==", "", ""},
		{"a header with another alg", "document", string(compact(k.server, `{"alg":"none","kid":"`+k.signer.KeyID()+`","typ":"chancery-license"}`, "p")), "", ""},
	} {
		all = append(all, vectorText{c.why, c.form, strings.Replace(c.text, c.old, c.replacement, 1)})
	}
	if len(v.Sealed) == 0 {
		t.Fatal("no sealed vectors")
	}
	armour, line := v.Sealed[0].Armour, v.Sealed[0].Compact
	kid := signed.SealingKeyID(k.sealing.PublicKey())
	for _, c := range []struct{ why, text, old, replacement string }{
		{"text before the block", "Dear vendor,\n" + armour, "", ""},
		{"text behind the block", armour + "Kind regards\n", "", ""},
		{"two blocks", armour + armour, "", ""},
		{"a header twice", armour, "Version: 1\n", "Version: 1\nVersion: 1\n"},
		{"one more header", armour, "Version: 1\n", "Version: 1\nX: 1\n"},
		{"headers in another order", armour, "Vendor: " + vendorID + "\nVersion: 1\n", "Version: 1\nVendor: " + vendorID + "\n"},
		{"another length than its own", armour, "Length: ", "Length: 1"},
		{"another length on the line", line, kid + ".", kid + ".1"},
		{"a header in other white space", armour, "Version: 1", "Version:  1"},
		{"one line more", armour, "Version: 1\n\n", "Version: 1\n\n\n"},
		{"lines of another length", armour, "\n\n", "\n\n" + armour[strings.Index(armour, "\n\n")+2:][:1] + "\n"},
		{"an end tag of another kind", armour, "END CHANCERY ACTIVATION", "END CHANCERY DEACTIVATION"},
		{"six dashes", armour, "-----BEGIN", "------BEGIN"},
		{"another vendor in capitals", line, vendorID, strings.ToUpper(vendorID)},
		{"one part more", line + ".", "", ""},
		{"padding", line + "=", "", ""},
	} {
		if c.old != "" && !strings.Contains(c.text, c.old) {
			t.Fatalf("%s: there is no %q", c.why, c.old)
		}
		all = append(all, vectorText{c.why, "sealed", strings.Replace(c.text, c.old, c.replacement, 1)})
	}
	return all
}

func readText(k keys, v vectorText) (err error) {
	data := []byte(v.Text)
	switch v.Form {
	case "key":
		_, err = signed.ParseKey(v.Text)
	case "jwk":
		_, err = signed.ParseJWK(data)
	case "jwk_set":
		_, err = signed.ParseJWKSet(data)
	case "rsa_pem":
		_, err = signed.ParseRSAPublicKeyPEM(data)
	case "rsa_xml":
		_, err = signed.ParseRSAPublicKeyXML(data)
	case "sealed":
		_, err = signed.ParseSealed(data)
	case "document":
		_, err = k.trusted.VerifyDocument(data, signed.TypeLicense)
	default:
		return fmt.Errorf("no reader for %s", v.Form)
	}
	return err
}

func checkRefused(t *testing.T, k keys, v vectors, rsaKey *rsa.PublicKey) {
	t.Helper()
	for _, f := range v.XML {
		if _, err := signed.VerifyXMLFile(rsaKey, []byte(f.File), f.Root); (err == nil) != (f.Why == "") {
			t.Errorf("an XML file where %q: %v", f.Why, err)
		}
	}
	for _, c := range v.RefusedCalls {
		key, err := signed.ParseKey(c.Key)
		if err == nil {
			_, err = signed.VerifyCall(key, c.Signature, signed.Call{Method: c.Method, Path: c.Path, Nonce: c.Nonce}, []byte(c.Body))
		}
		if err == nil {
			t.Errorf("a call was accepted although %s", c.Why)
		}
	}
	for _, c := range v.RefusedTexts {
		if err := readText(k, c); err == nil {
			t.Errorf("a %s was accepted although %s: %s", c.Form, c.Why, c.Text)
		}
	}
	for _, c := range v.RefusedNonces {
		if _, err := signed.ParseNonce(c.Text); err == nil {
			t.Errorf("a nonce was accepted although %s", c.Why)
		}
		if _, err := k.signer.SignResponse(signed.Response{IssuedAt: instant(), Status: 200, Nonce: c.Text}, nil); err == nil {
			t.Errorf("a nonce was signed although %s", c.Why)
		}
	}
}
