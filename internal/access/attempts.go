package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"chancery/internal/budget"
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

// accountLimit is low, because an account's password is what is guessed.
var accountLimit = Limit{Free: 10, Wait: time.Minute, Most: 15 * time.Minute, Forget: 24 * time.Hour} //nolint:gochecknoglobals // as if const

// networkLimit bounds who tries one password on many accounts. It is higher, because
// offices share an address. A /48 of IPv6, which one site has, counts as an address of
// IPv4 does, and each narrower network within it less.
func networkLimit(n budget.Network) Limit {
	l := Limit{Free: 50, Wait: time.Minute, Most: time.Hour, Forget: 24 * time.Hour}
	switch six := n.Prefix.Addr().Is6(); {
	case six && n.Width == budget.Host:
		l.Free = 25
	case six && n.Width == budget.Site:
		l.Free = 35
	case !six && n.Width == budget.Block:
		l.Free = 100
	}
	return l
}

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

	// Known reports whether somebody has signed in at a place that is remembered.
	Known(t tx.Tx, vendor ident.VendorID, place Subject) (bool, error)

	// Remember keeps a place until an instant.
	Remember(t tx.Tx, vendor ident.VendorID, place Subject, until time.Time) error

	// ForgetPlaces removes those that were remembered until before an instant.
	ForgetPlaces(t tx.Tx, before time.Time) error
}

// rememberFor is how long it is remembered where an account was signed in to.
const rememberFor = 180 * 24 * time.Hour

// Attempts counts tries. Whoever tries an account at a place where it was signed in
// to before, a browser or an address, is counted there alone: what others try
// elsewhere locks nobody out. All others are counted together, for the account and
// for the networks that they come from.
type Attempts struct {
	store  AttemptStore
	runner tx.Runner
}

// NewAttempts makes the service.
func NewAttempts(s AttemptStore, r tx.Runner) (*Attempts, error) {
	if s == nil || r == nil {
		return nil, errors.New("access: Attempts needs a store and a runner")
	}
	return &Attempts{store: s, runner: r}, nil
}

// try is what is to be counted: that something (kind) was tried on an account.
type try struct {
	kind  string
	email string
	limit Limit // of the account, and of a place
	from  Visit

	// session is where somebody is signed in already: the try is counted there alone.
	session ident.UUID
}

// at is what it is counted for at a place where the account is known.
func (y try) at(place string) Subject { return subject(y.kind+" at", y.email+"\x00"+place) }

// counted is one subject that a try was counted for, and its limit. What is own
// belongs to the account: a try that succeeds clears it.
type counted struct {
	subject Subject
	limit   Limit
	own     bool
}

// placeOf names a place of an account that is remembered.
func placeOf(email, place string) Subject { return subject("place", email+"\x00"+place) }

// begin counts a try before its outcome is known, and gives what it was counted for.
// A try that must wait leaves nothing in the database, whatever it names.
func (a *Attempts) begin(ctx context.Context, vendor ident.VendorID, y try) (all []counted, err error) {
	err = a.runner.Run(ctx, func(t tx.Tx) (err error) {
		if all, err = a.subjects(t, vendor, y); err != nil {
			return err
		}
		var wait time.Duration
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
			return errLockedOut(wait)
		}
		for i, c := range all {
			if err := a.store.SetFailures(t, vendor, c.subject, after[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// subjects gives what a try is counted for, in the order in which all callers lock
// them: networks, the widest first, then the account.
func (a *Attempts) subjects(t tx.Tx, vendor ident.VendorID, y try) ([]counted, error) {
	if !y.session.IsZero() {
		return []counted{{subject(y.kind+" in session", y.session.String()), y.limit, true}}, nil
	}
	for _, place := range y.from.places() {
		known, err := a.store.Known(t, vendor, placeOf(y.email, place))
		if err != nil {
			return nil, err
		}
		if known {
			return []counted{{y.at(place), y.limit, true}}, nil
		}
	}
	all := make([]counted, 0, len(y.from.Networks)+1)
	for _, n := range slices.Backward(y.from.Networks) {
		all = append(all, counted{subject(y.kind+" from", n.Prefix.String()), networkLimit(n), false})
	}
	return append(all, counted{subject(y.kind, y.email), y.limit, true}), nil
}

// succeeded forgets the failures of the account, and takes this try back from the
// networks: signing in at an account of one's own must not clear an address.
func (a *Attempts) succeeded(t tx.Tx, vendor ident.VendorID, all []counted) error {
	for _, c := range all {
		f, err := a.store.Failures(t, vendor, c.subject)
		if err != nil {
			return err
		}
		if f = takeBack(f, c.limit); c.own {
			f = Failures{LastAt: t.Now()}
		}
		if err := a.store.SetFailures(t, vendor, c.subject, f); err != nil {
			return err
		}
	}
	return nil
}

// remember keeps where an account was signed in to, with all that it takes.
func (a *Attempts) remember(t tx.Tx, vendor ident.VendorID, email string, places []string) error {
	for _, place := range places {
		if err := a.store.Remember(t, vendor, placeOf(email, place), t.Now().Add(rememberFor)); err != nil {
			return err
		}
	}
	return nil
}

// clear forgets the failures of an account, and those of the places that it is tried
// from.
func (a *Attempts) clear(t tx.Tx, vendor ident.VendorID, y try) error {
	all := []Subject{subject(y.kind, y.email)}
	for _, place := range y.from.places() {
		known, err := a.store.Known(t, vendor, placeOf(y.email, place))
		if err != nil {
			return err
		}
		if known {
			all = append(all, y.at(place))
		}
	}
	for _, s := range all {
		if _, err := a.store.Failures(t, vendor, s); err != nil { // the lock
			return err
		}
		if err := a.store.SetFailures(t, vendor, s, Failures{LastAt: t.Now()}); err != nil {
			return err
		}
	}
	return nil
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
	return errors.Join(a.store.ForgetFailures(t, t.Now().Add(-accountLimit.Forget)), a.store.ForgetPlaces(t, t.Now()))
}

func errLockedOut(wait time.Duration) *fault.Error {
	return &fault.Error{
		Kind: fault.Throttled, Code: "locked_out", Message: "There were too many tries for this account, or from this address or its neighbours.",
		Help: "Wait before the next try, or recover the password.", RetryAfter: max(wait, time.Second),
	}
}
