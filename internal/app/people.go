package app

import (
	"errors"

	"chancery/internal/identity"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
)

// furnishPeople makes the services of users, roles, sessions and sign-in.
func (r *Rooms) furnishPeople() error {
	passwords, err := identity.NewPasswords(r.IDs.Rand, 0, 0)
	if err != nil {
		return err
	}
	r.UserRows = identitystore.Users{DB: r.DB}
	r.RoleRows = identitystore.Roles{DB: r.DB}
	r.UserSessionRows = identitystore.Sessions{DB: r.DB}
	if r.UserSessions, err = identity.NewSessions(r.UserSessionRows, r.DB, r.IDs); err != nil {
		return err
	}
	if r.Attempts, err = identity.NewAttempts(identitystore.Attempts{}, r.DB); err != nil {
		return err
	}
	if r.Roles, err = identity.NewRoles(r.RoleRows, r.IDs); err != nil {
		return err
	}
	if r.Users, err = identity.NewUsers(identity.UsersConfig{
		Store: r.UserRows, Sessions: r.UserSessions, Passwords: passwords, IDs: r.IDs,
	}); err != nil {
		return err
	}
	r.SignIn, err = identity.NewSignIn(identity.SignInConfig{
		Users: r.UserRows, Credentials: r.UserRows, Sessions: r.UserSessions, Attempts: r.Attempts, Passwords: passwords, Runner: r.DB,
	})
	return err
}

// forgetSignIns removes sessions that have run out, and tries that nothing waits for.
func (r *Rooms) forgetSignIns(t tx.Tx) error {
	return errors.Join(r.UserSessions.Forget(t), r.Attempts.Forget(t))
}
