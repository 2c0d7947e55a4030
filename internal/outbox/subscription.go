package outbox

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Kind is how a subscriber is reached.
type Kind string

// The kinds of subscription.
const (
	Webhook Kind = "webhook" // Target is an https (or http) URL
	Mail    Kind = "mail"    // Target is an e-mail address
)

// SubscriptionID is a subscription's key inside the database.
type SubscriptionID int64

// Subscription is a wish to hear of events.
type Subscription struct {
	ID        SubscriptionID
	UUID      ident.UUID
	Kind      Kind
	Target    string
	Events    []string // sorted, each once
	IsEnabled bool     // what happens while it is not, waits
	CreatedAt time.Time

	Secrets Secrets // of a webhook
}

// State is where a queued item stands.
type State string

// The states of an item.
const (
	Waiting   State = "waiting"
	Delivered State = "delivered"
	Dead      State = "dead" // given up on; it can be replayed
)

// ItemSorts are what the list of items offers; the first is the default.
func ItemSorts() []string { return []string{"at"} }

// Item is one event on its way to one subscriber.
type Item struct {
	ID            int64      // also the sequence that payloads carry
	UUID          ident.UUID // what receivers know the message by; zero for one that an older release queued
	Subscription  ident.UUID
	Stream        ident.UUID
	Event         string
	At            time.Time
	Payload       string // JSON
	Attempts      int
	NextAttemptAt time.Time
	DeliveredAt   *time.Time
	DeadAt        *time.Time
	GiveUpAt      time.Time
}

// Delivery is an item with what came of the newest attempt at it.
type Delivery struct {
	Item

	TriedAt time.Time // zero before the first
	Status  int       // HTTP; 0 when there was no answer
	Error   string    // one sentence; empty when it was delivered
}

// Standing is how a subscription does.
type Standing struct {
	Waiting, Dead int // among its newest thousand items

	LastAt time.Time // the newest attempt; zero for none
	Status int
	Error  string
}

// MessageID is what the receiver knows the message by: the same at every
// attempt, another for every message.
func (i Item) MessageID() string {
	if i.UUID.IsZero() {
		return "msg_" + i.Subscription.String() + "_" + strconv.FormatInt(i.ID, 10)
	}
	return "msg_" + i.UUID.String()
}

// State tells where the item stands.
func (i Item) State() State {
	switch {
	case i.DeliveredAt != nil:
		return Delivered
	case i.DeadAt != nil:
		return Dead
	}
	return Waiting
}

// read returns s as it is stored, or what is wrong with it, by field; events are those of s as they were given, and was is
// the target so far. Whether the server may open a
// connection to a webhook's address is decided at each delivery, after the name
// was resolved: a name can change its address.
func (s Subscription) read(events []string, was string) (Subscription, error) {
	var wrong fault.Fields
	wrong.Text("target", s.Target, 1, 2000)
	switch s.Kind {
	case Webhook:
		wrong.Check(goodURL(s.Target), "target", "must be an http or https URL with a host and a port up to 65535, without user, password or fragment")
	case Mail:
		s.Target = entry.Email(&wrong, "target", s.Target, was)
	default:
		wrong.Check(false, "kind", "must be webhook or mail")
	}
	wrong.Check(len(events) > 0, "events", "must name at least one event")
	known := Catalogue()
	for i, e := range events {
		_, found := slices.BinarySearch(known, e)
		wrong.Check(found, "events["+strconv.Itoa(i)+"]", "is not an event; the events are "+strings.Join(known, ", "))
	}
	return s, wrong.Err()
}

func goodURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	port := 443
	if text := u.Port(); text != "" {
		port, _ = strconv.Atoi(text)
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && port > 0 && port < 1<<16 && u.User == nil && u.Fragment == "" && u.Opaque == ""
}

// Shown is a target as logs and records may hold it: its query may be a token of the
// receiver's.
func Shown(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return target
	}
	shown := u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		shown += "?(left out)"
	}
	return shown
}
