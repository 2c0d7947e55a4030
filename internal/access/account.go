package access

import (
	"context"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// ChangePassword sets the password of whoever is signed in, who gives the
// present one too, and ends all other sessions. Failed tries are
// counted for the session: what others try elsewhere hinders nobody who is signed in.
func (s *SignIn) ChangePassword(ctx context.Context, vendor ident.VendorID, own Session, present, next string) error {
	if err := CheckPassword("password", next, own.Person); err != nil {
		return err
	}
	tried, err := s.c.Attempts.begin(ctx, vendor, try{kind: "account", limit: accountLimit, session: own.UUID})
	if err != nil {
		return err
	}
	hash, _, err := s.check(ctx, vendor, own.Person.Email, present)
	if fault.Is(err, "sign_in_failed") {
		return fault.Wrong(fault.Field{Name: "present", Message: "is not your password"})
	}
	var fresh string
	if err == nil {
		fresh, err = s.c.Passwords.Hash(ctx, next)
	}
	if err != nil {
		return errors.Join(err, s.c.Attempts.undo(ctx, vendor, tried))
	}
	return s.c.Runner.Run(ctx, func(t tx.Tx) error {
		person, now, found, err := s.c.People.Get(t, vendor, own.Person.UUID)
		if err != nil {
			return err
		}
		if !found || person.DisabledAt != nil || now != hash {
			return errSignedOut()
		}
		if err := s.c.Attempts.succeeded(t, vendor, tried); err != nil {
			return err
		}
		if err := s.c.People.SetPassword(t, vendor, person.ID, fresh); err != nil {
			return err
		}
		t.Journal(tx.Entry{Vendor: vendor, Action: "user.password_changed", Subject: asUser, ID: person.UUID})
		return s.c.Sessions.EndOthers(t, vendor, person.ID, own.ID)
	})
}

// Prove makes sure that who is signed in is who signed in, whenever that was: they give
// the password; who has none a code of the authenticator app, or else has just signed in.
// Failed tries are counted for the session.
func (s *SignIn) Prove(ctx context.Context, vendor ident.VendorID, own Session, proof Proof) error {
	if !own.Person.HasPassword && !own.Person.HasTOTP {
		return s.Confirm(ctx, vendor, own, "")
	}
	tried, err := s.c.Attempts.begin(ctx, vendor, try{kind: "account", limit: accountLimit, session: own.UUID})
	if err != nil {
		return err
	}
	if own.Person.HasPassword {
		_, _, err = s.check(ctx, vendor, own.Person.Email, proof.Password)
		if fault.Is(err, "sign_in_failed") {
			return fault.Wrong(fault.Field{Name: "password", Message: "is not your password"})
		}
		return errors.Join(err, s.c.Attempts.undo(ctx, vendor, tried))
	}
	right := false
	err = s.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		right, err = s.c.Factors.check(t, vendor, own.Person, proof.Code)
		return err
	})
	if err == nil && !right {
		return fault.Wrong(fault.Field{Name: "code", Message: "is not right, or was used before"})
	}
	return errors.Join(err, s.c.Attempts.undo(ctx, vendor, tried))
}

// Confirm makes sure that who is signed in is still who signed in: it was a moment
// ago, or they give the password. Failed tries are counted for the session.
func (s *SignIn) Confirm(ctx context.Context, vendor ident.VendorID, own Session, password string) error {
	if own.Fresh(s.c.Sessions.ids.Clock.Now()) {
		return nil
	}
	if !own.Person.HasPassword {
		return fault.Refused("sign_in_again", "This takes a sign-in of the last ten minutes.", "Sign out, sign in again, and try again.")
	}
	tried, err := s.c.Attempts.begin(ctx, vendor, try{kind: "account", limit: accountLimit, session: own.UUID})
	if err != nil {
		return err
	}
	_, _, err = s.check(ctx, vendor, own.Person.Email, password)
	if fault.Is(err, "sign_in_failed") {
		return fault.Wrong(fault.Field{Name: "password", Message: "is not your password"})
	}
	return errors.Join(err, s.c.Attempts.undo(ctx, vendor, tried))
}
