package signed_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/mlkem"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/binary"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"chancery/signed"
)

// another is HPKE in base mode with HKDF-SHA256 and AES-GCM, written anew from RFC 9180:
// what is sealed here must open by the text of the standard, and not only by the library.
type another struct {
	kem, aead uint16
	key       int // bytes of the AEAD's key
}

func (a another) suite() []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte("HPKE"), a.kem), 1), a.aead)
}

// extract and expand are LabeledExtract and LabeledExpand (section 4).
func extract(t *testing.T, suite []byte, salt []byte, label string, ikm []byte) []byte {
	t.Helper()
	out, err := hkdf.Extract(sha256.New, bytes.Join([][]byte{[]byte("HPKE-v1"), suite, []byte(label), ikm}, nil), salt)
	must(t, err)
	return out
}

func expand(t *testing.T, suite []byte, prk []byte, label string, info []byte, n int) []byte {
	t.Helper()
	labeled := bytes.Join([][]byte{binary.BigEndian.AppendUint16(nil, uint16(n)), []byte("HPKE-v1"), suite, []byte(label), info}, nil)
	out, err := hkdf.Expand(sha256.New, prk, string(labeled), n)
	must(t, err)
	return out
}

// dhkem is Decap of DHKEM(X25519, HKDF-SHA256) (section 4.1).
func dhkem(t *testing.T, private, enc []byte) []byte {
	t.Helper()
	key, err := ecdh.X25519().NewPrivateKey(private)
	must(t, err)
	from, err := ecdh.X25519().NewPublicKey(enc)
	must(t, err)
	dh, err := key.ECDH(from)
	must(t, err)
	suite := binary.BigEndian.AppendUint16([]byte("KEM"), 0x20)
	return expand(t, suite, extract(t, suite, nil, "eae_prk", dh), "shared_secret", append(bytes.Clone(enc), key.PublicKey().Bytes()...), 32)
}

// xwing is Decapsulate of X-Wing, which MLKEM768-X25519 is.
func xwing(t *testing.T, seed, enc []byte) []byte {
	t.Helper()
	expanded := sha3.SumSHAKE256(seed, 96)
	lattice, err := mlkem.NewDecapsulationKey768(expanded[:64])
	must(t, err)
	curve, err := ecdh.X25519().NewPrivateKey(expanded[64:])
	must(t, err)
	one, err := lattice.Decapsulate(enc[:1088])
	must(t, err)
	from, err := ecdh.X25519().NewPublicKey(enc[1088:])
	must(t, err)
	two, err := curve.ECDH(from)
	must(t, err)
	sum := sha3.Sum256(bytes.Join([][]byte{one, two, enc[1088:], curve.PublicKey().Bytes(), []byte(`\.//^\`)}, nil))
	return sum[:]
}

// open is the key schedule and the first Open of a context (sections 5.1 and 5.2).
func (a another) open(t *testing.T, shared, info, aad, ciphertext []byte) ([]byte, error) {
	t.Helper()
	suite := a.suite()
	context := append([]byte{0}, extract(t, suite, nil, "psk_id_hash", nil)...)
	context = append(context, extract(t, suite, nil, "info_hash", info)...)
	secret := extract(t, suite, shared, "secret", nil)
	block, err := aes.NewCipher(expand(t, suite, secret, "key", context, a.key))
	must(t, err)
	gcm, err := cipher.NewGCM(block)
	must(t, err)
	return gcm.Open(nil, expand(t, suite, secret, "base_nonce", context, 12), ciphertext, aad)
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	must(t, err)
	return b
}

// The example of RFC 9180, appendix A.1.1: it shows that what opens our requests below is HPKE.
func TestHPKEOfTheStandard(t *testing.T) {
	t.Parallel()
	enc := unhex(t, "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
	shared := dhkem(t, unhex(t, "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"), enc)
	if want := unhex(t, "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"); !bytes.Equal(shared, want) {
		t.Errorf("shared secret %x", shared)
	}
	got, err := another{0x20, 1, 16}.open(t, shared, []byte("Ode on a Grecian Urn"), []byte("Count-0"),
		unhex(t, "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"))
	if err != nil || string(got) != "Beauty is truth, truth beauty" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRequestsOpenByTheStandard(t *testing.T) {
	t.Parallel()
	k := setup(t)
	seed, err := k.hybrid.Seed()
	must(t, err)
	one, err := signed.Seal(k.sealing.PublicKey(), signed.SealActivation, vendorID, []byte("content"))
	must(t, err)
	two, err := signed.SealHybrid(k.hybrid.Public(), signed.SealDeactivation, vendorID, []byte("content"))
	must(t, err)
	for _, c := range []struct {
		with   another
		shared []byte
		info   string
		rest   []byte
	}{
		{another{0x20, 2, 32}, dhkem(t, k.sealing.Bytes(), one.Ciphertext[:32]), "chancery sealed request v1\nACTIVATION\n" + vendorID, one.Ciphertext[32:]},
		{another{0x647a, 2, 32}, xwing(t, seed, two.Ciphertext[:1120]), "chancery sealed request v2\nDEACTIVATION\n" + vendorID, two.Ciphertext[1120:]},
	} {
		if got, err := c.with.open(t, c.shared, []byte(c.info), nil, c.rest); err != nil || string(got) != "content" {
			t.Errorf("KEM %#x: %q, %v", c.with.kem, got, err)
		}
	}
}

// The HPKE implementations of the same author's npm packages, at exact versions.
const (
	hpkeJS = "hpke-js@1.8.0"
	xWing  = "@hpke/hybridkem-x-wing@0.7.0"
)

// The published requests open with HPKE in another language.
func TestAnotherLanguageOpensOurRequests(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Logf("NOT CHECKED: there is no %s here to run %s with", program, hpkeJS)
			return
		}
	}
	dir := t.TempDir()
	script, err := os.ReadFile("testdata/open.mjs")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "open.mjs"), script, 0o600))
	vectors, err := filepath.Abs("testdata/vectors.json")
	must(t, err)
	run := func(name string, args ...string) ([]byte, error) {
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir = dir
		return c.CombinedOutput()
	}
	if out, err := run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--no-save", hpkeJS, xWing); err != nil {
		if noNetwork.Match(out) {
			t.Logf("NOT CHECKED: npm can't fetch %s from here", hpkeJS)
			return
		}
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := run("node", "open.mjs", vectors)
	if err != nil || bytes.Count(out, []byte("opened")) != 4 {
		t.Errorf("%v\n%s", err, out)
	}
}

var noNetwork = regexp.MustCompile(`npm (ERR!|error) code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)`)
