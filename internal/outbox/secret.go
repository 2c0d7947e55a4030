package outbox

import (
	"encoding/base64"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Overlap is how long the secret before a rotation goes on signing, beside the new one.
const Overlap = 24 * time.Hour

// secretBytes is the length of a secret, as Standard Webhooks recommends (24 to 64).
const secretBytes = 32

// Secrets is what signs a webhook's deliveries, sealed.
type Secrets struct {
	Sealed   []byte // nil for a subscription that never had one
	Old      []byte // the one before; nil for none
	OldUntil time.Time
}

// Sealer keeps secrets at rest; keyring.Sealer implements it.
type Sealer interface {
	Seal(purpose string, plain []byte) ([]byte, error)
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Open gives the secrets that sign at now: the present one first.
func (s Secrets) Open(sealer Sealer, vendor ident.VendorID, subscription ident.UUID, now time.Time) ([][]byte, error) {
	if s.Sealed == nil {
		return nil, fault.Refused("secret_missing", "This webhook has no secret to sign with.", "Rotate its secret, and give the new one to the receiver.")
	}
	secret, err := sealer.Open(Purpose(vendor, subscription), s.Sealed)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{secret}
	if s.Old != nil && now.Before(s.OldUntil) {
		old, err := sealer.Open(Purpose(vendor, subscription), s.Old)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, old)
	}
	return secrets, nil
}

// newSecret makes a secret, sealed, and as it is shown once.
func newSecret(ids ident.Source, sealer Sealer, vendor ident.VendorID, subscription ident.UUID) (sealed []byte, shown string, err error) {
	secret := ids.Secret(secretBytes)
	sealed, err = sealer.Seal(Purpose(vendor, subscription), secret)
	return sealed, "whsec_" + base64.StdEncoding.EncodeToString(secret), err
}

// Purpose binds the secrets of a webhook to it.
func Purpose(vendor ident.VendorID, subscription ident.UUID) string {
	return vendor.Bind("webhook-secret\x00" + subscription.String())
}

// RotateSecret gives a webhook a new secret. For Overlap, deliveries are signed
// with both; a rotation meanwhile ends the older of them.
func (s *Service) RotateSecret(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (sub Subscription, secret string, err error) {
	sub, err = s.locked(t, vendor, uuid)
	if err != nil {
		return Subscription{}, "", err
	}
	if sub.Kind != Webhook {
		return Subscription{}, "", fault.Refused("no_webhook", "Only webhooks have a secret.", "Name a subscription of the kind webhook.")
	}
	before := sub.Secrets
	sub.Secrets = Secrets{Old: before.Sealed, OldUntil: t.Now().Add(Overlap)}
	if sub.Secrets.Sealed, secret, err = newSecret(s.IDs, s.Sealer, vendor, uuid); err != nil {
		return Subscription{}, "", err
	}
	if err := s.Store.Save(t, vendor, sub); err != nil {
		return Subscription{}, "", err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.secret_rotated", Subject: noun, ID: uuid, After: recordOf(sub)})
	return sub, secret, nil
}
