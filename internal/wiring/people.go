package wiring

import (
	"errors"
	"net/netip"
	"time"

	"chancery/internal/access"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/outbound"
	"chancery/internal/signin"
	accessstore "chancery/internal/store/access"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
	"chancery/internal/wiring/pairs"
)

// furnishPeople makes the services of users, roles, sessions and sign-in.
func (r *Rooms) furnishPeople(sealer *keyring.Sealer) error {
	passwords, err := access.NewPasswords(access.PasswordsConfig{Rand: r.IDs.Rand, Cost: r.passwordCost})
	if err != nil {
		return err
	}
	r.UserRows = identitystore.Users{DB: r.DB}
	r.RoleRows = identitystore.Roles{DB: r.DB}
	r.UserSessionRows = accessstore.Sessions{DB: r.DB}
	if r.UserSessions, err = access.NewSessions(r.UserSessionRows, r.DB, r.IDs); err != nil {
		return err
	}
	if r.Attempts, err = access.NewAttempts(accessstore.Attempts{}, r.DB); err != nil {
		return err
	}
	if r.Roles, err = identity.NewRoles(r.RoleRows, r.IDs); err != nil {
		return err
	}
	factors := accessstore.Factors{DB: r.DB}
	r.Steps = access.NewSteps(factors, r.IDs)
	if r.Factors, err = access.NewFactors(access.FactorsConfig{
		Store: factors, Sessions: r.UserSessions, Attempts: r.Attempts, Sealer: sealer, Runner: r.DB, IDs: r.IDs, Real: r.Clock.Real,
	}); err != nil {
		return err
	}
	people := accessstore.People{DB: r.DB}
	if r.Users, err = identity.NewUsers(identity.UsersConfig{
		Store: r.UserRows, Proofs: pairs.UserProofs{Passwords: passwords, People: people, Factors: r.Factors, Sessions: r.UserSessions}, IDs: r.IDs,
	}); err != nil {
		return err
	}
	if r.Links, err = access.NewLinks(access.LinksConfig{
		Store: accessstore.Links{DB: r.DB}, People: people, Newcomers: r.Users, Sessions: r.UserSessions,
		Attempts: r.Attempts, Passwords: passwords, Post: letters{r}, Named: r.LicenseRows, Runner: r.DB, IDs: r.IDs, After: time.After,
	}); err != nil {
		return err
	}
	// One at a time: clients can wait, and who signs in must not.
	forClients, err := access.NewPasswords(access.PasswordsConfig{Rand: r.IDs.Rand, AtOnce: 1, Queue: 16, Cost: r.passwordCost})
	if err != nil {
		return err
	}
	if r.Licensees, err = access.NewLicensees(access.LicenseesConfig{
		People: people, Links: accessstore.Links{DB: r.DB}, Attempts: r.Attempts, Passwords: forClients,
		Runner: r.DB, Clock: r.Clock,
	}); err != nil {
		return err
	}
	r.ProviderRows = accessstore.Providers{DB: r.DB}
	if r.SignIn, err = access.NewSignIn(access.SignInConfig{
		People: people, Sessions: r.UserSessions, Attempts: r.Attempts, Steps: r.Steps, Factors: r.Factors,
		Passwords: passwords, Providers: r.ProviderRows, Runner: r.DB,
	}); err != nil {
		return err
	}
	if r.Addresses, err = access.NewAddresses(access.AddressesConfig{
		Store: accessstore.Links{DB: r.DB}, People: people, SignIn: r.SignIn, Attempts: r.Attempts, Post: letters{r}, Moves: r.Licenses,
		Runner: r.DB, IDs: r.IDs,
	}); err != nil {
		return err
	}
	return r.furnishCeremonies(sealer)
}

// furnishCeremonies makes what signs in by way of a device or a provider.
func (r *Rooms) furnishCeremonies(sealer *keyring.Sealer) (err error) {
	rows := accessstore.Passkeys{DB: r.DB}
	if r.Ceremonies, err = access.NewCeremonies(rows, sealer, r.IDs); err != nil {
		return err
	}
	r.Passkeys, err = access.NewPasskeys(access.PasskeysConfig{
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
	r.Providers, err = access.NewProviders(access.ProvidersConfig{
		Store: r.ProviderRows, Client: signin.OpenID{Client: outbound.New(outbound.Config{Allow: allow}), Clock: r.Clock.Real},
		Ceremonies: r.Ceremonies, Links: accessstore.Links{DB: r.DB}, SignIn: r.SignIn, Sealer: r.sealer, Runner: r.DB, IDs: r.IDs,
	})
	return err
}

// Invitations invites users and licensees.
func (r *Rooms) Invitations() pairs.Invitations {
	return pairs.Invitations{Users: r.Users, Links: r.Links, Addresses: r.Addresses}
}

// CustomerPeople manages the people of customers.
func (r *Rooms) CustomerPeople() pairs.CustomerPeople {
	return pairs.CustomerPeople{Service: r.Owners, Users: r.Users, Links: r.Links, Mails: r.Mails}
}

// HandOvers hands licences to other people.
func (r *Rooms) HandOvers() pairs.HandOvers {
	return pairs.HandOvers{Service: r.Licenses, Owners: r.Owners, Users: r.Users, Links: r.Links, SignIn: r.SignIn, Post: handOverMails{r}, Runner: r.DB}
}

// ForgetSignIns removes sessions, links and half-done sign-ins that have run out, and tries that nothing waits for.
func (r *Rooms) ForgetSignIns(t tx.Tx) error {
	return errors.Join(r.UserSessions.Forget(t), r.Attempts.Forget(t), r.Links.Forget(t), r.Licenses.ForgetHandOvers(t), r.Steps.Forget(t),
		r.Ceremonies.Forget(t))
}
