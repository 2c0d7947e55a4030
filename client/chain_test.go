package client_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/signed"
)

func public(b byte) ed25519.PublicKey {
	return keyOf(b).Public().(ed25519.PublicKey)
}

// rotated is a client that has heard of key 2, and got an answer by it.
func rotated(t *testing.T) *bundle {
	t.Helper()
	b := activated(t)
	b.server.Announce(public(2))
	b.beat(t)
	b.server.Rotate(keyOf(2))
	b.beat(t)
	return b
}

func (b *bundle) beat(t *testing.T) {
	t.Helper()
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// The attack: a key that was replaced is stolen.
func TestAReplacedKeyIsGivenUp(t *testing.T) {
	t.Parallel()
	b := rotated(t)
	b.server.Rotate(keyOf(1)) // a copy of the server that is late
	b.server.Advance(6 * day)
	b.beat(t)
	b.server.Rotate(keyOf(2))
	b.beat(t)
	b.server.Advance(day + time.Second)
	b.restart(t)
	b.server.Rotate(keyOf(1))
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("the old key, a week after its successor: %v", err)
	}
	wantState(t, b.client.Status(), client.StateValid)
	b.server.Rotate(keyOf(2))
	b.beat(t)
}

// The thief writes a time into answers that would still be good.
func TestAReplacedKeyCannotNameATimeOfItsOwn(t *testing.T) {
	t.Parallel()
	b := rotated(t)
	b.server.Rotate(keyOf(1))
	shift := 8 * day
	b.config.Now = func() time.Time { return b.server.Now().Add(shift) } // the server says what it said a week ago
	b.restart(t)
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("got %v", err)
	}
}

// Until the successor is in use the pinned key goes on: a server may know its next
// key for years before it answers with it.
func TestAnAnnouncementAloneReplacesNothing(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Announce(public(2))
	b.beat(t)
	b.server.Advance(500 * day)
	b.beat(t)
}

// The attack: the thief announces keys of their own, to be believed, and to fill
// the list so that the vendor's next key finds no room.
func TestAStolenKeyAnnouncesNothing(t *testing.T) {
	t.Parallel()
	b := rotated(t)
	b.server.Rotate(keyOf(1))
	for i := range 100 {
		b.server.Announce(public(byte(100 + i)))
		b.beat(t)
	}
	b.server.Rotate(keyOf(100))
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("a thief's key: %v", err)
	}
	b.server.Rotate(keyOf(2))
	b.server.Announce(public(3))
	b.beat(t)
	b.server.Rotate(keyOf(3))
	b.restart(t)
	b.beat(t)
}

// A key that leads back gives a chain no end.
func TestAChainDoesNotLeadBack(t *testing.T) {
	t.Parallel()
	b := rotated(t)
	b.server.Announce(public(1))
	b.beat(t)
	b.server.Announce(public(3))
	b.beat(t)
	b.server.Rotate(keyOf(3))
	b.beat(t)
}

// The server is told which keys it may answer with: both while the next one is
// only announced, then the next one.
func TestACallNamesTheTrustedKeys(t *testing.T) {
	t.Parallel()
	b := activated(t)
	named := func() string {
		t.Helper()
		b.beat(t)
		all := b.server.Requests()
		return all[len(all)-1].Header.Get(signed.TrustedKeysHeader)
	}
	one, two := signed.KeyID(public(1)), signed.KeyID(public(2))
	if got := named(); got != one {
		t.Errorf("before: %s", got)
	}
	b.server.Announce(public(2))
	b.beat(t)
	if got := named(); got != one+", "+two {
		t.Errorf("announced: %s", got)
	}
	b.server.Rotate(keyOf(2))
	b.beat(t)
	if got := named(); got != two {
		t.Errorf("in use: %s", got)
	}
}

// Two processes that hear of the next key at once keep one chain.
func TestProcessesShareTheChain(t *testing.T) {
	t.Parallel()
	b := activated(t)
	second := b.other(t)
	b.server.Announce(public(2))
	b.beat(t)
	b.server.Rotate(keyOf(2))
	if _, err := second.Heartbeat(t.Context()); err != nil {
		t.Errorf("a key that another process has heard of: %v", err)
	}
	b.server.Announce(public(3))
	b.beat(t)
	b.restart(t)
	if n := strings.Count(read(t, b.file("rotation.json")), `"signature"`); n != 2 {
		t.Errorf("%d announcements are kept", n)
	}
}
