package signed_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"math/big"
	"slices"
	"testing"

	"chancery/signed"
)

type weakKey struct {
	why string
	key []byte
}

func prime() *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), 255)
	return p.Sub(p, big.NewInt(19))
}

func littleEndian(n *big.Int, sign byte) []byte {
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	b[31] |= sign << 7
	return b
}

// smallOrder reckons the y of the points whose order divides 8 from the curve's
// equation -x² + y² = 1 + dx²y²: (0, 1), (0, -1), (±√-1, 0), and, because doubling
// one of order 8 gives y = 0, those with x² = -y²: so dy⁴ + 2y² - 1 = 0.
func smallOrder() []*big.Int {
	p := prime()
	one := big.NewInt(1)
	d := new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), p))
	d.Mod(d, p)
	all := []*big.Int{one, new(big.Int).Sub(p, one), big.NewInt(0)}
	root := new(big.Int).ModSqrt(new(big.Int).Add(d, one), p)
	for _, r := range []*big.Int{root, new(big.Int).Neg(root)} {
		y2 := new(big.Int).Mul(new(big.Int).Sub(r, one), new(big.Int).ModInverse(d, p))
		if y := new(big.Int).ModSqrt(y2.Mod(y2, p), p); y != nil {
			all = append(all, y, new(big.Int).Sub(p, y))
		}
	}
	return all
}

func weakKeys() (all []weakKey) {
	for _, y := range smallOrder() {
		all = append(all, weakKey{"a point of small order", littleEndian(y, 0)}, weakKey{"a point of small order", littleEndian(y, 1)})
	}
	for n := range int64(19) {
		y := new(big.Int).Add(prime(), big.NewInt(n))
		all = append(all, weakKey{"y is p or more", littleEndian(y, 0)}, weakKey{"y is p or more", littleEndian(y, 1)})
	}
	return append(all, weakKey{"no point has this y", littleEndian(big.NewInt(2), 0)})
}

func weakSealingKeys() (all []weakKey) {
	p := prime()
	for _, u := range []string{
		"0", "1", p.Sub(p, big.NewInt(1)).String(),
		"325606250916557431795983626356110631294008115727848805560023387167927233504",
		"39382357235489614581723060781553021112529911719440698176882885853963445705823",
	} {
		n, _ := new(big.Int).SetString(u, 10)
		all = append(all, weakKey{"a point of small order", littleEndian(n, 0)})
	}
	for _, n := range []int64{0, 1, 2, 18} {
		all = append(all, weakKey{"u is p or more", littleEndian(new(big.Int).Add(prime(), big.NewInt(n)), 0)})
	}
	return append(all, weakKey{"u is p or more", littleEndian(big.NewInt(9), 1)})
}

func TestWeakKeysAreNobodys(t *testing.T) {
	t.Parallel()
	if n := len(smallOrder()); n != 5 {
		t.Fatalf("%d y of small order, not 5", n)
	}
	k := setup(t)
	for _, c := range weakKeys() {
		key := ed25519.PublicKey(c.key)
		_, asKey := signed.ParseKey(signed.FormatKey(key))
		_, asTrusted := signed.NewKeySet(key)
		_, asJWK := signed.Ed25519JWK(key).Ed25519()
		asSet, err := signed.JWKSet{Keys: []signed.JWK{signed.Ed25519JWK(key)}}.KeySet()
		for name, err := range map[string]error{"a key": asKey, "a trusted one": asTrusted, "a JWK": asJWK, "one of a set": err, "itself": signed.CheckKey(key)} {
			if !errors.Is(err, signed.ErrMalformed) {
				t.Errorf("%x (%s) as %s: %v, %v", c.key, c.why, name, err, asSet)
			}
		}
		call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9)}
		if _, err := signed.VerifyCall(key, "a..b", call, nil); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%x (%s) of a client: %v", c.key, c.why, err)
		}
	}
	for _, c := range weakSealingKeys() {
		key, err := ecdh.X25519().NewPublicKey(c.key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signed.X25519JWK(key).X25519(); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%x (%s) as a JWK: %v", c.key, c.why, err)
		}
		if _, err := signed.Seal(key, signed.SealActivation, vendorID, nil); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("sealed to %x (%s): %v", c.key, c.why, err)
		}
	}
	for b := range 100 {
		good := public(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(b)}, 32)))
		if err := signed.CheckKey(good); err != nil {
			t.Errorf("%x: %v", good, err)
		}
	}
	if err := signed.CheckSealingKey(k.sealing.PublicKey()); err != nil {
		t.Error(err)
	}
}

// A signature that is the same for every message: R is the identity, S is 0.
func TestTheIdentityWouldVerifyEverything(t *testing.T) {
	t.Parallel()
	identity := littleEndian(big.NewInt(1), 0)
	if !ed25519.Verify(identity, []byte("whatever"), append(bytes.Clone(identity), make([]byte, 32)...)) {
		t.Error("the library refuses it by itself now: the check on keys may be needless")
	}
}
