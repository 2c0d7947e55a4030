package prepaid

import (
	"context"
	"slices"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxReports is how many reports one call brings.
const MaxReports = 1000

// reportsAtOnce is how many devices one transaction charges.
const reportsAtOnce = 100

// Report is a device's sign of life, as its platform's gateway passes it on.
type Report struct {
	Device string    // its number, in any writing
	SaidAt time.Time // when the device says it was; nothing goes by it
	Model  string    // noted where it is another one; changes nothing
}

// Answer says whether a device may work.
type Answer struct {
	Device      string // as the report named it
	Allowed     bool
	UsableUntil time.Time // zero: it never had a paid day
	Reason      string    // why not; one of the reasons
}

// Hearing keeps when devices were heard last. It is behind by a minute at most.
type Hearing interface {
	Heard(v ident.VendorID, d ident.DeviceID, at time.Time, why Dark)
	Unknown(v ident.VendorID, key, number string, at time.Time)
}

// Reports answers devices, and charges those that report and have no time left
// (docs/rules/prepaid.md, rules 6 and 9). A device without time that is blacklisted is
// refused; nothing of a report makes a device. While the clock can't be believed, nothing is
// charged, and a device is allowed unless it was blacklisted before.
type Reports struct {
	Service *Service
	Hearing Hearing
}

// Answer answers reports, in their order. They count when they arrive.
func (r Reports) Answer(ctx context.Context, v ident.VendorID, reports []Report) ([]Answer, error) {
	keys := make([]string, len(reports))
	for i, one := range reports {
		keys[i] = entry.DeviceKey(one.Device)
	}
	found, err := r.Service.c.Reader.Found(ctx, v, slices.Compact(slices.Sorted(slices.Values(keys))))
	if err != nil {
		return nil, err
	}
	now := r.Service.c.IDs.Clock.Now()
	trusted := r.Service.trusts(now)
	if trusted {
		if err := r.charge(ctx, v, found, now); err != nil {
			return nil, err
		}
	}
	answers := make([]Answer, len(reports))
	for i, one := range reports {
		answers[i] = r.answer(v, one, keys[i], found, now)
		if f, known := found[keys[i]]; known && !trusted {
			answers[i].Allowed = f.Dark == NotDark // by what was known
		}
	}
	return answers, r.noteModels(ctx, v, reports, keys, found)
}

func (r Reports) answer(v ident.VendorID, one Report, key string, found map[string]Found, now time.Time) Answer {
	f, known := found[key]
	if !known {
		if key != "" {
			r.Hearing.Unknown(v, key, one.Device, now)
		}
		return Answer{Device: one.Device, Reason: ReasonUnknown}
	}
	a := Answer{Device: one.Device, Allowed: f.Dark == NotDark && f.UsableUntil.After(now), UsableUntil: f.UsableUntil, Reason: f.Dark.Reason()}
	r.Hearing.Heard(v, f.ID, now, f.Dark)
	return a
}

// charge charges the devices that have no time left, and notes how they stand then.
func (r Reports) charge(ctx context.Context, v ident.VendorID, found map[string]Found, now time.Time) error {
	var over []ident.DeviceID
	keyOf := map[ident.DeviceID]string{}
	for key, f := range found {
		if f.Dark == NotDark && !f.UsableUntil.After(now) {
			over = append(over, f.ID)
			keyOf[f.ID] = key
		}
	}
	slices.Sort(over)
	for some := range slices.Chunk(over, reportsAtOnce) {
		states, err := r.Service.ChargeNow(ctx, v, some)
		if err != nil {
			return err
		}
		for _, s := range states {
			f := found[keyOf[s.ID]]
			f.UsableUntil, f.Dark = s.UsableUntil, s.Dark
			found[keyOf[s.ID]] = f
		}
	}
	return nil
}

// ChargeNow charges devices that report and have no time left, and gives them as they are
// then. Those that have time by now are left as they are.
func (s *Service) ChargeNow(ctx context.Context, v ident.VendorID, ids []ident.DeviceID) (after []State, err error) {
	return after, s.c.Runner.Run(ctx, func(t tx.Tx) error {
		after, err = s.ChargeIn(t, v, ids)
		return err
	})
}

// ChargeIn is ChargeNow in the caller's transaction.
func (s *Service) ChargeIn(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) (after []State, err error) {
	ids = slices.Sorted(slices.Values(ids))
	states, err := s.c.Store.LockStates(t, v, ids)
	if err != nil || !s.trusts(t.Now()) {
		return states, err
	}
	cards, err := s.c.Store.BoundTo(t, v, ids)
	if err != nil {
		return nil, err
	}
	return states, s.work(t, v, func(d *desk) error {
		for i, was := range states {
			own := of(&cards, was.ID)
			if was.Usable(d.now) {
				continue
			}
			if states[i], err = d.charge(was, own, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteModels notes other models than were entered; a device has few of them in its life.
func (r Reports) noteModels(ctx context.Context, v ident.VendorID, reports []Report, keys []string, found map[string]Found) error {
	for i, one := range reports {
		f, known := found[keys[i]]
		said := entry.Line(one.Model)
		if !known || said == "" || said == f.Said || foldModel(said) == foldModel(f.Model) || len(said) > maxModel {
			continue
		}
		f.Said = said
		found[keys[i]] = f
		if err := r.Service.c.Runner.Run(ctx, func(t tx.Tx) error { return r.Service.c.Store.SaveModel(t, v, f.ID, f.Model, said) }); err != nil {
			return err
		}
	}
	return nil
}
