package outbox

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// EventTest is what Test sends. It can't be subscribed to.
const EventTest = "webhook.test"

// replayAtOnce bounds one transaction.
const replayAtOnce = 1000

// Test queues a test event for one subscription, whatever it is subscribed to.
func (s *Service) Test(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Item, error) {
	sub, err := s.locked(t, vendor, uuid)
	if err != nil {
		return Item{}, err
	}
	if !sub.IsEnabled {
		return Item{}, fault.Refused("subscription_disabled", "This subscription is switched off.", "Switch it on, then test it.")
	}
	event := tx.Event{
		Vendor: vendor, Type: EventTest, Stream: s.IDs.V7(), // a stream of its own: it waits for nothing
		Payload: map[string]any{"subscription_id": uuid, "events": sub.Events},
	}
	item, err := s.Store.Put(t, vendor, sub.ID, event, s.IDs.V7())
	item.Subscription = uuid
	return item, err
}

// Replay lets one item, delivered or dead, wait to be delivered again. It keeps
// its sequence and its message id; what comes after it in its stream waits for it.
func (s *Service) Replay(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, id int64) error {
	sub, err := s.locked(t, vendor, uuid)
	if err != nil {
		return err
	}
	item, found, err := s.Store.Item(t, vendor, sub.ID, id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("item")
	}
	if item.State() == Waiting {
		return fault.Refused("item_waiting", "This item still waits to be delivered.", "Replay it when it is delivered or dead.")
	}
	if err := s.Store.Requeue(t, vendor, sub.ID, id, t.Now().Add(KeepTrying)); err != nil {
		return err
	}
	s.journalReplay(t, vendor, uuid, 1)
	return nil
}

// ReplayDead does the same with all that is dead, at most a thousand at once,
// the oldest first, and tells how many.
func (s *Service) ReplayDead(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (int, error) {
	sub, err := s.locked(t, vendor, uuid)
	if err != nil {
		return 0, err
	}
	n, err := s.Store.RequeueDead(t, vendor, sub.ID, t.Now().Add(KeepTrying), replayAtOnce)
	if err == nil && n > 0 {
		s.journalReplay(t, vendor, uuid, n)
	}
	return n, err
}

func (s *Service) journalReplay(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, n int) {
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.replayed", Subject: noun, ID: uuid, After: struct {
		Items int `json:"items"`
	}{n}})
}

// Attempt is one try to deliver an item, as the console shows it.
type Attempt struct {
	ID       int64
	Item     int64 // its sequence
	Event    string
	At       time.Time
	Number   int // of the item's attempts, from 1
	Took     time.Duration
	Status   int    // HTTP; 0 when there was no answer
	Error    string // one sentence; empty when it was delivered
	Request  string // head and body as sent, cut, without what is secret
	Response string
}

// AttemptSorts are what the list of attempts offers; the first is the default.
func AttemptSorts() []string { return []string{"-at"} }
