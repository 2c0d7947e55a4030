package keyring

import (
	"time"

	"chancery/internal/ident"
)

// Kind is what a key is for.
type Kind string

// The kinds of key. Every vendor has at least one of each.
const (
	Ed25519   Kind = "ed25519"         // signs native answers, and files for programs that pin no other key
	RSA       Kind = "rsa"             // RSA-2048, signs answers of the SLASCONE protocol
	X25519    Kind = "x25519"          // opens requests of version 1 that were sealed to the vendor
	Documents Kind = "documents"       // Ed25519, signs files: it is never used while a client waits
	Hybrid    Kind = "mlkem768-x25519" // opens requests of version 2
)

// Kinds lists all of them.
func Kinds() []Kind { return []Kind{Ed25519, RSA, X25519, Documents, Hybrid} }

// Seals reports whether requests are sealed to keys of a kind.
func (k Kind) Seals() bool { return k == X25519 || k == Hybrid }

// signs reports whether keys of a kind sign what package signed reads.
func (k Kind) signs() bool { return k == Ed25519 || k == Documents }

// Key is one key pair as it is stored.
type Key struct {
	ID        ident.SigningKeyID
	KID       string // RFC 7638 thumbprint of the public key
	Kind      Kind
	Public    []byte // 32 bytes, or PKIX DER for RSA
	Sealed    []byte // the private part, sealed under the master key; empty once destroyed
	CreatedAt time.Time
	RetiredAt time.Time // zero while in use
	Pinned    bool      // a provisioning key that is not revoked names it: programs that are out there pin it; only List tells

	// DestroyedAt is when the private part was destroyed; zero while it is there.
	DestroyedAt time.Time
}

// Destroyed reports whether the private part is gone: nobody can sign with the key,
// or open what was sealed to it, any more.
func (k Key) Destroyed() bool { return !k.DestroyedAt.IsZero() }

// Retired reports whether the key is out of use.
func (k Key) Retired() bool { return !k.RetiredAt.IsZero() }
