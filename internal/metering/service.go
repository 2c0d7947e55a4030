package metering

import (
	"context"
	"errors"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Config is what the service needs; all of it but Notices is required.
type Config struct {
	Store    Store
	Reader   Reader
	Licenses Licenses
	Notices  Notices   // who tells people; nil for nobody
	Runner   tx.Runner // for folding
	IDs      ident.Source
}

// Service counts consumption.
type Service struct{ c Config }

// New checks the configuration and makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Reader == nil || c.Licenses == nil || c.Runner == nil || c.IDs.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("metering: the configuration is incomplete")
	}
	return &Service{c}, nil
}

// HasMeters reports whether anything is consumed of these limitations; where not,
// nobody need ask for their meters.
func HasMeters(all []terms.Limitation) bool {
	return slices.ContainsFunc(all, terms.Limitation.IsMeter)
}

// Reading is a meter as it stands now, with its limitation.
type Reading struct {
	Limitation terms.Limitation
	Meter      Meter
}

// Consumption gives the reading in the form of an answer.
func (r Reading) Consumption() Consumption { return answerOf(r.Meter, r.Limitation, ident.UUID{}) }

// Read gives the meters of a licence with these limitations as they stand now, in
// their order, static limits left out. It reads once.
func (s *Service) Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]Reading, error) {
	stored, zone, err := s.c.Reader.Meters(ctx, v, license)
	if err != nil {
		return nil, err
	}
	now := s.c.IDs.Clock.Now()
	var all []Reading
	for _, l := range limitations {
		if !l.IsMeter() {
			continue
		}
		m := Meter{License: license, Limitation: l.ID}
		for _, k := range stored {
			if k.Limitation == l.ID {
				m = k
			}
		}
		all = append(all, Reading{l, standing(m, ruleOf(l, zone), now).under(l)})
	}
	return all, nil
}

// standing is Meter.At for who only looks: a meter that was never used is in a
// period only where the calendar says so.
func standing(m Meter, r Rule, now time.Time) Meter {
	if m.ID == 0 && (r.Reset == terms.ResetNever || r.Reset == terms.ResetDays) {
		return m
	}
	return m.At(r, now)
}

// Verify holds every meter against its ledger.
func (s *Service) Verify(ctx context.Context) ([]Mismatch, error) { return s.c.Reader.Verify(ctx) }

// lock gives a meter in the period that holds now, locked, and its vendor's zone; it
// makes a missing one.
func (s *Service) lock(t tx.Tx, v ident.VendorID, license ident.LicenseID, l terms.Limitation) (Meter, *time.Location, error) {
	m, zone, err := s.c.Store.Lock(t, v, license, l.ID)
	if err != nil {
		return Meter{}, nil, err
	}
	if m == nil {
		if zone, err = s.c.Store.Zone(t, v); err != nil {
			return Meter{}, nil, err
		}
		empty := Meter{License: license, Limitation: l.ID}.At(ruleOf(l, zone), t.Now())
		if err := s.c.Store.Make(t, v, empty); err != nil {
			return Meter{}, nil, err
		}
		if m, zone, err = s.c.Store.Lock(t, v, license, l.ID); err != nil {
			return Meter{}, nil, err
		}
		if m == nil {
			return Meter{}, nil, errors.New("metering: a meter that was just made is missing")
		}
	}
	return m.At(ruleOf(l, zone), t.Now()).under(l), zone, nil
}
