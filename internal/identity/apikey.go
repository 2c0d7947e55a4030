package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// APIKey is a key of the vendor's programs. Its secret is shown once and kept as
// a hash only.
type APIKey struct {
	ID          ident.KeyID
	UUID        ident.UUID
	Kind        KeyKind
	Name        string
	Hint        string // the secret's beginning, to tell keys apart by
	Permissions []Permission

	// The signing keys that answer it. A provisioning key always names them:
	// clients pin them. Zero means the vendor's newest.
	Ed25519Key ident.SigningKeyID
	RSAKey     ident.SigningKeyID

	CreatedAt time.Time
	RevokedAt *time.Time // nil while it works
}

// secretBytes is how random a secret is.
const secretBytes = 32

// Prefix tells what a secret is when it is found in a repository or a log.
func (k KeyKind) Prefix() string {
	switch k {
	case Provisioning:
		return "chp_"
	case Admin:
		return "cha_"
	case Ingest:
		return "chi_"
	case Read:
		return "chr_"
	}
	return ""
}

// Default is what a key of this kind may do unless more is asked for.
func (k KeyKind) Default() []Permission {
	switch k {
	case Provisioning:
		return []Permission{ProvisionClients}
	case Admin:
		return without(AllPermissions(), ManageOwners)
	case Ingest:
		return []Permission{SendEvents}
	case Read:
		return []Permission{ViewUsage, ViewAccounts}
	}
	return nil
}

// extra is what may be added to a key of this kind, knowingly: a provisioning
// key is embedded in programs, so whoever has the program has the permission.
func (k KeyKind) extra() []Permission {
	switch k {
	case Provisioning:
		return []Permission{LookUpLicenses, SwitchLicenses}
	case Admin:
		return []Permission{ManageOwners}
	case Ingest, Read:
	}
	return nil
}

// secret makes the text form of a new secret, its hash and its hint.
func (k KeyKind) secret(random []byte) (text string, hash [sha256.Size]byte, hint string) {
	text = k.Prefix() + base64.RawURLEncoding.EncodeToString(random)
	return text, sha256.Sum256([]byte(text)), text[:len(k.Prefix())+6] + "…"
}

// looksLikeSecret spares the database what can't be a key.
func looksLikeSecret(s string) bool {
	n := base64.RawURLEncoding.EncodedLen(secretBytes)
	return slices.ContainsFunc(KeyKinds(), func(k KeyKind) bool { return len(s) == len(k.Prefix())+n && strings.HasPrefix(s, k.Prefix()) })
}

func checkPermissions(wrong *fault.Fields, by Principal, kind KeyKind, asked []Permission) {
	allowed := append(kind.Default(), kind.extra()...)
	for _, p := range asked {
		wrong.Check(slices.Contains(allowed, p), "permissions", "must hold none that keys of the kind "+string(kind)+" can't have")
	}
	wrong.Check(by.MayAll(asked), "permissions", "must hold none that you do not have yourself")
}
