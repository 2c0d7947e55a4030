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
	trusted, err := r.take(ctx, v, found, now)
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(reports))
	for i, one := range reports {
		f, known := found[keys[i]]
		answers[i] = answer(one, f, known)
	}
	if !trusted {
		return answers, nil
	}
	for i, one := range reports {
		if _, known := found[keys[i]]; !known && keys[i] != "" {
			r.Hearing.Unknown(v, keys[i], one.Device, now)
		}
	}
	return answers, r.noteModels(ctx, v, reports, keys, found)
}

// answer goes by what is known of a device. One that is not blacklisted has been charged if
// it had no time left, or can't be while the clock is not believed: it is allowed.
func answer(one Report, f Found, known bool) Answer {
	if !known {
		return Answer{Device: one.Device, Reason: ReasonUnknown}
	}
	return Answer{Device: one.Device, Allowed: f.Dark == NotDark, UsableUntil: f.UsableUntil, Reason: f.Dark.Reason()}
}

// take charges devices that report and have no time left, and notes when they were heard: by
// a clock that can be believed, since what is noted later than now would stay. It tells
// whether the clock could be believed all the time.
func (r Reports) take(ctx context.Context, v ident.VendorID, found map[string]Found, now time.Time) (trusted bool, err error) {
	if !r.Service.trusts(now) {
		return false, nil
	}
	if trusted, err = r.charge(ctx, v, found, now); err != nil || !trusted {
		return false, err
	}
	for _, f := range found {
		r.Hearing.Heard(v, f.ID, now, f.Dark)
	}
	return true, nil
}

// charge charges the devices that have no time left, and notes how they stand then. It tells
// whether the clock could be believed all the time.
func (r Reports) charge(ctx context.Context, v ident.VendorID, found map[string]Found, now time.Time) (trusted bool, err error) {
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
		states, trusted, err := r.Service.ChargeNow(ctx, v, some)
		if err != nil || !trusted {
			return false, err
		}
		for _, s := range states {
			f := found[keyOf[s.ID]]
			f.UsableUntil, f.Dark = s.UsableUntil, s.Dark
			found[keyOf[s.ID]] = f
		}
	}
	return true, nil
}

// ChargeNow charges devices that report and have no time left, and gives them as they are
// then. Those that have time by now are left as they are. trusted is false, and nothing is
// charged, where the clock can't be believed.
func (s *Service) ChargeNow(ctx context.Context, v ident.VendorID, ids []ident.DeviceID) (after []State, trusted bool, err error) {
	err = s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		after, trusted, err = s.ChargeIn(t, v, ids)
		return err
	})
	return after, trusted, err
}

// ChargeIn is ChargeNow in the caller's transaction.
func (s *Service) ChargeIn(t tx.Tx, v ident.VendorID, ids []ident.DeviceID) (states []State, trusted bool, err error) {
	ids = slices.Sorted(slices.Values(ids))
	if states, err = s.c.Store.LockStates(t, v, ids); err != nil {
		return nil, false, err
	}
	cards, err := s.c.Store.BoundTo(t, v, ids)
	if err != nil {
		return nil, false, err
	}
	err = s.work(t, v, func(d *desk) (err error) {
		if trusted = d.trusted; !trusted {
			return nil
		}
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
	return states, trusted, err
}

// noteModels notes other models than were entered: of each device that which it said last.
// A device has few of them in its life.
func (r Reports) noteModels(ctx context.Context, v ident.VendorID, reports []Report, keys []string, found map[string]Found) error {
	said := map[ident.DeviceID]string{}
	for i, one := range reports {
		f, known := found[keys[i]]
		if model := entry.Line(one.Model); known && model != "" && len(model) <= maxModel && foldModel(model) != foldModel(f.Model) {
			said[f.ID] = model
		}
	}
	for _, f := range found {
		if said[f.ID] == f.Said {
			delete(said, f.ID)
		}
	}
	if len(said) == 0 {
		return nil
	}
	return r.Service.c.Runner.Run(ctx, func(t tx.Tx) error { return r.Service.c.Store.SaveSaidModels(t, v, said) })
}
