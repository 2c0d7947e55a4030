package outbox

import (
	"context"
	"errors"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxIncoming is how many incoming webhooks a vendor may have.
const MaxIncoming = 10

// incomingNoun is what the audit log and faults call one.
const incomingNoun = "incoming_webhook"

// Incoming is a webhook by which a system of the vendor's tells the server something.
type Incoming struct {
	Vendor    ident.VendorID
	UUID      ident.UUID
	Provider  string // which system: "billing"; one of a vendor's own
	Secrets   Secrets
	HeardAt   time.Time // the newest message that was taken; zero: none
	CreatedAt time.Time
}

// IncomingStore keeps incoming webhooks.
type IncomingStore interface {
	// IncomingIn gives a vendor's, oldest first, and keeps others from changing them.
	IncomingIn(t tx.Tx, vendor ident.VendorID) ([]Incoming, error)

	// SaveIncoming stores one, new or not.
	SaveIncoming(t tx.Tx, w Incoming) error
	RemoveIncoming(t tx.Tx, vendor ident.VendorID, id ident.UUID) error

	// NoteHeard notes that a message was taken.
	NoteHeard(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
}

// IncomingReader reads them outside of transactions.
type IncomingReader interface {
	// IncomingOf gives one of a vendor's; found is false where there is none.
	IncomingOf(ctx context.Context, vendor ident.VendorID, id ident.UUID) (w Incoming, found bool, err error)
}

// IncomingService changes incoming webhooks.
type IncomingService struct {
	store  IncomingStore
	reader IncomingReader
	ids    ident.Source
	sealer Sealer
}

// NewIncoming makes the service.
func NewIncoming(store IncomingStore, reader IncomingReader, ids ident.Source, sealer Sealer) (*IncomingService, error) {
	if store == nil || reader == nil || ids.Rand == nil || ids.Clock == nil || sealer == nil {
		return nil, errors.New("outbox: the configuration of incoming webhooks is incomplete")
	}
	return &IncomingService{store, reader, ids, sealer}, nil
}

// Create makes an incoming webhook. Its secret is given here and never again.
func (s *IncomingService) Create(t tx.Tx, vendor ident.VendorID, provider string) (w Incoming, secret string, err error) {
	var wrong fault.Fields
	provider = entry.Identifier(&wrong, "provider", provider, "", 1, 200)
	if err := wrong.Err(); err != nil {
		return Incoming{}, "", err
	}
	all, err := s.store.IncomingIn(t, vendor)
	if err != nil {
		return Incoming{}, "", err
	}
	for _, other := range all {
		if other.Provider == provider {
			return Incoming{}, "", fault.Refused("provider_exists", "There is an incoming webhook of this provider already.",
				"Rotate its secret, or give this one another name.")
		}
	}
	if len(all) >= MaxIncoming {
		return Incoming{}, "", fault.Refused("too_many_incoming_webhooks", "A vendor may have at most 10 incoming webhooks.", "Delete one that is not needed.")
	}
	w = Incoming{Vendor: vendor, UUID: s.ids.V7(), Provider: provider, CreatedAt: t.Now()}
	if w.Secrets.Sealed, secret, err = newSecret(s.ids, s.sealer, vendor, w.UUID); err != nil {
		return Incoming{}, "", err
	}
	s.journal(t, "incoming_webhook.created", w)
	return w, secret, s.store.SaveIncoming(t, w)
}

// Rotate gives one a new secret. For Overlap messages may be signed with either.
func (s *IncomingService) Rotate(t tx.Tx, vendor ident.VendorID, id ident.UUID) (w Incoming, secret string, err error) {
	if w, err = s.one(t, vendor, id); err != nil {
		return Incoming{}, "", err
	}
	w.Secrets = Secrets{Old: w.Secrets.Sealed, OldUntil: t.Now().Add(Overlap)}
	if w.Secrets.Sealed, secret, err = newSecret(s.ids, s.sealer, vendor, id); err != nil {
		return Incoming{}, "", err
	}
	s.journal(t, "incoming_webhook.secret_rotated", w)
	return w, secret, s.store.SaveIncoming(t, w)
}

// Remove ends one: its messages are refused from now on.
func (s *IncomingService) Remove(t tx.Tx, vendor ident.VendorID, id ident.UUID) error {
	w, err := s.one(t, vendor, id)
	if err != nil {
		return err
	}
	s.journal(t, "incoming_webhook.deleted", w)
	return s.store.RemoveIncoming(t, vendor, id)
}

// Open gives an incoming webhook with the secrets that its messages may be signed with now, by
// the clock of Rotate.
func (s *IncomingService) Open(ctx context.Context, vendor ident.VendorID, id ident.UUID) (w Incoming, secrets [][]byte, err error) {
	w, found, err := s.reader.IncomingOf(ctx, vendor, id)
	if err == nil && !found {
		err = fault.Missing(incomingNoun)
	}
	if err != nil {
		return Incoming{}, nil, err
	}
	secrets, err = w.Secrets.Open(s.sealer, vendor, id, s.ids.Clock.Now())
	return w, secrets, err
}

// Heard notes that a message was taken.
func (s *IncomingService) Heard(t tx.Tx, w Incoming) error {
	return s.store.NoteHeard(t, w.Vendor, w.UUID)
}

func (s *IncomingService) one(t tx.Tx, vendor ident.VendorID, id ident.UUID) (Incoming, error) {
	all, err := s.store.IncomingIn(t, vendor)
	if err != nil {
		return Incoming{}, err
	}
	for _, w := range all {
		if w.UUID == id {
			return w, nil
		}
	}
	return Incoming{}, fault.Missing(incomingNoun)
}

func (*IncomingService) journal(t tx.Tx, action string, w Incoming) {
	t.Journal(tx.Entry{Vendor: w.Vendor, Action: action, Subject: incomingNoun, ID: w.UUID, After: map[string]string{"provider": w.Provider}})
}
