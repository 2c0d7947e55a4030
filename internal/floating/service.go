package floating

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Config is what the service needs; all of it is required.
type Config struct {
	Store    Store
	Reader   Reader
	Licenses Licenses
	Runner   tx.Runner // for the periodic tidying
	IDs      ident.Source
}

// Service carries out the rules of sessions.
type Service struct{ Config }

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Reader == nil || c.Licenses == nil || c.Runner == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("floating: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// Call names a session: who calls, for which licence.
type Call struct {
	Vendor    ident.VendorID
	Presented string // the license key, this client's token key, or, for an activated client, the licence's id
	ClientID  string
	SessionID string
	UserID    string
	Checkout  int    // minutes; 0 for none
	Address   string // that the client calls from; for who looks into a refusal

	// KeyOnly takes the licence's id from nobody, and with it no client's name for a proof.
	KeyOnly bool
	Proof   Proof
}

const maxID = 256 // bytes

func (c Call) check() *refusal.Refusal {
	switch {
	case entry.Blank(c.ClientID):
		return refusal.Refuse(refusal.MissingClientID)
	case len(c.SessionID) > maxID || strings.ContainsFunc(c.SessionID, unicode.IsControl):
		return refusal.Refuse(refusal.BadSessionID)
	}
	return nil
}

// find brings the licence of a call; a refusal where there is none, or one without sessions.
func (s *Service) find(t tx.Tx, c Call) (*License, *refusal.Refusal, error) {
	if r := c.check(); r != nil {
		return nil, r, nil
	}
	l, refused, err := s.Licenses.Find(t, c.Vendor, c.Presented)
	switch {
	case err != nil || refused != nil:
		return nil, refused, err
	case l == nil, l.ByID && c.KeyOnly:
		return nil, refusal.UnknownSessionKey(), nil
	}
	refused, err = s.Licenses.Count(t, l, c.ClientID, c.Proof)
	return l, refused, err
}

// openNow tells how many sessions are open at this instant, with the counter locked:
// exactly where they are limit or more, else a number below limit.
func (s *Service) openNow(t tx.Tx, v ident.VendorID, c Counter, limit int64) (int64, error) {
	if c.Open < limit || t.Now().Before(c.NextLapse) {
		return c.Open, nil
	}
	lapsed, err := s.Store.Lapsed(t, v, c.License, t.Now(), c.Open-limit+1)
	return c.Open - lapsed, err
}

// Close ends a session. One that is not open, or not any more, is closed already.
func (s *Service) Close(t tx.Tx, c Call) (*refusal.Refusal, error) {
	l, refused, err := s.find(t, c)
	if err != nil || refused != nil {
		return refused, err
	}
	if refused, err = s.Licenses.Admit(t, l, c.ClientID, c.Proof, true); err != nil || refused != nil {
		return refused, err
	}
	if !l.IsFloating {
		return refusal.Refuse(refusal.NamedLicense), nil
	}
	counter, session, err := s.Store.LockFor(t, c.Vendor, l.ID, c.ClientID, c.SessionID)
	if err != nil || session == nil || !session.OpenAt(t.Now()) {
		return nil, err
	}
	return nil, s.end(t, c.Vendor, counter, session, ByClient)
}

// Count tells how many sessions of a licence are open at this instant. byID also
// takes the licence's id, from those who may look licences up.
func (s *Service) Count(t tx.Tx, v ident.VendorID, presented string, byID bool) (int64, *refusal.Refusal, error) {
	l, refused, err := s.Licenses.Find(t, v, presented)
	switch {
	case err != nil || refused != nil:
		return 0, refused, err
	case l == nil || l.ByID && !byID:
		return 0, refusal.UnknownSessionKey(), nil
	case !l.IsFloating:
		return 0, refusal.Refuse(refusal.NamedLicense), nil
	}
	open, err := s.Store.OpenIn(t, v, l.ID)
	return open[l.ID], nil, err
}

// end ends an open session, with its licence's counter locked.
func (s *Service) end(t tx.Tx, v ident.VendorID, c Counter, session *Session, reason Reason) error {
	session.EndedAt, session.EndReason = t.Now(), reason
	if err := s.Store.End(t, v, session); err != nil {
		return err
	}
	c.Open--
	return s.Store.SaveCounter(t, v, c)
}

// Release ends a session for the vendor's staff.
func (s *Service) Release(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	session, err := s.Store.ByUUID(t, v, id)
	if err != nil {
		return err
	}
	if session == nil {
		return fault.Missing("session")
	}
	counter, err := s.Store.LockCounter(t, v, session.License)
	if err != nil {
		return err
	}
	// It may have ended while we waited for the counter, or just now.
	if session, err = s.Store.ByUUID(t, v, id); err != nil {
		return err
	}
	if session == nil || !session.OpenAt(t.Now()) {
		return fault.Refused("session_over", "The session has ended already.", "Nothing is left to do.")
	}
	if err := s.end(t, v, counter, session, ByRelease); err != nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "session.released", Subject: "session", ID: session.UUID, License: session.License,
		Before: map[string]string{"client_id": session.ClientID, "session_id": session.SessionID, "user_id": session.UserID},
	})
	return nil
}

// ClientReleased ends the sessions of a client that lost its activation. The
// licence is locked already, as the order of locks asks for.
func (s *Service) ClientReleased(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID string) error {
	counter, err := s.Store.LockCounter(t, v, l)
	if err != nil || counter.Open == 0 {
		return err
	}
	n, err := s.Store.EndOfClient(t, v, l, clientID, ByRelease, t.Now())
	if err != nil || n == 0 {
		return err
	}
	counter.Open -= n
	return s.Store.SaveCounter(t, v, counter)
}

const (
	tidyBatch   = 200 // licences that are looked up at once
	stepOfTidy  = 100 // sessions between two looks at the time that a portion may take
	stepsOfTidy = 10  // of one portion at most
)

// Tidy writes down the ends of sessions that have lapsed, in portions, and tells of
// how many licences. Nothing waits for it: reads and opens judge by the instant.
func (s *Service) Tidy(ctx context.Context) (int, error) {
	total := 0
	for ctx.Err() == nil {
		due, err := s.Reader.Due(ctx, s.IDs.Clock.Now(), tidyBatch)
		if err != nil {
			return total, err
		}
		for _, d := range due {
			if _, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) { return s.tidy(t, d) }); err != nil {
				return total, err
			}
			total++
		}
		if len(due) < tidyBatch {
			break
		}
	}
	return total, nil
}

// tidy does one portion of a licence.
func (s *Service) tidy(t tx.Tx, d Due) (more bool, err error) {
	c, err := s.Store.LockCounter(t, d.Vendor, d.License)
	if err != nil {
		return false, err
	}
	for range stepsOfTidy {
		if more = c.Open > 0 && !t.Now().Before(c.NextLapse); !more {
			break
		}
		var ended int64
		if ended, c.NextLapse, err = s.Store.Settle(t, d.Vendor, d.License, t.Now(), stepOfTidy); err != nil {
			return false, err
		}
		if c.Open -= ended; t.Spent() {
			break
		}
	}
	return more, s.Store.SaveCounter(t, d.Vendor, c)
}

// earlier gives the earlier of two instants; a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
