package access

import (
	"context"
	"errors"
	"slices"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// PasskeysConfig is what the service needs.
type PasskeysConfig struct {
	Store      PasskeyStore
	Checker    PasskeyChecker
	Ceremonies *Ceremonies
	Factors    *Factors
	SignIn     *SignIn
	Runner     tx.Runner
	IDs        ident.Source
}

// Passkeys makes passkeys, and signs in with them: alone, where the authenticator
// has seen to it who uses it, or as the second half of a sign-in.
type Passkeys struct{ c PasskeysConfig }

// NewPasskeys makes the service.
func NewPasskeys(c PasskeysConfig) (*Passkeys, error) {
	if c.Store == nil || c.Checker == nil || c.Ceremonies == nil || c.Factors == nil || c.SignIn == nil || c.Runner == nil || c.IDs.Rand == nil {
		return nil, errors.New("access: Passkeys needs everything in its Config")
	}
	return &Passkeys{c}, nil
}

// passkeyState is what must be known when the browser comes back.
type passkeyState struct {
	Name    string `json:"name,omitempty"`
	Options []byte `json:"options"` // what the browser's authenticator is asked
	State   []byte `json:"state"`   // the checker's own
}

// Of lists one's own passkeys.
func (p *Passkeys) Of(ctx context.Context, vendor ident.VendorID, own Person) ([]Passkey, error) {
	return p.c.Store.Passkeys(ctx, vendor, own.ID)
}

// Begin begins a new passkey of one's own and gives the token for the browser. Who
// has not just signed in gives the password too: an unattended browser must not be
// enough to come back for ever.
func (p *Passkeys) Begin(ctx context.Context, vendor ident.VendorID, own Session, site Site, name, password string) (token string, err error) {
	var wrong fault.Fields
	name = entry.Name(&wrong, "name", name, "", 1, 100)
	if err := wrong.Err(); err != nil {
		return "", err
	}
	if err := p.c.SignIn.Confirm(ctx, vendor, own, password); err != nil {
		return "", err
	}
	have, err := p.c.Store.Passkeys(ctx, vendor, own.Person.ID)
	if err != nil {
		return "", err
	}
	if len(have) >= maxPasskeys {
		return "", fault.Refused("too_many_passkeys", "You have 20 passkeys, and more are not kept.", "Remove one that you do not use.")
	}
	state := passkeyState{Name: name}
	if state.Options, state.State, err = p.c.Checker.Make(site, own.Person, have); err != nil {
		return "", err
	}
	return p.begin(ctx, vendor, MakePasskey, own.Person.ID, state)
}

func (p *Passkeys) begin(ctx context.Context, vendor ident.VendorID, kind CeremonyKind, user ident.UserID, state passkeyState) (token string, err error) {
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		token, err = p.c.Ceremonies.begin(t, vendor, kind, user, state)
		return err
	})
	return token, err
}

// Options gives what the browser's authenticator is to be asked.
func (p *Passkeys) Options(ctx context.Context, vendor ident.VendorID, kind CeremonyKind, token string) (options []byte, err error) {
	err = p.c.Runner.Run(ctx, func(t tx.Tx) error {
		var state passkeyState
		_, err := p.c.Ceremonies.look(t, vendor, kind, token, &state)
		options = state.Options
		return err
	})
	return options, err
}

// Make ends what Begin began. The first second factor comes with recovery codes,
// which nobody can show again; all other sessions end with it.
func (p *Passkeys) Make(t tx.Tx, vendor ident.VendorID, own Session, site Site, token string, answer []byte) (codes []string, err error) {
	var state passkeyState
	one, err := p.c.Ceremonies.take(t, vendor, MakePasskey, token, &state)
	if err != nil {
		return nil, again(err)
	}
	if one.User != own.Person.ID {
		return nil, again(errStep())
	}
	// The lock: what the user's second factors are is decided below it.
	person, _, found, err := p.c.SignIn.c.People.Get(t, vendor, own.Person.UUID)
	if err != nil || !found {
		return nil, errors.Join(err, missing(found))
	}
	k, err := p.c.Checker.Made(site, person, state.State, answer)
	if err != nil {
		return nil, &fault.Error{
			Kind: fault.Unprocessable, Code: "passkey_not_made", Message: "The passkey could not be made: what the browser answered is not right.",
			Help: "Begin again.", Cause: err,
		}
	}
	k.UUID, k.User, k.Name, k.CreatedAt = p.c.IDs.V7(), person.ID, state.Name, t.Now()
	inserted, err := p.c.Store.InsertPasskey(t, vendor, k)
	if err != nil {
		return nil, err
	}
	if !inserted {
		return nil, fault.Refused("passkey_exists", "This passkey is known already.", "Use another device.")
	}
	if !person.SecondFactor() {
		if codes, err = p.c.Factors.newCodes(t, vendor, person.ID); err != nil {
			return nil, err
		}
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.passkey_added", Subject: asUser, ID: person.UUID, After: map[string]string{"name": k.Name}})
	return codes, p.c.Factors.c.Sessions.EndOthers(t, vendor, person.ID, own.ID)
}

// again is a stale ceremony told to somebody who is signed in.
func again(err error) error {
	if !fault.Is(err, "sign_in_stale") {
		return err
	}
	return fault.Refused("passkey_stale", "This has taken too long, or was finished already.", "Begin again.")
}

func missing(found bool) error {
	if found {
		return nil
	}
	return fault.Missing(asUser)
}

// Remove takes one of one's own passkeys away. With the last second factor the
// recovery codes go too.
func (p *Passkeys) Remove(ctx context.Context, vendor ident.VendorID, own Session, uuid ident.UUID, password string) error {
	if err := p.c.SignIn.Confirm(ctx, vendor, own, password); err != nil {
		return err
	}
	return p.c.Runner.Run(ctx, func(t tx.Tx) error {
		person, _, found, err := p.c.SignIn.c.People.Get(t, vendor, own.Person.UUID)
		if err != nil || !found {
			return errors.Join(err, missing(found))
		}
		have, err := p.c.Store.PasskeysOf(t, vendor, person.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(have, func(k Passkey) bool { return k.UUID == uuid })
		if at < 0 {
			return fault.Missing("passkey")
		}
		if _, err := p.c.Store.DeletePasskey(t, vendor, person.ID, uuid); err != nil {
			return err
		}
		if len(have) == 1 && !person.HasTOTP {
			if err := p.c.Factors.c.Store.SetCodes(t, vendor, person.ID, nil); err != nil {
				return err
			}
		}
		t.Journal(tx.Entry{Vendor: vendor, Action: "user.passkey_removed", Subject: asUser, ID: person.UUID, Before: map[string]string{"name": have[at].Name}})
		return nil
	})
}
