package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Failures is what was tried in vain for one subject.
type Failures struct {
	Count       int
	LastAt      time.Time
	LockedUntil time.Time
}

// Limit says how many tries are free, and how long the next ones wait: Wait
// after the last free one, twice as long after each further one, at most Most.
// After Forget without a try all is forgotten.
type Limit struct {
	Free       int
	Wait, Most time.Duration
	Forget     time.Duration
}

// The limits of a sign-in. The account's is low, because its password is what
// is guessed; the address's is higher, because offices share one, and bounds who
// tries one password on many accounts.
var (
	accountLimit = Limit{Free: 10, Wait: time.Minute, Most: 15 * time.Minute, Forget: 24 * time.Hour} //nolint:gochecknoglobals // as if const
	addressLimit = Limit{Free: 50, Wait: time.Minute, Most: time.Hour, Forget: 24 * time.Hour}        //nolint:gochecknoglobals // likewise
)

// forgotLimit bounds how many recovery links one account is sent.
var forgotLimit = Limit{Free: 4, Wait: 15 * time.Minute, Most: time.Hour, Forget: time.Hour} //nolint:gochecknoglobals // likewise

// decideAttempt counts a try before its outcome is known, so that many at once
// can't slip through: wait is zero when it may go on, and after is then what to
// store. A try that succeeds is taken back.
func decideAttempt(f Failures, l Limit, now time.Time) (after Failures, wait time.Duration) {
	if now.Before(f.LockedUntil) {
		return f, f.LockedUntil.Sub(now)
	}
	if now.Sub(f.LastAt) >= l.Forget {
		f = Failures{}
	}
	f.Count++
	f.LastAt = now
	if over := f.Count - l.Free; over >= 0 {
		f.LockedUntil = now.Add(min(l.Wait<<min(over, 20), l.Most))
	}
	return f, 0
}

// takeBack undoes the counting of a try.
func takeBack(f Failures, l Limit) Failures {
	f.Count = max(f.Count-1, 0)
	if f.Count < l.Free {
		f.LockedUntil = time.Time{}
	}
	return f
}

// Subject is a hash of what tries are counted for.
type Subject [sha256.Size]byte

// subject names what is tried: kinds never meet.
func subject(kind, name string) Subject { return sha256.Sum256([]byte(kind + "\x00" + name)) }

// AttemptStore keeps what was tried in vain, for all copies of the server.
type AttemptStore interface {
	// Failures locks the subject's row, made if needed, until the transaction ends.
	Failures(t tx.Tx, vendor ident.VendorID, s Subject) (Failures, error)

	// SetFailures stores f.
	SetFailures(t tx.Tx, vendor ident.VendorID, s Subject, f Failures) error

	// ForgetFailures removes those that were last tried before an instant.
	ForgetFailures(t tx.Tx, before time.Time) error
}

// Attempts counts tries.
type Attempts struct {
	store  AttemptStore
	runner tx.Runner
}

// NewAttempts makes the service.
func NewAttempts(s AttemptStore, r tx.Runner) (*Attempts, error) {
	if s == nil || r == nil {
		return nil, errors.New("identity: Attempts needs a store and a runner")
	}
	return &Attempts{store: s, runner: r}, nil
}

// counted is one subject and its limit.
type counted struct {
	subject Subject
	limit   Limit
}

// begin counts a try for all of these, or for none when one must wait. They are
// locked in the order given, which is the same for all callers: account, address.
func (a *Attempts) begin(ctx context.Context, vendor ident.VendorID, all []counted) error {
	var wait time.Duration
	err := a.runner.Run(ctx, func(t tx.Tx) error {
		wait = 0
		after := make([]Failures, len(all))
		for i, c := range all {
			f, err := a.store.Failures(t, vendor, c.subject)
			if err != nil {
				return err
			}
			var w time.Duration
			after[i], w = decideAttempt(f, c.limit, t.Now())
			wait = max(wait, w)
		}
		if wait > 0 {
			return nil
		}
		for i, c := range all {
			if err := a.store.SetFailures(t, vendor, c.subject, after[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && wait > 0 {
		err = errLockedOut(wait)
	}
	return err
}

// succeeded forgets the failures of the first, the account, and takes this try
// back from the others: signing in at an account of one's own must not clear
// an address.
func (a *Attempts) succeeded(t tx.Tx, vendor ident.VendorID, all []counted) error {
	for i, c := range all {
		f, err := a.store.Failures(t, vendor, c.subject)
		if err != nil {
			return err
		}
		if f = takeBack(f, c.limit); i == 0 {
			f = Failures{LastAt: t.Now()}
		}
		if err := a.store.SetFailures(t, vendor, c.subject, f); err != nil {
			return err
		}
	}
	return nil
}

// clear forgets the failures of one subject.
func (a *Attempts) clear(t tx.Tx, vendor ident.VendorID, s Subject) error {
	if _, err := a.store.Failures(t, vendor, s); err != nil { // the lock
		return err
	}
	return a.store.SetFailures(t, vendor, s, Failures{LastAt: t.Now()})
}

// undo takes a try back that was not judged, because the server could not.
func (a *Attempts) undo(ctx context.Context, vendor ident.VendorID, all []counted) error {
	return a.runner.Run(context.WithoutCancel(ctx), func(t tx.Tx) error {
		for _, c := range all {
			f, err := a.store.Failures(t, vendor, c.subject)
			if err != nil {
				return err
			}
			if err := a.store.SetFailures(t, vendor, c.subject, takeBack(f, c.limit)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget removes what is too old to matter: periodic work.
func (a *Attempts) Forget(t tx.Tx) error {
	return a.store.ForgetFailures(t, t.Now().Add(-max(accountLimit.Forget, addressLimit.Forget)))
}

func errLockedOut(wait time.Duration) *fault.Error {
	return &fault.Error{
		Kind: fault.Throttled, Code: "locked_out", Message: "There were too many tries for this account or from this address.",
		Help: "Wait before the next try, or recover the password.", RetryAfter: max(wait, time.Second),
	}
}
