package wiring

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	prepaidstore "chancery/internal/store/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

// furnishPrepaid makes the room of prepaid device licences.
func (r *Rooms) furnishPrepaid() (err error) {
	r.PrepaidRows = prepaidstore.Store{DB: r.DB}
	r.Steady = ident.NewSteady(r.Clock.Real, nil)
	r.presence = prepaid.NewPresence(r.Watch, r.PrepaidRows, r.PrepaidRows)
	if r.Prepaid, err = prepaid.New(prepaid.Config{
		Store: r.PrepaidRows, Reader: r.PrepaidRows, Machines: pairs.PrepaidMachines{Devices: r.machines}, Runner: r.DB, IDs: r.IDs,
		Trust: trust{r.Steady, r.Clock}, Presence: r.presence, Notices: CardMails{r.Mails},
	}); err != nil {
		return err
	}
	r.PrepaidRun = prepaid.NewRun(r.Prepaid)
	r.Hearings = prepaidstore.NewHearings(r.DB, r.log)
	r.Reports = prepaid.Reports{Service: r.Prepaid, Hearing: r.Hearings}
	return nil
}

// trust says whether the clock of the rules can be believed: the steps of a test clock are
// no leaps.
type trust struct {
	steady *ident.Steady
	clock  *ident.AheadClock
}

// Trusts implements prepaid.Trust. The instant was read a while ago: the test clock may have
// been moved since.
func (t trust) Trusts(now time.Time) bool {
	return t.steady.Leapt(now.Add(-t.clock.Ahead())) == 0 || t.steady.Leapt(now.Add(-t.clock.Before())) == 0
}

// FollowConfirmation believes a clock that has leapt once an operator has confirmed it,
// from whichever program. It tells how far the clock has leapt, 0 for not at all.
func (r *Rooms) FollowConfirmation(ctx context.Context) (time.Duration, error) {
	leapt := r.Steady.Reading()
	if leapt == 0 {
		return 0, nil
	}
	at, err := r.PrepaidRows.ClockConfirmed(ctx)
	if err != nil || at.IsZero() || r.Clock.Real.Now().Sub(at).Abs() > ident.MostLeap {
		return leapt, err
	}
	r.Steady.Confirm()
	return 0, nil
}

// ConfirmClock says that the time which the clock shows now is right, to all copies of the server.
func (r *Rooms) ConfirmClock(ctx context.Context) (at time.Time, err error) {
	at = r.Clock.Real.Now()
	return at, r.DB.Run(ctx, func(t tx.Tx) error { return r.PrepaidRows.ConfirmClock(t, at) })
}
