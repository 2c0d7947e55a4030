package slascone

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/signed"
)

// A file that left the building must go on reading as it did. Its signature is
// left out: the key is the test's own.
func TestFilesGolden(t *testing.T) {
	t.Parallel()
	l, a := sample()
	l.UpdatedAt = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for root, fields := range map[string]any{
		signed.XMLLicenseFile:    licenseXMLOf(licensing.StateOf(l, a, "2.1", at), nil),
		signed.XMLActivationFile: activationXML{LicenseKey: ident.UUID{15: 5}, TokenKey: ident.UUID{15: 7}, ClientID: "client-1", ActivationDate: instant(at)},
	} {
		object, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		f, err := signed.NewXMLFile(root, object)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(f.SignedInfo())
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		data := f.Signed(signature)
		if _, err := signed.VerifyXMLFile(&key.PublicKey, data, root); err != nil {
			t.Errorf("%s: %v", root, err)
		}
		text, _, _ := strings.Cut(string(data), "<SignatureValue>")
		file := filepath.Join("testdata", root+".xml")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != text+"\n" {
			t.Errorf("%s differs; got:\n%s", file, text)
		}
	}
}

func TestFileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	for wished, want := range map[string]string{
		"": "activation.xml", "bench": "bench.xml", "bench.XML": "bench.xml", "a/../b.xml": "a_.._b.xml", "..": "activation.xml", ".bashrc": "bashrc.xml",
		"x.exe": "x.exe.xml", "a\"; x=\"y": "a___x__y.xml", "ü": "_.xml", strings.Repeat("a", 101): "activation.xml", "\u0130.xml": "_.xml", "\u023A": "_.xml", "\u023A\u023A.Xml": "__.xml",
	} {
		if got := fileName(wished); got != want {
			t.Errorf("%q is kept as %q, want %q", wished, got, want)
		}
	}
}

// Whatever an address says, it is read without a panic, and a legacy key is none.
func FuzzOfflineAddress(f *testing.F) {
	f.Add("product_id=0190a8f0-0000-7000-8000-00000000dead&license_key=0190a8f0-0000-7000-8000-00000000beef&client_id=c&file_name=a.xml")
	f.Add("license_key=OLD-1&client_id=%00&client_name=%ff")
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/", RawQuery: query}
		c, err := offlineCommand(r)
		if err == nil && (c.ClientID == "" || !c.Offline || c.Key.Legacy != nil && (c.Key.Printed != "" || !c.Key.UUID.IsZero())) {
			t.Errorf("%q is read as %+v", query, c)
		}
		name := fileName(r.URL.Query().Get("file_name"))
		if !strings.HasSuffix(name, ".xml") || strings.ContainsAny(name, "/\\\"\r\n") || strings.HasPrefix(name, ".") {
			t.Errorf("%q is kept as %q", query, name)
		}
	})
}
