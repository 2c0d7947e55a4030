package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// ceremonyLife is how long a browser has to come back from its authenticator or
// from a provider.
const ceremonyLife = 10 * time.Minute

const (
	ceremonyPrefix = "chc_" // of what is stored
	carriedPrefix  = "chd_" // of what the browser carries itself
)

// CeremonyKind is what a browser has gone for.
type CeremonyKind string

// The kinds.
const (
	MakePasskey    CeremonyKind = "make_passkey"    // a new passkey of who is signed in
	UsePasskey     CeremonyKind = "use_passkey"     // a sign-in with nothing else
	ConfirmPasskey CeremonyKind = "confirm_passkey" // the second half of a sign-in
	AtProvider     CeremonyKind = "at_provider"     // a sign-in at an OpenID provider
)

// Ceremony is what was begun. Sealed is what must be known when it ends. While nobody
// knows who it is, the browser carries it, sealed: whoever begins and never comes back
// leaves nothing in the database.
type Ceremony struct {
	Kind      CeremonyKind
	User      ident.UserID // 0 while nobody knows who it is
	Sealed    []byte
	ExpiresAt time.Time
}

// CeremonyStore keeps ceremonies.
type CeremonyStore interface {
	// PutCeremony stores c.
	PutCeremony(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte, c Ceremony) error

	// Ceremony reads one without ending it.
	Ceremony(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte) (c Ceremony, found bool, err error)

	// TakeCeremony removes one and gives it; of two at once one gets it.
	TakeCeremony(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte) (c Ceremony, found bool, err error)

	// SpendCeremony stores that one which the browser carries has ended; first is
	// false when it had before. Of two at once one is first.
	SpendCeremony(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte, expires time.Time) (first bool, err error)

	// ForgetCeremonies removes those that ended before an instant, of all vendors.
	ForgetCeremonies(t tx.Tx, before time.Time) error
}

// Ceremonies begins and ends what goes through a browser. The browser that began
// one holds its token, so no other can end it, and it ends once.
type Ceremonies struct {
	store  CeremonyStore
	sealer Sealer
	ids    ident.Source
}

// NewCeremonies makes the service.
func NewCeremonies(s CeremonyStore, sealer Sealer, ids ident.Source) (*Ceremonies, error) {
	if s == nil || sealer == nil || ids.Rand == nil {
		return nil, errors.New("access: Ceremonies needs a store, a sealer and ids")
	}
	return &Ceremonies{store: s, sealer: sealer, ids: ids}, nil
}

// CeremonyPurpose binds what a ceremony must know to it.
func CeremonyPurpose(vendor ident.VendorID, k CeremonyKind, hash []byte) string {
	return vendor.Bind("ceremony\x00"+string(k), hex.EncodeToString(hash))
}

// carriedPurpose binds what a browser carries to its vendor.
func carriedPurpose(vendor ident.VendorID, k CeremonyKind) string {
	return vendor.Bind("ceremony\x00"+string(k), "carried")
}

// carried is a ceremony as the browser carries it.
type carried struct {
	ExpiresAt int64           `json:"expires_at"` // in Unix milliseconds
	Known     json.RawMessage `json:"known"`
}

// begin keeps what must be known at the end and gives the browser's token.
func (c *Ceremonies) begin(t tx.Tx, vendor ident.VendorID, kind CeremonyKind, user ident.UserID, known any) (token string, err error) {
	if user == 0 {
		return c.hand(vendor, kind, t.Now().Add(ceremonyLife), known)
	}
	plain, err := json.Marshal(known)
	if err != nil {
		return "", err
	}
	token = ceremonyPrefix + base64.RawURLEncoding.EncodeToString(c.ids.Secret(secretBytes))
	hash := sha256.Sum256([]byte(token))
	sealed, err := c.sealer.Seal(CeremonyPurpose(vendor, kind, hash[:]), plain)
	if err != nil {
		return "", err
	}
	return token, c.store.PutCeremony(t, vendor, hash, Ceremony{
		Kind: kind, User: user, Sealed: sealed, ExpiresAt: t.Now().Add(ceremonyLife),
	})
}

// hand gives the browser all of it to carry.
func (c *Ceremonies) hand(vendor ident.VendorID, kind CeremonyKind, until time.Time, known any) (token string, err error) {
	var one carried
	one.ExpiresAt = until.UnixMilli()
	if one.Known, err = json.Marshal(known); err != nil {
		return "", err
	}
	plain, err := json.Marshal(one)
	if err != nil {
		return "", err
	}
	sealed, err := c.sealer.Seal(carriedPurpose(vendor, kind), plain)
	return carriedPrefix + base64.RawURLEncoding.EncodeToString(sealed), err
}

// read opens what the browser carries.
func (c *Ceremonies) read(t tx.Tx, vendor ident.VendorID, kind CeremonyKind, token string, known any) (Ceremony, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, carriedPrefix))
	if err != nil {
		return Ceremony{}, errStep()
	}
	plain, err := c.sealer.Open(carriedPurpose(vendor, kind), sealed)
	if err != nil {
		return Ceremony{}, errStep().WithCause(err)
	}
	var one carried
	if err := json.Unmarshal(plain, &one); err != nil {
		return Ceremony{}, err
	}
	until := time.UnixMilli(one.ExpiresAt).UTC()
	if !t.Now().Before(until) {
		return Ceremony{}, errStep()
	}
	return Ceremony{Kind: kind, ExpiresAt: until}, json.Unmarshal(one.Known, known)
}

// look reads what was begun without ending it.
func (c *Ceremonies) look(t tx.Tx, vendor ident.VendorID, kind CeremonyKind, token string, known any) (Ceremony, error) {
	if strings.HasPrefix(token, carriedPrefix) {
		return c.read(t, vendor, kind, token, known)
	}
	hash := sha256.Sum256([]byte(token))
	one, found, err := c.store.Ceremony(t, vendor, hash)
	return c.open(t, one, found, err, CeremonyPurpose(vendor, kind, hash[:]), kind, known)
}

// take ends what was begun and is stored, with the transaction: where what comes back
// may be a guess, that is one of its own, so that nothing is tried twice. What the
// browser carries is ended by spend, once it is known that it came back right.
func (c *Ceremonies) take(t tx.Tx, vendor ident.VendorID, kind CeremonyKind, token string, known any) (Ceremony, error) {
	if strings.HasPrefix(token, carriedPrefix) {
		return c.read(t, vendor, kind, token, known)
	}
	hash := sha256.Sum256([]byte(token))
	one, found, err := c.store.TakeCeremony(t, vendor, hash)
	return c.open(t, one, found, err, CeremonyPurpose(vendor, kind, hash[:]), kind, known)
}

// spend ends what the browser carries, in the transaction of what it leads to; it is
// sign_in_stale the second time.
func (c *Ceremonies) spend(t tx.Tx, vendor ident.VendorID, token string, one Ceremony) error {
	if !strings.HasPrefix(token, carriedPrefix) {
		return nil // take has ended it
	}
	first, err := c.store.SpendCeremony(t, vendor, sha256.Sum256([]byte(token)), one.ExpiresAt)
	if err == nil && !first {
		err = errStep()
	}
	return err
}

func (c *Ceremonies) open(t tx.Tx, one Ceremony, found bool, err error, purpose string, kind CeremonyKind, known any) (Ceremony, error) {
	if err != nil {
		return Ceremony{}, err
	}
	if !found || one.Kind != kind || !t.Now().Before(one.ExpiresAt) {
		return Ceremony{}, errStep()
	}
	plain, err := c.sealer.Open(purpose, one.Sealed)
	if err != nil {
		return Ceremony{}, err
	}
	return one, json.Unmarshal(plain, known)
}

// Forget removes what has run out: periodic work.
func (c *Ceremonies) Forget(t tx.Tx) error { return c.store.ForgetCeremonies(t, t.Now()) }
