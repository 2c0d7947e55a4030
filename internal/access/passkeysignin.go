package access

import (
	"context"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Ask begins a sign-in with a passkey and nothing else.
func (p *Passkeys) Ask(ctx context.Context, vendor ident.VendorID, site Site) (token string, err error) {
	var state passkeyState
	if state.Options, state.State, err = p.c.Checker.Ask(site, Person{}, nil); err != nil {
		return "", err
	}
	return p.begin(ctx, vendor, UsePasskey, 0, state)
}

// AskConfirm begins the second half of a sign-in whose password was right; step is
// what Password gave.
func (p *Passkeys) AskConfirm(ctx context.Context, vendor ident.VendorID, site Site, step string) (token string, err error) {
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		half, err := p.c.SignIn.c.Steps.Look(t, vendor, StepSecondFactor, step)
		if err != nil {
			return err
		}
		person, found, err := p.c.SignIn.c.People.GetByID(t, vendor, half.User)
		if err != nil {
			return err
		}
		if !found || !person.HasPasskey {
			return errStep()
		}
		have, err := p.c.Store.PasskeysOf(t, vendor, person.ID)
		if err != nil {
			return err
		}
		var state passkeyState
		if state.Options, state.State, err = p.c.Checker.Ask(site, person, have); err != nil {
			return err
		}
		token, err = p.c.Ceremonies.begin(t, vendor, ConfirmPasskey, person.ID, state)
		return err
	})
	return token, err
}

// Offered reports whether the second half of a sign-in can be a passkey, and
// whether it can be a code of an app.
func (p *Passkeys) Offered(ctx context.Context, vendor ident.VendorID, step string) (passkey, app bool, err error) {
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		half, err := p.c.SignIn.c.Steps.Look(t, vendor, StepSecondFactor, step)
		if err != nil {
			return err
		}
		person, _, err := p.c.SignIn.c.People.GetByID(t, vendor, half.User)
		passkey, app = person.HasPasskey, person.HasTOTP
		return err
	})
	return passkey, app, err
}

// SignIn signs in with what a passkey answered to Ask. Whatever is wrong has one
// answer; only who holds the key learns that it is suspect. Tries are not counted:
// nobody guesses a signature, and a count would let neighbours lock each other out.
func (p *Passkeys) SignIn(ctx context.Context, vendor ident.VendorID, site Site, token string, answer []byte, v Visit) (SignedIn, error) {
	return p.enter(ctx, vendor, site, UsePasskey, token, answer, func(t tx.Tx, person Person, _ Ceremony) (SignedIn, error) {
		return p.c.SignIn.Enter(t, vendor, person, v.beginning(ByPasskey, true))
	})
}

// Confirm finishes a sign-in whose password was right. Tries are not counted here
// either.
func (p *Passkeys) Confirm(ctx context.Context, vendor ident.VendorID, site Site, step, token string, answer []byte, v Visit) (SignedIn, error) {
	return p.enter(ctx, vendor, site, ConfirmPasskey, token, answer, func(t tx.Tx, person Person, one Ceremony) (SignedIn, error) {
		half, err := p.c.SignIn.c.Steps.Look(t, vendor, StepSecondFactor, step)
		if err != nil {
			return SignedIn{}, err
		}
		if half.User != person.ID || one.User != person.ID {
			return SignedIn{}, errPasskey()
		}
		if err := p.c.SignIn.c.Steps.End(t, vendor, step); err != nil {
			return SignedIn{}, err
		}
		return p.c.SignIn.Enter(t, vendor, person, v.beginning(ByPassword, true))
	})
}

// enter ends the ceremony, checks the answer, and lets the user in. A ceremony that is
// stored is over whatever comes of it, so it is taken in a transaction of its own.
func (p *Passkeys) enter(
	ctx context.Context, vendor ident.VendorID, site Site, kind CeremonyKind, token string, answer []byte,
	in func(t tx.Tx, person Person, one Ceremony) (SignedIn, error),
) (SignedIn, error) {
	var one Ceremony
	var state passkeyState
	var stale error
	err := p.c.Runner.Run(ctx, func(t tx.Tx) error {
		state, stale = passkeyState{}, nil
		var err error
		if one, err = p.c.Ceremonies.take(t, vendor, kind, token, &state); fault.Is(err, "sign_in_stale") {
			stale, err = err, nil
		}
		return err
	})
	if err == nil {
		err = stale
	}
	if err != nil {
		return SignedIn{}, err
	}
	credential, err := p.c.Checker.Named(answer)
	if err != nil {
		return SignedIn{}, errPasskey().WithCause(err)
	}
	var result SignedIn
	var refused error
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		result, refused = SignedIn{}, nil
		key, person, err := p.find(t, vendor, credential)
		if err != nil {
			return err
		}
		after, suspect, err := p.c.Checker.Check(site, person, key, state.State, answer)
		if err != nil {
			return errPasskey().WithCause(err)
		}
		now := t.Now()
		if suspect || key.SuspectAt != nil {
			refused = errSuspect()
			return p.suspect(t, vendor, person, key)
		}
		if refused, err = p.c.SignIn.elsewhere(t, vendor, person); refused != nil || err != nil {
			return err
		}
		if err := p.c.Ceremonies.spend(t, vendor, token, one); err != nil {
			return err
		}
		after.UsedAt = &now
		if err := p.c.Store.SetPasskey(t, vendor, after); err != nil {
			return err
		}
		result, err = in(t, person, one)
		return err
	})
	if err == nil {
		err = refused
	}
	return result, err
}

// find locks the person, below whose lock passkeys change, and then reads the key.
func (p *Passkeys) find(t tx.Tx, vendor ident.VendorID, credential []byte) (Passkey, Person, error) {
	key, found, err := p.c.Store.Passkey(t, vendor, credential)
	if err != nil || !found {
		return Passkey{}, Person{}, errors.Join(err, refusedUnless(found))
	}
	people := p.c.SignIn.c.People
	person, found, err := people.GetByID(t, vendor, key.User)
	if err != nil || !found {
		return Passkey{}, Person{}, errors.Join(err, refusedUnless(found))
	}
	if person, _, found, err = people.Get(t, vendor, person.UUID); err != nil || !found || person.DisabledAt != nil {
		return Passkey{}, Person{}, errors.Join(err, refusedUnless(found && person.DisabledAt == nil))
	}
	key, found, err = p.c.Store.Passkey(t, vendor, credential)
	return key, person, errors.Join(err, refusedUnless(found))
}

func refusedUnless(ok bool) error {
	if ok {
		return nil
	}
	return errPasskey()
}

// suspect keeps that a key's counter went back, once.
func (p *Passkeys) suspect(t tx.Tx, vendor ident.VendorID, person Person, key Passkey) error {
	if key.SuspectAt != nil {
		return nil
	}
	now := t.Now()
	key.SuspectAt = &now
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "user.passkey_suspect", Subject: asUser, ID: person.UUID, By: person.actor(), After: map[string]string{"name": key.Name},
	})
	return p.c.Store.SetPasskey(t, vendor, key)
}
