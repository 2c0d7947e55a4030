package wiring

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"chancery/internal/access"
	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/devices"
	"chancery/internal/edge"
	"chancery/internal/erasure"
	"chancery/internal/figures"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/imports"
	"chancery/internal/keyring"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/metering"
	"chancery/internal/observe"
	"chancery/internal/outbox"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/recheck"
	"chancery/internal/setup"
	"chancery/internal/store"
	accessstore "chancery/internal/store/access"
	auditstore "chancery/internal/store/audit"
	catalogstore "chancery/internal/store/catalog"
	customerstore "chancery/internal/store/customers"
	erasurestore "chancery/internal/store/erasure"
	figurestore "chancery/internal/store/figures"
	floatingstore "chancery/internal/store/floating"
	identitystore "chancery/internal/store/identity"
	importstore "chancery/internal/store/imports"
	keyringstore "chancery/internal/store/keyring"
	licensestore "chancery/internal/store/licensing"
	mailstore "chancery/internal/store/mailing"
	meterstore "chancery/internal/store/metering"
	observestore "chancery/internal/store/observe"
	offlinestore "chancery/internal/store/offline"
	outboxstore "chancery/internal/store/outbox"
	ownerstore "chancery/internal/store/owners"
	prepaidstore "chancery/internal/store/prepaid"
	vendorstore "chancery/internal/store/vendors"
	"chancery/internal/testclock"
	"chancery/internal/vendors"
	"chancery/internal/wiring/pairs"
)

// Storage says where the data is.
type Storage struct {
	Dir string // data directory of the embedded engine
	URL string // postgres://...; empty for the embedded engine

	// MasterKey is keys in base64, the newest first; empty to read MasterKeyFile.
	MasterKey     string
	MasterKeyFile string // empty for master.key in Dir

	// Clock is the machine's when nil, led by the database's on PostgreSQL.
	Clock ident.Clock

	// PasswordCost is what hashing a password takes. No flag and no variable sets it:
	// tests take a small one, and its zero value is the full cost.
	PasswordCost access.Cost

	// Hold is how long one transaction may keep the writer. A server's is bounded;
	// commands, which nobody waits behind, take as long as they take.
	Hold time.Duration
}

// Config is the storage as the store opens it.
func (s Storage) Config(log *slog.Logger, clock ident.Clock) store.Config {
	return store.Config{URL: s.URL, Dir: s.Dir, Clock: clock, Log: log, Hold: s.Hold}
}

// Rooms is everything behind the doors, on one database. The server and the
// subcommands share it.
type Rooms struct {
	DB      *store.DB
	Clock   *ident.AheadClock // that all rules go by; ahead of the real time where it is a test clock
	IDs     ident.Source
	Watch   *recheck.Watch
	Changes edge.Changes

	Vendors         *vendors.Service
	VendorRows      vendorstore.Store
	Hosts           *vendors.Hosts
	Keyring         *keyring.Keyring
	Users           *identity.Users
	UserRows        identitystore.Users
	Roles           *identity.Roles
	RoleRows        identitystore.Roles
	UserSessions    *access.Sessions
	UserSessionRows accessstore.Sessions
	Attempts        *access.Attempts
	SignIn          *access.SignIn
	Ceremonies      *access.Ceremonies
	Passkeys        *access.Passkeys
	ProviderRows    accessstore.Providers
	Providers       *access.Providers
	Links           *access.Links
	Addresses       *access.Addresses
	Licensees       *access.Licensees
	Steps           *access.Steps
	Factors         *access.Factors
	APIKeys         *identity.APIKeys
	APIKeyRows      identitystore.APIKeys
	Authenticator   *identity.Authenticator
	AccessTokens    *identity.AccessTokens
	AccessTokenRows identitystore.AccessTokens

	LicenseSubscriptions *licensing.Subscriptions
	Licenses             *licensing.Service
	LicenseRows          *licensestore.Store
	Pulses               *licensestore.Pulses
	Meters               *metering.Service
	Usage                *metering.Usage
	MeterRows            meterstore.Store
	Sessions             *floating.Service
	SessionRows          floatingstore.Store
	Catalog              *catalog.Service
	CatalogRows          catalogstore.Store
	Customers            *customers.Service
	CustomerRows         customerstore.Store
	AuditRows            auditstore.Store
	Subscriptions        *outbox.Service
	OutboxRows           outboxstore.Store
	Incoming             *outbox.IncomingService
	Figures              *figures.Service
	FigureRows           figurestore.Store
	Mails                *mailing.Service
	MailRows             mailstore.Store
	Imports              *imports.Service
	ImportRows           importstore.Store
	Owners               *owners.Service
	OwnerRows            ownerstore.Store
	Requests             *owners.Requests
	Erasures             *erasure.Service
	ErasureRows          erasurestore.Store

	OfflineRows offlinestore.Store
	Prepaid     *prepaid.Service
	PrepaidRun  *prepaid.Run
	PrepaidRows prepaidstore.Store
	Reports     prepaid.Reports // of prepaid devices
	Hearings    *prepaidstore.Hearings
	Steady      *ident.Steady // whether the machine's clock has leapt

	ObservedRows  observestore.Store
	ObservedLists *observestore.Lists
	Intake        *observe.Intake
	Folding       *observe.Folding
	Keeping       *observe.Keeping

	TestClock *testclock.Service

	MasterKeys string                // the file that they are read from; "" when they are in the environment
	Following  *store.FollowingClock // nil unless the clock follows the database's

	machines     *devices.Service
	presence     *prepaid.Presence
	log          *slog.Logger
	sealer       *keyring.Sealer
	passwordCost access.Cost
	publicURL    *url.URL // for links; nil when it is not known
	following    following
}

// OpenRooms opens the database, whose schema must be there, and puts the rooms on it.
func OpenRooms(ctx context.Context, s Storage, log *slog.Logger) (_ *Rooms, err error) {
	r := &Rooms{Clock: &ident.AheadClock{Real: s.Clock}, log: log, passwordCost: s.PasswordCost}
	if s.Clock == nil && s.URL != "" {
		r.Following = store.NewFollowingClock(ident.SystemClock{})
		r.Clock.Real = r.Following
	} else if s.Clock == nil {
		r.Clock.Real = ident.SystemClock{}
	}
	r.IDs = ident.Source{Clock: r.Clock, Rand: rand.Reader}
	if r.DB, err = store.Open(ctx, s.Config(log, r.Clock)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.DB.Close())
		}
	}()
	if r.Following != nil {
		if err := r.Following.Measure(ctx, r.DB); err != nil {
			return nil, err
		}
	}
	if err := r.furnishTestClock(ctx); err != nil {
		return nil, err
	}
	sealer, file, err := s.masterKeys(ctx, keyringstore.Store{DB: r.DB})
	if err != nil {
		return nil, err
	}
	r.MasterKeys = file
	r.Watch = recheck.NewWatch(r.Clock.Real, r.DB.ChangeCount)
	r.Changes = edge.Changes{Runner: r.DB, Answers: store.Answers{Sealer: sealer}, Log: auditstore.Store{DB: r.DB}}
	if err := r.furnish(sealer); err != nil {
		return nil, err
	}
	if err := r.Keyring.Check(ctx); err != nil {
		_ = errors.Join(r.Pulses.Close(), r.Hearings.Close()) // nothing waits in them
		r.following.stop()
		return nil, setup.Wrong("The master key does not open the keys in this database: give the master key that it was made with.", err)
	}
	return r, nil
}

// furnish makes the services and gives each its store.
func (r *Rooms) furnish(sealer *keyring.Sealer) (err error) {
	r.VendorRows, r.OfflineRows = vendorstore.Store{DB: r.DB}, offlinestore.Store{DB: r.DB}
	if r.Keyring, err = keyring.New(keyring.Config{Store: keyringstore.Store{DB: r.DB}, Sealer: sealer, Watch: r.Watch}); err != nil {
		return err
	}
	r.APIKeyRows = identitystore.APIKeys{DB: r.DB}
	if r.APIKeys, err = identity.NewAPIKeys(r.APIKeyRows, r.IDs); err != nil {
		return err
	}
	if r.Authenticator, err = identity.NewAuthenticator(r.Watch, r.APIKeyRows); err != nil {
		return err
	}
	r.AccessTokenRows = identitystore.AccessTokens{DB: r.DB}
	if r.AccessTokens, err = identity.NewAccessTokens(r.AccessTokenRows, r.DB, r.IDs); err != nil {
		return err
	}
	r.sealer = sealer
	r.ErasureRows = erasurestore.Store{DB: r.DB, Audit: auditstore.Store{DB: r.DB}}
	if r.Erasures, err = erasure.New(erasure.Config{Store: r.ErasureRows, Runner: r.DB, IDs: r.IDs}); err != nil {
		return err
	}
	if err := r.furnishLicences(sealer); err != nil {
		return err
	}
	if err := r.furnishObserved(); err != nil {
		return err
	}
	if r.Vendors, err = vendors.New(vendors.Config{
		Store: r.VendorRows, Reader: r.VendorRows, Runner: r.DB, IDs: r.IDs, Days: []vendors.Days{r.Licenses, r.Catalog, r.machines},
		Locations: r.LicenseRows,
	}); err != nil {
		return err
	}
	if r.Hosts, err = r.NewVendorHosts(Site{}, nil); err != nil {
		return err
	}
	r.OwnerRows = ownerstore.Store{DB: r.DB, Licenses: r.LicenseRows, Meters: r.MeterRows}
	if r.Owners, err = owners.New(r.OwnerRows); err != nil {
		return err
	}
	if r.Requests, err = owners.NewRequests(owners.RequestsConfig{
		Store: r.OwnerRows, Owners: r.Owners, Licenses: pairs.RequestedLicenses{Licenses: r.Licenses}, Post: requestMails{r}, IDs: r.IDs,
	}); err != nil {
		return err
	}
	return r.furnishPeople(sealer)
}

// ReachOutside tells the rooms where the server is reached, for links, and which networks
// OpenID providers may be in although these are not of the public internet. A server
// does it once, before anybody signs in; commands do without.
func (r *Rooms) ReachOutside(public *url.URL, allow []netip.Prefix) error {
	r.publicURL = public
	return r.furnishProviders(allow)
}

// Close writes the heartbeats and last reports that wait, and closes the database.
func (r *Rooms) Close() error {
	r.following.stop()
	return errors.Join(r.Pulses.Close(), r.Hearings.Close(), r.DB.Close())
}
