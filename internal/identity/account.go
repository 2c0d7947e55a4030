package identity

import (
	"context"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

// ChangePassword sets the password of whoever is signed in, who gives the
// present one too, and ends all other sessions. Failed tries are
// counted for the session: what others try elsewhere hinders nobody who is signed in.
func (s *SignIn) ChangePassword(ctx context.Context, by Principal, own Session, present, next string) error {
	if err := CheckPassword("password", next, own.User); err != nil {
		return err
	}
	tried, err := s.c.Attempts.begin(ctx, by.Vendor, try{kind: "account", limit: accountLimit, session: own.UUID})
	if err != nil {
		return err
	}
	hash, err := s.check(ctx, by.Vendor, own.User.Email, present)
	if fault.Is(err, "sign_in_failed") {
		return fault.Wrong(fault.Field{Name: "present", Message: "is not your password"})
	}
	var fresh string
	if err == nil {
		fresh, err = s.c.Passwords.Hash(ctx, next)
	}
	if err != nil {
		return errors.Join(err, s.c.Attempts.undo(ctx, by.Vendor, tried))
	}
	return s.c.Runner.Run(ctx, func(t tx.Tx) error {
		user, now, found, err := s.c.Users.Get(t, by.Vendor, own.User.UUID)
		if err != nil {
			return err
		}
		if !found || user.DisabledAt != nil || now != hash {
			return errSignedOut()
		}
		if err := s.c.Attempts.succeeded(t, by.Vendor, tried); err != nil {
			return err
		}
		if err := s.c.Users.SetPassword(t, by.Vendor, user.ID, fresh); err != nil {
			return err
		}
		t.Journal(tx.Entry{Vendor: by.Vendor, Action: "user.password_changed", Subject: asUser, ID: user.UUID})
		return s.c.Sessions.EndOthers(t, by.Vendor, user.ID, own.ID)
	})
}

// Confirm makes sure that who is signed in is still who signed in: it was a moment
// ago, or they give the password. Failed tries are counted for the session.
func (s *SignIn) Confirm(ctx context.Context, by Principal, own Session, password string) error {
	if own.Fresh(s.c.Sessions.ids.Clock.Now()) {
		return nil
	}
	if !own.User.HasPassword {
		return fault.Refused("sign_in_again", "This takes a sign-in of the last ten minutes.", "Sign out, sign in again, and try again.")
	}
	tried, err := s.c.Attempts.begin(ctx, by.Vendor, try{kind: "account", limit: accountLimit, session: own.UUID})
	if err != nil {
		return err
	}
	_, err = s.check(ctx, by.Vendor, own.User.Email, password)
	if fault.Is(err, "sign_in_failed") {
		return fault.Wrong(fault.Field{Name: "password", Message: "is not your password"})
	}
	return errors.Join(err, s.c.Attempts.undo(ctx, by.Vendor, tried))
}

// RenameSelf changes one's own name, which takes no permission over others.
func (u *Users) RenameSelf(t tx.Tx, by Principal, name string) (User, error) {
	by.Permissions = AllPermissions() // of oneself one may change what is one's own
	return u.Rename(t, by, by.ID, name)
}
