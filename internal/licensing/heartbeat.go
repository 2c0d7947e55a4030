package licensing

import (
	"context"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// HeartbeatCommand is the periodic call of an activated client.
type HeartbeatCommand struct {
	Vendor   ident.VendorID
	Product  ident.UUID
	ClientID string
	TokenKey ident.UUID // zero when none was sent
	Client   Client     // what it says of itself; empty fields say nothing
	GroupID  string
	UserID   string
	Proof    Proof
}

// Heartbeat answers the licence as it stands and records the contact (docs/rules/provisioning.md, rule 6).
// It reads once; only a heartbeat that changes something, or the first of a
// day, runs a transaction, the rest go to the write-behind.
func (s *Service) Heartbeat(ctx context.Context, c HeartbeatCommand) (Outcome, error) {
	if entry.Blank(c.ClientID) {
		return refused(refusal.Refuse(refusal.MissingClientID)), nil
	}
	var dropped []string // said again each time: what is not kept is told each time
	if len(c.Client.Variables) > 0 {
		c.Client.Variables, dropped = withinBounds(c.Client.Variables, nil)
	}
	out, err := s.heartbeat(ctx, c)
	if out.Refusal == nil && err == nil {
		out.Dropped = append(dropped, out.Dropped...)
		a := out.State.Activation
		proven := !c.TokenKey.IsZero() || a.Client.PublicKey != nil // a wrong one of either is refused
		out.NoKeys = !proven && out.State.License.Product.HideKeysInHeartbeats
	}
	return out, err
}

func (s *Service) heartbeat(ctx context.Context, c HeartbeatCommand) (Outcome, error) {
	held, err := s.reader.Held(ctx, c.Vendor, c.Product, c.ClientID)
	if err != nil {
		return Outcome{}, err
	}
	now := s.ids.Clock.Now()
	h := choose(held, now)
	if h == nil {
		return s.heartbeatOfNobody(ctx, c)
	}
	tokenMine, r, err := s.holdsToken(ctx, c, h.Activation)
	if err != nil || r != nil {
		return refused(r), err
	}
	policy := h.License.Terms().Policy
	counter, proven := c.Proof.counter(h.Activation.Client.PublicKey)
	d := decideHeartbeat(heartbeatCase{
		now: now, license: h.License, policy: policy, activation: h.Activation, client: c.Client,
		tokenKey: !c.TokenKey.IsZero(), tokenMine: tokenMine,
		proven: h.Activation.Client.PublicKey == nil || proven, counter: counter,
	})
	switch {
	case d.release:
		err := s.runner.Run(ctx, func(t tx.Tx) error {
			_, err := s.Release(t, c.Vendor, h.Activation.UUID, ByGoodwillEnded)
			return err
		})
		return refused(d.refusal), err
	case d.refusal != nil && d.refusal.ID == refusal.OtherToken:
		return s.otherToken(ctx, c)
	case d.refusal != nil:
		return refused(c.Proof.explain(d.refusal)), nil
	}
	if r, err := s.prepaid.Heartbeat(ctx, c.Vendor, c.ClientID); err != nil || r != nil {
		return refused(r), err
	}
	if err := s.readUsers(ctx, h.License); err != nil {
		return Outcome{}, err
	}
	var full *refusal.Refusal
	if d.place && !d.history && h.Activation.PlaceRefused(now) {
		if full, err = s.stillFull(ctx, h, policy, now); err != nil {
			return Outcome{}, err
		}
	}
	if d.history || d.place && full == nil {
		return s.recordHeartbeat(ctx, c, h, counter, d.place)
	}
	highest, err := s.pulses.Seen(c.Vendor, h.Activation.ID, now, counter)
	switch {
	case err != nil:
		return Outcome{}, err
	case highest > 0:
		return refused(stale(counter, highest)), nil
	case full != nil:
		return refused(full), nil
	}
	return Outcome{State: StateOf(h.License, h.Activation, c.Client.SoftwareVersion, now)}, nil
}

// holdsToken reports whether the token key of a heartbeat is the activation's, or was
// until a new one replaced it.
func (s *Service) holdsToken(ctx context.Context, c HeartbeatCommand, a *Activation) (bool, *refusal.Refusal, error) {
	if c.TokenKey.IsZero() || c.TokenKey == a.TokenKey {
		return !c.TokenKey.IsZero(), nil, nil
	}
	old, err := s.reader.ReplacedKey(ctx, c.Vendor, ident.UUID{}, Key{UUID: c.TokenKey})
	if err != nil || old == nil {
		return false, nil, err
	}
	if old.Activation != a.UUID {
		return false, refusal.Refuse(refusal.KeyReplaced), nil
	}
	return true, nil, nil
}

// choose gives the holding that answers: the temporary one while it is valid.
func choose(held []Holding, at time.Time) *Holding {
	for i := range held {
		h := &held[i]
		if !h.License.IsTemporary || len(held) == 1 {
			return h
		}
		if StateOf(h.License, h.Activation, "", at).IsValid {
			return h
		}
	}
	if len(held) == 0 {
		return nil
	}
	return &held[len(held)-1]
}

// heartbeatOfNobody says why a client without an activation is refused.
func (s *Service) heartbeatOfNobody(ctx context.Context, c HeartbeatCommand) (Outcome, error) {
	known, err := s.reader.ProductExists(ctx, c.Vendor, c.Product)
	if err != nil {
		return Outcome{}, err
	}
	if !known {
		return refused(refusal.Refuse(refusal.UnknownProduct)), nil
	}
	if c.TokenKey.IsZero() {
		return refused(refusal.Refuse(refusal.UnknownClient)), nil
	}
	return s.otherToken(ctx, c)
}

// otherToken tells a free token from an unknown one from another client's.
func (s *Service) otherToken(ctx context.Context, c HeartbeatCommand) (Outcome, error) {
	token, err := s.reader.TokenState(ctx, c.Vendor, c.TokenKey)
	switch {
	case err != nil:
		return Outcome{}, err
	case token == nil:
		r, err := s.readUnknownKey(ctx, c.Vendor, ident.UUID{}, Key{UUID: c.TokenKey}, refusal.Refuse(refusal.UnknownToken))
		return refused(r), err
	case token.Activation == 0:
		return refused(refusal.Refuse(refusal.TokenNotAssigned)), nil
	}
	return refused(refusal.Refuse(refusal.OtherToken)), nil
}

// recordHeartbeat writes what changed, with a history row. With place the client gets a
// place of the licence's month, or is refused: it was here all the same.
func (s *Service) recordHeartbeat(ctx context.Context, c HeartbeatCommand, h *Holding, counter int64, place bool) (Outcome, error) {
	var out Outcome
	err := s.runner.Run(ctx, func(t tx.Tx) error {
		out = Outcome{}
		l := h.License
		var a *Activation
		var err error
		if place {
			a, l, err = s.locked(t, c.Vendor, h.Activation.UUID)
		} else {
			a, err = s.store.Activation(t, c.Vendor, h.Activation.UUID)
		}
		if err != nil {
			return err
		}
		if a == nil { // released since it was read
			out = refused(refusal.Refuse(refusal.UnknownClient))
			return nil
		}
		// What a heartbeat leaves out stays as it was, and is no change.
		news := differs(a.Client, c.Client) || a.Pulse.DayCount == 0 || a.Pulse.LastSeenDay != DayOf(t.Now())
		said := c.Client.Fingerprint()
		changed := a.Said != said
		if changed {
			a.Client, out.Dropped = merged(a.Client, c.Client)
			a.Said = said
		}
		highest, err := s.store.RecordHeartbeat(t, c.Vendor, a, news, Heartbeat{
			At: t.Now(), Client: a.Client, GroupID: c.GroupID, UserID: c.UserID, Counter: counter,
		})
		if err != nil {
			return err
		}
		if highest > 0 {
			out = refused(stale(counter, highest))
			return nil
		}
		if changed {
			if err := s.store.UpdateClient(t, c.Vendor, a); err != nil {
				return err
			}
		}
		if place {
			if out.Refusal, err = s.placeHeartbeat(t, l, a, c.Client.SoftwareVersion); err != nil || out.Refusal != nil {
				return err
			}
			l.Users = h.License.Users
		}
		out.State = StateOf(l, a, c.Client.SoftwareVersion, t.Now())
		return nil
	})
	return out, err
}

// stillFull refuses a client that was refused a place of this month, as long as nothing
// has made room: by a read, and without a lock, however often it asks.
func (s *Service) stillFull(ctx context.Context, h *Holding, p terms.Policy, now time.Time) (*refusal.Refusal, error) {
	m, err := s.reader.MonthOf(ctx, h.License.Vendor, h.License.ID)
	if err != nil || !runs(m.Ends, now) || m.Used < Allowed(p) {
		return nil, err
	}
	return noPlaceLeft(m, p), nil
}

// placeHeartbeat gives an activation of a locked licence its place of the month, unless
// the licence has ended since it was read.
func (s *Service) placeHeartbeat(t tx.Tx, l *License, a *Activation, version string) (*refusal.Refusal, error) {
	if !StateOf(l, a, version, t.Now()).IsValid {
		return nil, nil
	}
	if err := s.openMonth(t, l); err != nil {
		return nil, err
	}
	return s.placeActivation(t, l, a)
}
