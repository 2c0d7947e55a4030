package signed_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"chancery/signed"
)

// fields has everything that the protocol's answers have, and what XML must escape.
const fields = `{"license_name":"A <b> & \"c\" 'd'\r\n\ttab\u0007 \ud83d\ude00","customer":{"company_name":"Kirk","customer_number":null},
	"features":[{"id":"1","is_active":true},{"id":"2","is_active":false}],"limitations":[],"token_limit":3,"value":1.5,"client_id":null,"empty":""}`

func xmlFile(t testing.TB, key *rsa.PrivateKey, root, object string) (*signed.XMLFile, []byte) {
	t.Helper()
	f, err := signed.NewXMLFile(root, []byte(object))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(f.SignedInfo())
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return f, f.Signed(signature)
}

func TestXMLFileSaysWhatTheFieldsSay(t *testing.T) {
	t.Parallel()
	key := setup(t).rsa
	_, data := xmlFile(t, key, signed.XMLLicenseFile, fields)
	const want = `<slascone_license_file xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		"<license_name>A &lt;b&gt; &amp; \"c\" 'd'&#xD;\n\ttab\uFFFD 😀</license_name>" +
		`<customer><company_name>Kirk</company_name><customer_number xsi:nil="true"></customer_number></customer>` +
		`<features><id>1</id><is_active>true</is_active></features><features><id>2</id><is_active>false</is_active></features>` +
		`<token_limit>3</token_limit><value>1.5</value><client_id xsi:nil="true"></client_id><empty></empty>` +
		`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>`
	if !strings.HasPrefix(string(data), want) {
		t.Errorf("got\n%s\nwant\n%s", data, want)
	}
	back, err := signed.VerifyXMLFile(&key.PublicKey, data, signed.XMLLicenseFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{back.Get("customer", "company_name"), "Kirk"},
		{back.Get("license_name"), "A <b> & \"c\" 'd'\r\n\ttab\uFFFD 😀"},
		{back.Get("features", "id"), "1"},
		{back.All("features")[1].Get("is_active"), "false"},
		{back.Get("nothing", "here"), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if len(back.All("limitations")) != 0 || !back.All("client_id")[0].Nil || back.All("empty")[0].Nil {
		t.Errorf("got %+v", back.Children)
	}
}

// Programs in the field use xmlsec: it must take what we sign, and nothing that
// was edited afterwards; and what it canonicalises must be what we wrote.
func TestXMLFilesVerifyWithXMLSec(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("xmlsec1"); err != nil {
		t.Fatal("this test needs xmlsec1; run scripts/install.sh xmlsec1")
	}
	key := setup(t).rsa
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{signed.XMLLicenseFile, signed.XMLActivationFile} {
		_, data := xmlFile(t, key, root, fields)
		for name, c := range map[string]struct {
			data []byte
			good bool
		}{
			"as it is":           {data, true},
			"with a declaration": {append([]byte("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"), data...), true},
			"short empty tags":   {bytes.ReplaceAll(data, []byte("<empty></empty>"), []byte("<empty/>")), true},
			"another number":     {bytes.Replace(data, []byte(">3<"), []byte(">4<"), 1), false},
			"one more element":   {bytes.Replace(data, []byte("<empty>"), []byte("<x></x><empty>"), 1), false},
			"a nil taken away":   {bytes.Replace(data, []byte(` xsi:nil="true"`), nil, 1), false},
		} {
			file := filepath.Join(t.TempDir(), "file.xml")
			if err := os.WriteFile(file, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "xmlsec1", "--verify", "--pubkey-pem", public, file).CombinedOutput()
			if (err == nil) != c.good {
				t.Errorf("%s, %s: xmlsec1: %v %s", root, name, err, out)
			}
			if _, err := signed.VerifyXMLFile(&key.PublicKey, c.data, root); (err == nil) != c.good {
				t.Errorf("%s, %s: ours: %v", root, name, err)
			}
		}
	}
}

func TestXMLFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	key := setup(t).rsa
	_, good := xmlFile(t, key, signed.XMLActivationFile, `{"client_id":"c","n":{"m":1}}`)
	text := string(good)
	edit := func(old, replacement string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("there is no %q in %s", old, text)
		}
		return strings.Replace(text, old, replacement, 1)
	}
	const root = `<slascone_activation_file xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`
	signature := text[strings.Index(text, "<Signature"):strings.Index(text, "</slascone")]
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"as it is":                 {text, nil},
		"another client":           {edit(">c<", ">d<"), signed.ErrSignature},
		"a comment in a text":      {edit(">c<", "><!-- x -->c<"), signed.ErrMalformed},
		"a child moved out":        {edit("<n><m>1</m></n>", "<n></n><m>1</m>"), signed.ErrSignature},
		"an attribute":             {edit("<n>", `<n id="1">`), signed.ErrMalformed},
		"another prefix":           {edit("<n>", `<x:n>`), signed.ErrMalformed},
		"no signature":             {strings.Replace(text, signature, "", 1), signed.ErrMalformed},
		"two signatures":           {edit(signature, signature+signature), signed.ErrMalformed},
		"the signature first":      {root + signature + strings.Replace(strings.TrimPrefix(text, root), signature, "", 1), signed.ErrMalformed},
		"wrapped":                  {root + text + signature + `</slascone_activation_file>`, signed.ErrMalformed},
		"another digest method":    {edit("xmlenc#sha256", "xmldsig#sha1"), signed.ErrMalformed},
		"another signature method": {edit("xmldsig-more#rsa-sha256", "xmldsig#hmac-sha1"), signed.ErrMalformed},
		"another reference":        {edit(`URI=""`, `URI="#x"`), signed.ErrMalformed},
		"one more transform":       {edit("<Transforms>", `<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></Transform>`), signed.ErrMalformed},
		"a doctype":                {`<!DOCTYPE x [<!ENTITY e "v">]>` + text, signed.ErrMalformed},
		"text behind it":           {text + "x", signed.ErrMalformed},
		"a second root":            {text + text, signed.ErrMalformed},
		"a wrong end tag in it":    {edit("</Transforms>", "</Transform5>"), signed.ErrMalformed},
		"another spelling of it":   {edit("></DigestMethod>", "/>"), signed.ErrMalformed},
		"white space in it":        {edit("<SignatureValue>", "<SignatureValue>\n"), signed.ErrMalformed},
		"an attribute of it":       {edit("<SignatureValue>", `<SignatureValue Id="x">`), signed.ErrMalformed},
		"stray bits in it":         {strayBits(t, text), signed.ErrMalformed},
		"a comment in it":          {edit("<SignatureValue>", "<!-- x --><SignatureValue>"), signed.ErrMalformed},
		"cut":                      {text[:len(text)-3], signed.ErrMalformed},
		"nothing":                  {"", signed.ErrMalformed},
		"much too large":           {text + strings.Repeat(" ", 1<<20), signed.ErrTooLarge},
		"a root of another kind":   {strings.ReplaceAll(text, "activation_file", "license_file"), signed.ErrSignature},
	} {
		if _, err := signed.VerifyXMLFile(&key.PublicKey, []byte(c.data), signed.XMLActivationFile); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := signed.VerifyXMLFile(&key.PublicKey, good, signed.XMLLicenseFile); !errors.Is(err, signed.ErrType) {
		t.Errorf("an activation file as a licence file: %v", err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.VerifyXMLFile(&other.PublicKey, good, signed.XMLActivationFile); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("by another vendor's key: %v", err)
	}
}

// A text in as many pieces as a file can hold costs what its bytes cost. Not
// parallel: it counts what is allocated meanwhile.
func TestXMLFilesInManyPieces(t *testing.T) {
	key := setup(t).rsa
	const piece = "<![CDATA[x]]>"
	pieces := 1_000_000 / len(piece)
	_, good := xmlFile(t, key, signed.XMLActivationFile, `{"client_id":"`+strings.Repeat("x", pieces)+`"}`)
	cut := bytes.Replace(good, bytes.Repeat([]byte("x"), pieces), bytes.Repeat([]byte(piece), pieces), 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := signed.VerifyXMLFile(&key.PublicKey, cut, signed.XMLActivationFile)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatalf("the same text in %d pieces: %v", pieces, err)
	}
	if n := (after.TotalAlloc - before.TotalAlloc) / uint64(len(cut)); n > 100 {
		t.Errorf("to read a file of %d bytes in %d pieces took %d times its size", len(cut), pieces, n)
	}
}

func TestXMLFilesThatAreNotMade(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]string{
		"a list": `[]`, "no JSON": `{"a":`, "two": `{}{}`, "a name that is none": `{"a b":1}`, "a tag in a name": `{"a><b":1}`, "a capital": `{"A":1}`,
		"too deep": strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20), "lists too deep": `{"a":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}",
	} {
		if _, err := signed.NewXMLFile("root", []byte(object)); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := signed.NewXMLFile("not a name", []byte(`{}`)); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("a root that is no name: %v", err)
	}
}

// What is read must be what was signed, whatever it looks like; and what we write
// of any fields must be read again as the same.
func FuzzXMLFile(f *testing.F) {
	key := setup(f).rsa
	_, good := xmlFile(f, key, signed.XMLActivationFile, fields)
	f.Add(good, fields)
	f.Add([]byte(`<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>`), `{"a":[[1],null,{"b":"\r"}]}`)
	f.Fuzz(func(t *testing.T, data []byte, object string) {
		if read, err := signed.VerifyXMLFile(&key.PublicKey, data, signed.XMLActivationFile); err == nil {
			want, err := signed.VerifyXMLFile(&key.PublicKey, good, signed.XMLActivationFile)
			if err != nil || !bytes.Equal(read.SignedInfo(), want.SignedInfo()) {
				t.Errorf("forged: %q", data)
			}
			if signature := good[bytes.Index(good, []byte("<Signature")):bytes.Index(good, []byte("</slascone"))]; !bytes.Contains(data, signature) {
				t.Errorf("taken with a signature in another spelling: %q", data)
			}
		}
		made, err := signed.NewXMLFile(signed.XMLLicenseFile, []byte(object))
		if err != nil {
			return
		}
		_, file := xmlFile(t, key, signed.XMLLicenseFile, object)
		read, err := signed.VerifyXMLFile(&key.PublicKey, file, signed.XMLLicenseFile)
		if err != nil || !bytes.Equal(read.SignedInfo(), made.SignedInfo()) {
			t.Errorf("%s came back as %+v, %v", file, read, err)
		}
	})
}
