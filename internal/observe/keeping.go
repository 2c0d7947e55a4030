package observe

import (
	"context"
	"errors"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// KeepingConfig is what the service needs.
type KeepingConfig struct {
	Store  KeepingStore
	Runner tx.Runner
	Clock  ident.Clock
}

// Keeping deletes events that are older than a vendor keeps them, and nothing else
// (docs/rules/observed.md, rule 11): what is counted of them stays.
type Keeping struct{ c KeepingConfig }

// NewKeeping makes the service.
func NewKeeping(c KeepingConfig) (*Keeping, error) {
	if c.Store == nil || c.Runner == nil || c.Clock == nil {
		return nil, errors.New("observe: Keeping needs a store, a runner and a clock")
	}
	return &Keeping{c}, nil
}

// Set stores what a vendor has decided.
func (k *Keeping) Set(t tx.Tx, v ident.VendorID, s Settings) error {
	var wrong fault.Fields
	wrong.Check(s.RetentionDays >= LeastRetention && s.RetentionDays <= MostRetention, "retention_days", "must be between 30 and 3650")
	if err := wrong.Err(); err != nil {
		return err
	}
	before, err := k.c.Store.SettingsIn(t, v)
	if err != nil || before == s {
		return err
	}
	t.Journal(tx.Entry{Vendor: v, Action: "observe_settings.updated", Subject: "vendor", Before: settingsRecord(before), After: settingsRecord(s)})
	return k.c.Store.SetSettings(t, v, s)
}

type settingsRecord struct {
	RetentionDays int64 `json:"retention_days"`
	KnownOnly     bool  `json:"known_products_only"`
}

// Round deletes what no vendor keeps any more, and tells how many portions that took.
func (k *Keeping) Round(ctx context.Context) (portions int, err error) {
	vendors, err := k.c.Store.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	for _, v := range vendors {
		n, e := k.vendor(ctx, v)
		portions += n
		err = errors.Join(err, e)
	}
	return portions, err
}

// underWay is how long a call may be under way that was judged before an instant was decided.
const underWay = time.Minute

// vendor deletes what one vendor no longer keeps. First no older events are taken; what was
// taken before is counted by the time of the next round, which deletes. Events that the window
// has not passed yet stay, however far the figures are behind, and the ids of deleted ones stay
// for as long as a repeat could be accepted: an event may say that it is of a time ahead.
func (k *Keeping) vendor(ctx context.Context, v ident.VendorID) (portions int, err error) {
	settings, err := k.c.Store.Settings(ctx, v)
	if err != nil {
		return 0, err
	}
	state, err := k.c.Store.State(ctx, v)
	if err != nil || state.AsOf == 0 || state.Rebuild.Phase != NoRebuild {
		return 0, err
	}
	now := k.c.Clock.Now()
	if next := KeptFrom(settings, state, now); next > state.KeptFrom {
		if err := k.c.Runner.Run(ctx, func(t tx.Tx) error { return k.c.Store.KeepFrom(t, v, next, now) }); err != nil {
			return 0, err
		}
	}
	from := state.KeptFrom
	if state.AsOf <= state.KeptSince+underWay.Milliseconds() {
		return 0, nil
	}
	for _, portion := range []func(t tx.Tx) (bool, error){
		func(t tx.Tx) (bool, error) { return k.c.Store.Strip(t, v, SlotOf(from)) },
		func(t tx.Tx) (bool, error) { return k.c.Store.Drop(t, v, SlotOf(from-Ahead.Milliseconds())) },
		func(t tx.Tx) (bool, error) { return k.c.Store.Tidy(t, v, from) },
	} {
		n, err := tx.Portions(ctx, k.c.Runner, portion)
		if portions += n - 1; err != nil {
			return portions, err
		}
	}
	return portions, nil
}

// KeptFrom gives from when on events are kept as of now: whole slots, never earlier than
// was deleted already, in Unix milliseconds.
func KeptFrom(s Settings, state State, now time.Time) int64 {
	at := min(now.UnixMilli(), state.AsOf) - s.RetentionDays*24*time.Hour.Milliseconds()
	return max(state.KeptFrom, SlotOf(at)*SlotTime.Milliseconds())
}

// Oldest is the oldest time that an item may have that is received now.
func Oldest(s Settings, state State, now time.Time) time.Time {
	at := now.Add(-time.Duration(s.RetentionDays) * 24 * time.Hour)
	if kept := time.UnixMilli(state.KeptFrom); state.KeptFrom != 0 && kept.After(at) {
		at = kept
	}
	return at
}
