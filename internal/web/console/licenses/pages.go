package licenses

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/metering"
	"chancery/internal/offline"
	"chancery/internal/owners"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads licences. What is missing is a NotFound fault.
type Rows interface { //nolint:interfacebloat // all that the pages of one licence read
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
	Tokens(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[*licensing.Token], error)
	Activations(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, past bool, r listing.Request,
	) (listing.Page[*licensing.Activation], error)
	LicenseUsers(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[licensing.User], error)

	// Denials gives the refused calls of a licence by hour and reason, the oldest first.
	Denials(ctx context.Context, v ident.VendorID, license ident.LicenseID, from time.Time) ([]licensing.Denial, error)

	// PastMonths gives the months that are over in which devices of a licence were counted, the newest first.
	PastMonths(ctx context.Context, l *licensing.License, now time.Time, limit int) ([]licensing.PastMonth, error)

	// LastRefused gives who was refused last with a licence, the newest first.
	LastRefused(ctx context.Context, v ident.VendorID, license ident.LicenseID) ([]licensing.Refused, error)

	PlacesOfLicense(ctx context.Context, v ident.VendorID, l ident.LicenseID) ([]licensing.PlaceCount, error)

	// UsageOfLicense and AnalyticalOfLicense give what its present clients reported since a day (UTC).
	UsageOfLicense(ctx context.Context, v ident.VendorID, l ident.LicenseID, p ident.ProductID, since int64) ([]licensing.Usage, error)
	AnalyticalOfLicense(ctx context.Context, v ident.VendorID, l ident.LicenseID, p ident.ProductID, since int64) ([]licensing.Analytical, error)

	// Subscription gives what an outside system says of a licence; nil where nothing was.
	Subscription(ctx context.Context, v ident.VendorID, l ident.LicenseID) (*licensing.Subscription, error)

	// LicenseID reads inside a transaction; 0 for none.
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
}

// Licenses changes licences and their clients.
type Licenses interface {
	Issue(t tx.Tx, c licensing.IssueCommand) (*licensing.License, error)
	Update(t tx.Tx, v ident.VendorID, id ident.LicenseID, c licensing.Change) (*licensing.License, error)

	// Locked gives a licence; nil when there is none.
	Locked(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error)

	// Delete deletes a licence that was never used.
	Delete(t tx.Tx, v ident.VendorID, id ident.LicenseID) error

	AddUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error
	RemoveUser(t tx.Tx, v ident.VendorID, id ident.LicenseID, user string) error

	// PendingHandOver gives the hand-over to another person that waits to be confirmed; nil
	// for none. CancelHandOver takes it back.
	PendingHandOver(ctx context.Context, l *licensing.License) (*licensing.HandOver, error)
	CancelHandOver(t tx.Tx, v ident.VendorID, id ident.LicenseID) error

	// MailAgain tells the licensee user of the licence once more.
	MailAgain(t tx.Tx, v ident.VendorID, id ident.UUID) error

	// RenewKeyOf replaces the keys of a licence in transactions of its own, and releases
	// its devices if asked to.
	RenewKeyOf(ctx context.Context, v ident.VendorID, license ident.LicenseID, c licensing.NewKey) (licensing.Deactivation, error)

	// DeactivateInPortions releases chosen or all activations of a licence in
	// transactions of its own. ResetDeactivations gives its owner the whole allowance again.
	DeactivateInPortions(ctx context.Context, c licensing.DeactivateCommand) (licensing.Deactivation, error)
	ResetDeactivations(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error)
}

// Catalog reads products and editions.
type Catalog interface {
	Products(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[catalog.Product], error)
	EditionsOf(ctx context.Context, v ident.VendorID, product *ident.UUID, r listing.Request) (listing.Page[catalog.Edition], error)
	EditionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (catalog.Edition, error)
}

// CustomerRows reads customers.
type CustomerRows interface {
	List(ctx context.Context, v ident.VendorID, f customers.Filter, r listing.Request) (listing.Page[customers.Customer], error)
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (customers.Customer, error)
}

// Customers makes customers.
type Customers interface {
	Create(t tx.Tx, v ident.VendorID, c customers.Create) (customers.Customer, error)
}

// Meters reads meters and corrects them.
type Meters interface {
	Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]metering.Reading, error)
	Adjust(t tx.Tx, c metering.AdjustCommand) (metering.Consumption, error)
	Reset(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, reason string) (metering.Consumption, error)
	Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (metering.Consumption, error)
}

// Ledger reads what meters counted.
type Ledger interface {
	Entries(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, f metering.EntryFilter, r listing.Request,
	) (listing.Page[metering.Entry], error)

	// Hours gives it by the hour, the oldest first; more tells that it does not reach back to since.
	Hours(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, since time.Time,
	) (hours []metering.Hour, more bool, err error)
}

// SessionRows reads sessions.
type SessionRows interface {
	List(
		ctx context.Context, v ident.VendorID, l ident.LicenseID, f floating.Filter, now time.Time, r listing.Request,
	) (listing.Page[floating.Session], error)
	Open(ctx context.Context, v ident.VendorID, now time.Time, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)
}

// Mails shows what is mailed of licences, and mails it again.
type Mails interface {
	// Preview is the mail that tells of a licence as it would be sent now to somebody.
	Preview(ctx context.Context, v vendors.Vendor, to string, d mailing.Data) (mailing.Body, error)

	// Of gives the newest mails about a licence.
	Of(ctx context.Context, v ident.VendorID, license ident.UUID, limit int) ([]mailing.Mail, error)
}

// Requests reads what owners ask for.
type Requests interface {
	Requests(ctx context.Context, v ident.VendorID, f owners.RequestFilter, r listing.Request) (listing.Page[owners.Request], error)
}

// FileRows reads the files that came and went.
type FileRows interface {
	Files(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.File], error)
	Copies(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.Copy], error)
}

// Files makes licence files that a person carries.
type Files interface {
	// LicenseXML gives a signed file for a client of the licence (by its token key,
	// zero for none), or why there is none.
	LicenseXML(ctx context.Context, p identity.Principal, c licensing.FileCommand) ([]byte, *refusal.Refusal, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face         *web.Face
	Rows         Rows
	Licenses     Licenses
	Catalog      Catalog
	CustomerRows CustomerRows
	Customers    Customers
	Meters       Meters
	Ledger       Ledger
	SessionRows  SessionRows
	Audit        show.History
	Mails        Mails
	Files        Files
	Requests     Requests
	FileRows     FileRows
}

// Pages are the pages of licences.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Licenses == nil || c.Catalog == nil || c.CustomerRows == nil || c.Customers == nil ||
		c.Meters == nil || c.Ledger == nil || c.SessionRows == nil || c.Audit == nil || c.Mails == nil || c.Files == nil ||
		c.Requests == nil || c.FileRows == nil {
		return nil, errors.New("licenses: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	all := make([]edge.Route, 0, 48)
	for _, part := range []func() []edge.Route{
		p.list, p.bulk, p.issue, p.overview, p.devices, p.meters, p.sessions, p.usage, p.history, p.files, p.change, p.move, p.users, p.release,
		p.deactivations, p.pendingHandOver,
		p.newKey, p.remove,
	} {
		all = append(all, part()...)
	}
	return all
}

// licence is the licence that an address names.
func (p *Pages) licence(q *web.Request) (*licensing.License, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	return p.Rows.ByUUID(q.Context(), q.VendorID(), id)
}

// licenceID is its key inside a transaction.
func (p *Pages) licenceID(t tx.Tx, q *web.Request) (ident.LicenseID, error) {
	uuid, err := q.ID("id")
	if err != nil {
		return 0, err
	}
	return p.idOf(t, q, uuid)
}

func (p *Pages) idOf(t tx.Tx, q *web.Request, uuid ident.UUID) (ident.LicenseID, error) {
	id, err := p.Rows.LicenseID(t, q.VendorID(), uuid)
	if err == nil && id == 0 {
		err = fault.Missing("license")
	}
	return id, err
}
