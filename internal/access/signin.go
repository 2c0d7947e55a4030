package access

import (
	"context"
	"errors"

	"chancery/internal/budget"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// SignInConfig is what the service needs.
type SignInConfig struct {
	People    People
	Sessions  *Sessions
	Attempts  *Attempts
	Steps     *Steps
	Factors   *Factors
	Passwords *Passwords
	Providers ProviderSettings
	Runner    tx.Runner
}

// SignIn signs users in. Whatever is wrong with address or password has one
// answer, which takes as long.
type SignIn struct{ c SignInConfig }

// NewSignIn makes the service.
func NewSignIn(c SignInConfig) (*SignIn, error) {
	if c.People == nil || c.Sessions == nil || c.Attempts == nil || c.Steps == nil || c.Factors == nil ||
		c.Passwords == nil || c.Providers == nil || c.Runner == nil {
		return nil, errors.New("access: SignIn needs everything in its Config")
	}
	return &SignIn{c}, nil
}

// Visit is the browser, or the program, that somebody comes with.
type Visit struct {
	Face Face // where they sign in

	// Networks is what tries are counted for (budget.Networks of the address).
	// Address is what the list of sessions shows.
	Networks  []budget.Network
	Address   string
	UserAgent string
	Browser   string // a secret of the browser's own, which it keeps from one sign-in to the next; empty for none
	Token     string // of the session the browser had, if any; it ends with a sign-in
}

// places are where an account may have been signed in to before: the browser, and
// the address (of IPv6 its /64).
func (v Visit) places() []string {
	var all []string
	if v.Browser != "" {
		all = append(all, "browser "+v.Browser)
	}
	if len(v.Networks) > 0 && v.Networks[0].Prefix.IsValid() {
		all = append(all, "network "+v.Networks[0].Prefix.String())
	}
	return all
}

// beginning is what a session begins with on this visit.
func (v Visit) beginning(m Method, second bool) Beginning {
	return Beginning{
		Face: v.Face, Address: v.Address, UserAgent: v.UserAgent, Method: m, SecondFactor: second, Replaces: v.Token, Places: v.places(),
	}
}

// SignedIn is a sign-in that succeeded, or the first half of one.
type SignedIn struct {
	Token   string // for the cookie; nobody can show it again. Empty while a second factor is due
	Session Session

	// Step is set while a second factor is due: SecondFactor takes it with what
	// the authenticator app shows.
	Step   string
	Person Person
}

// Due reports whether a second factor is due.
func (s SignedIn) Due() bool { return s.Step != "" }

// Password signs in with an e-mail address and a password.
func (s *SignIn) Password(ctx context.Context, vendor ident.VendorID, email, password string, v Visit) (SignedIn, error) {
	email, _ = entry.Address(email)
	tried, err := s.c.Attempts.begin(ctx, vendor, try{kind: "account", email: email, limit: accountLimit, from: v})
	if err != nil {
		return SignedIn{}, err
	}
	hash, old, err := s.check(ctx, vendor, email, password)
	if err != nil {
		if fault.Is(err, "sign_in_failed") {
			return SignedIn{}, err
		}
		return SignedIn{}, errors.Join(err, s.c.Attempts.undo(ctx, vendor, tried))
	}
	fresh := ""
	if old {
		if fresh, err = s.c.Passwords.Hash(ctx, password); err != nil {
			fresh = "" // the server is busy: another time
		}
	}
	return s.begin(ctx, vendor, email, hash, fresh, tried, v)
}

// check verifies the password and gives the hash that it was checked against, and
// whether that is old (Passwords.Verify).
func (s *SignIn) check(ctx context.Context, vendor ident.VendorID, email, password string) (hash string, old bool, err error) {
	if len(password) > MaxPassword {
		password = "" // it is nobody's, and takes as long
	}
	if hash, err = s.c.People.PasswordOf(ctx, vendor, email); err != nil {
		return "", false, err
	}
	right, old, err := s.c.Passwords.Verify(ctx, hash, password)
	if err != nil {
		return "", false, err
	}
	if !right {
		return "", false, errSignInFailed()
	}
	return hash, old, nil
}

// begin looks again under the lock: the user may have been disabled, and the
// password changed, while it was checked. fresh is a new hash of it; "" for none.
func (s *SignIn) begin(ctx context.Context, vendor ident.VendorID, email, hash, fresh string, tried []counted, v Visit) (SignedIn, error) {
	var result SignedIn
	var refused error
	err := s.c.Runner.Run(ctx, func(t tx.Tx) error {
		result, refused = SignedIn{}, nil
		person, now, found, err := s.c.People.GetByEmail(t, vendor, email)
		if err != nil {
			return err
		}
		if !found || person.DisabledAt != nil || now != hash {
			refused = errSignInFailed()
			return nil
		}
		if fresh != "" {
			if err := s.c.People.Rehash(t, vendor, person.ID, fresh); err != nil {
				return err
			}
		}
		if err := s.c.Attempts.succeeded(t, vendor, tried); err != nil {
			return err
		}
		if refused = admitted(person, v.Face); refused != nil {
			return nil
		}
		if refused, err = s.elsewhere(t, vendor, person); refused != nil || err != nil {
			return err
		}
		if person.SecondFactor() {
			step, err := s.c.Steps.Begin(t, vendor, StepSecondFactor, person.ID)
			result = SignedIn{Step: step, Person: person}
			return err
		}
		result, err = s.Enter(t, vendor, person, v.beginning(ByPassword, false))
		return err
	})
	if err == nil {
		err = refused
	}
	return result, err
}

// Enter begins the session of a user whose sign-in was proved, and records it.
func (s *SignIn) Enter(t tx.Tx, vendor ident.VendorID, person Person, b Beginning) (SignedIn, error) {
	if err := admitted(person, b.Face); err != nil {
		return SignedIn{}, err
	}
	token, session, err := s.c.Sessions.Begin(t, vendor, person, b)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.c.People.SignedIn(t, vendor, person.ID, t.Now()); err != nil {
		return SignedIn{}, err
	}
	if err := s.c.Attempts.remember(t, vendor, person.Email, b.Places); err != nil {
		return SignedIn{}, err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "user.signed_in", Subject: asUser, ID: person.UUID, By: person.actor(),
		After: map[string]any{"email": person.Email, "method": b.Method, "second_factor": b.SecondFactor},
	})
	return SignedIn{Token: token, Session: session, Person: person}, nil
}

// admitted refuses whom a face is not for. It is said only to who has proved to be them.
func admitted(p Person, face Face) error {
	if face == Console && !p.IsStaff {
		return &fault.Error{
			Kind: fault.Unauthenticated, Code: "not_staff", Message: "The console is for the vendor's staff.",
			Help: "Sign in to the licensing dashboard with the same address and password.",
		}
	}
	return nil
}

func errSignInFailed() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "sign_in_failed", Message: "The e-mail address or the password is wrong.",
		Help: "Try again, or recover the password.",
	}
}
