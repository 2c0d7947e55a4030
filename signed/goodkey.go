package signed

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"fmt"
	"math/big"
	"slices"
)

// A public key comes from outside and can be anything. Under a key of small order
// one constant signature verifies every message, and a point that can be written
// in two ways has two ids. So both kinds are refused, as keys of clients and of
// vendors. A key with a part of small order beside its proper one is not told
// apart: it has a private key, and nobody else signs for it.

// smallOrder is the y coordinates, little endian, of the eight points of
// Ed25519 whose order divides 8: 1 (the identity), -1, 0, and the two roots of
// the points of order 8. Whatever their sign bit says, they are of small order.
// They follow from the curve of RFC 8032, section 5.1, and stand in "Taming the
// many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 5; a test reckons
// them again from the curve's equation.
var smallOrder = [5][32]byte{ //nolint:gochecknoglobals // a constant
	{0x01},
	{
		0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
	},
	{},
	{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	},
	{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	},
}

// CheckKey refuses with ErrMalformed what is no Ed25519 public key that may be
// trusted: another length, an encoding that is not the canonical one of RFC 8032
// (y of p or more), a y of no point, and the points of small order. It costs
// some ten microseconds.
func CheckKey(key ed25519.PublicKey) error {
	if err := checkOrder(key); err != nil {
		return err
	}
	// x² = (y² - 1) / (dy² + 1), RFC 8032, section 5.1.3: a square, or no point.
	p := fieldPrime()
	d, _ := new(big.Int).SetString("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3", 16)
	y := littleEndian(key)
	y2 := y.Mul(y, y)
	one := big.NewInt(1)
	under := d.Mod(d.Add(d.Mul(d, y2), one), p)
	over := y2.Mod(y2.Sub(y2, one), p)
	// over / under is a square if and only if over * under is.
	if big.Jacobi(over.Mod(over.Mul(over, under), p), p) == -1 {
		return fmt.Errorf("public key that is no point of the curve: %w", ErrMalformed)
	}
	return nil
}

// checkOrder is the part of CheckKey that costs nothing.
func checkOrder(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("Ed25519 public key of %d bytes: %w", len(key), ErrMalformed)
	}
	var y [32]byte
	copy(y[:], key)
	y[31] &= 0x7f // the sign of x
	if !canonical(y) {
		return fmt.Errorf("public key that is not canonical: %w", ErrMalformed)
	}
	if slices.Contains(smallOrder[:], y) {
		return fmt.Errorf("public key of small order: %w", ErrMalformed)
	}
	return nil
}

// CheckSealingKey refuses with ErrMalformed an X25519 key whose u is p or more
// (RFC 7748 would take it for another), and the points of small order: a secret
// shared with those is always zero.
func CheckSealingKey(key *ecdh.PublicKey) error {
	var u [32]byte
	if key.Curve() != ecdh.X25519() || copy(u[:], key.Bytes()) != len(u) || !canonical(u) {
		return fmt.Errorf("no canonical X25519 key: %w", ErrMalformed)
	}
	// Every private key is a multiple of 8, so that any finds them out.
	any8, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{1}, len(u)))
	if err != nil {
		return fmt.Errorf("X25519: %w", err)
	}
	if _, err := any8.ECDH(key); err != nil {
		return fmt.Errorf("X25519 key of small order: %w", ErrMalformed)
	}
	return nil
}

// canonical reports whether a number of 32 bytes, little endian, is below p = 2^255 - 19.
func canonical(b [32]byte) bool {
	if b[31] != 0x7f {
		return b[31] < 0x7f
	}
	for i := 30; i > 0; i-- {
		if b[i] != 0xff {
			return true
		}
	}
	return b[0] < 0xed
}

func fieldPrime() *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), 255)
	return p.Sub(p, big.NewInt(19))
}

// littleEndian reads the number of a key without its sign bit.
func littleEndian(key []byte) *big.Int {
	b := bytes.Clone(key)
	slices.Reverse(b)
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}
