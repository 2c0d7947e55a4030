package wiring

import (
	"errors"
	"net/netip"
	"time"

	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/outbound"
	"chancery/internal/signin"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
)

// furnishPeople makes the services of users, roles, sessions and sign-in.
func (r *Rooms) furnishPeople(sealer *keyring.Sealer) error {
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
	factors := identitystore.Factors{DB: r.DB}
	r.Steps = identity.NewSteps(factors, r.IDs)
	if r.Factors, err = identity.NewFactors(identity.FactorsConfig{
		Store: factors, Users: r.Users, Sessions: r.UserSessions, Attempts: r.Attempts, Sealer: sealer, Runner: r.DB, IDs: r.IDs,
	}); err != nil {
		return err
	}
	if r.Links, err = identity.NewLinks(identity.LinksConfig{
		Store: identitystore.Links{DB: r.DB}, Users: r.Users, UserStore: r.UserRows, Credentials: r.UserRows, Sessions: r.UserSessions,
		Attempts: r.Attempts, Passwords: passwords, Post: letters{r}, Named: r.LicenseRows, Runner: r.DB, IDs: r.IDs, After: time.After,
	}); err != nil {
		return err
	}
	// One at a time: clients can wait, and who signs in must not.
	forClients, err := identity.NewPasswords(r.IDs.Rand, 1, 16)
	if err != nil {
		return err
	}
	if r.Licensees, err = identity.NewLicensees(identity.LicenseesConfig{
		Users: r.UserRows, Credentials: r.UserRows, Links: identitystore.Links{DB: r.DB}, Attempts: r.Attempts, Passwords: forClients,
		Runner: r.DB, Clock: r.Clock,
	}); err != nil {
		return err
	}
	r.ProviderRows = identitystore.Providers{DB: r.DB}
	r.SignIn, err = identity.NewSignIn(identity.SignInConfig{
		Users: r.UserRows, Credentials: r.UserRows, Sessions: r.UserSessions, Attempts: r.Attempts, Steps: r.Steps, Factors: r.Factors,
		Passwords: passwords, Providers: r.ProviderRows, Runner: r.DB,
	})
	if err != nil {
		return err
	}
	return r.furnishCeremonies(sealer)
}

// furnishCeremonies makes what signs in by way of a device or a provider.
func (r *Rooms) furnishCeremonies(sealer *keyring.Sealer) (err error) {
	rows := identitystore.Passkeys{DB: r.DB}
	if r.Ceremonies, err = identity.NewCeremonies(rows, sealer, r.IDs); err != nil {
		return err
	}
	r.Passkeys, err = identity.NewPasskeys(identity.PasskeysConfig{
		Store: rows, Checker: signin.Passkeys{}, Ceremonies: r.Ceremonies, Factors: r.Factors, SignIn: r.SignIn, Runner: r.DB, IDs: r.IDs,
	})
	if err != nil {
		return err
	}
	return err
}

// furnishProviders makes what signs in with OpenID providers; allow lists the
// networks that they may be in although these are not public.
func (r *Rooms) furnishProviders(allow []netip.Prefix) (err error) {
	r.Providers, err = identity.NewProviders(identity.ProvidersConfig{
		Store: r.ProviderRows, Client: signin.OpenID{Client: outbound.New(outbound.Config{Allow: allow}), Clock: r.Clock},
		Ceremonies: r.Ceremonies, Links: identitystore.Links{DB: r.DB}, SignIn: r.SignIn, Sealer: r.sealer, Runner: r.DB, IDs: r.IDs,
	})
	return err
}

// ForgetSignIns removes sessions, links and half-done sign-ins that have run out, and tries that nothing waits for.
func (r *Rooms) ForgetSignIns(t tx.Tx) error {
	return errors.Join(r.UserSessions.Forget(t), r.Attempts.Forget(t), r.Links.Forget(t), r.Steps.Forget(t), r.Ceremonies.Forget(t))
}
