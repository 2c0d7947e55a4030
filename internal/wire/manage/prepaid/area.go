package prepaid

import (
	"context"
	"errors"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// Service carries out what people and programs ask for: see prepaid.Service.
type Service interface {
	Codes
	Cards
	Devices
	Settings
}

// Codes makes and changes licence codes, and issues their cards.
type Codes interface {
	CreateCode(t tx.Tx, by prepaid.By, c prepaid.Code) (prepaid.Code, error)
	UpdateCode(t tx.Tx, by prepaid.By, id ident.UUID, c prepaid.CodeChange) (prepaid.Code, error)
	Issue(t tx.Tx, by prepaid.By, c prepaid.IssueCommand) (prepaid.Issued, error)
}

// Cards binds, locks, sells and takes back cards.
type Cards interface {
	Bind(t tx.Tx, by prepaid.By, c prepaid.BindCommand) (prepaid.Card, prepaid.Device, error)
	BindMany(t tx.Tx, by prepaid.By, pairs []prepaid.Pair) ([]prepaid.Paired, error)
	LookAtPairs(t tx.Tx, by prepaid.By, pairs []prepaid.Pair) ([]prepaid.Paired, error)
	Unbind(t tx.Tx, by prepaid.By, number string) (prepaid.Card, error)
	SetLock(t tx.Tx, by prepaid.By, numbers []string, lock bool) ([]prepaid.Card, error)
	Sell(t tx.Tx, by prepaid.By, c prepaid.SellCommand) (prepaid.Sold, error)
	Return(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error)
	TopUp(t tx.Tx, by prepaid.By, number string, days int64) (prepaid.Card, error)
	Withdraw(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error)
}

// Devices adds devices and hands them on.
type Devices interface {
	CreateDevice(t tx.Tx, by prepaid.By, n prepaid.NewDevice) (prepaid.Device, error)
	SetModel(t tx.Tx, by prepaid.By, number, model string) (prepaid.Device, error)
	SellDevices(t tx.Tx, by prepaid.By, numbers []string, to ident.UUID) ([]prepaid.Device, error)
	TransferDevices(t tx.Tx, by prepaid.By, numbers []string, code string) ([]prepaid.Device, error)
	ReturnDevices(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Device, error)
}

// Settings changes what the vendor and its customers let happen.
type Settings interface {
	CustomerSeen(t tx.Tx, by prepaid.By, customer ident.UUID) (prepaid.Customer, error)
	SetSwitches(t tx.Tx, by prepaid.By, customer ident.UUID, change prepaid.SwitchChange) (prepaid.Customer, error)
	SetGrace(t tx.Tx, by prepaid.By, days int64) error
}

// Rows reads what the lists show. What is missing, or not in a holder's sight, is nil.
type Rows interface {
	VendorRows
	CardRows
	DeviceRows
	RecordRows
}

// VendorRows reads a vendor's licence codes, settings and customers.
type VendorRows interface {
	CodesOf(ctx context.Context, v ident.VendorID) ([]prepaid.Code, error)
	SettingsOf(ctx context.Context, v ident.VendorID) (prepaid.Settings, error)
	CustomerOf(ctx context.Context, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error)
	LowOf(ctx context.Context, v ident.VendorID, c prepaid.Customer, at time.Time) (prepaid.LowNow, error)
	IsBelow(ctx context.Context, v ident.VendorID, customer, superior ident.CustomerID) (bool, error)
}

// CardRows reads cards and the orders they were issued by.
type CardRows interface {
	OrderOf(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.Order, error)
	Cards(ctx context.Context, v ident.VendorID, f prepaid.CardFilter, r listing.Request) (listing.Page[prepaid.CardView], error)
	CardByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.CardView, error)
	CardsOf(ctx context.Context, v ident.VendorID, d ident.DeviceID, h prepaid.Holder) ([]prepaid.CardView, error)
}

// DeviceRows reads devices.
type DeviceRows interface {
	Devices(ctx context.Context, v ident.VendorID, f prepaid.DeviceFilter, r listing.Request) (listing.Page[prepaid.DeviceView], error)
	DeviceByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.DeviceView, error)
	Unknown(ctx context.Context, v ident.VendorID) ([]prepaid.Unknown, error)
}

// RecordRows reads what has happened, and figures.
type RecordRows interface {
	Transfers(ctx context.Context, v ident.VendorID, f prepaid.TransferFilter, r listing.Request) (listing.Page[prepaid.TransferView], error)
	Deductions(ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, r listing.Request) (listing.Page[prepaid.DeductionView], error)
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
	Figures(ctx context.Context, v ident.VendorID, h prepaid.Holder, today int64) (prepaid.Statistics, []prepaid.Forecast, error)
	SeenSince(ctx context.Context, v ident.VendorID, customer, superior ident.CustomerID) (time.Time, error)
	Statement(ctx context.Context, v ident.VendorID, holder ident.CustomerID, first, last int64) ([]prepaid.StatementLine, error)
}

// Reports answers devices.
type Reports interface {
	Answer(ctx context.Context, v ident.VendorID, reports []prepaid.Report) ([]prepaid.Answer, error)
}

// Owners tells for which customers the user of an access token acts.
type Owners interface {
	Now(t tx.Tx, vendor ident.VendorID, user ident.UserID) (owners.Reach, error)
}

// OwnerRows is the same outside of transactions.
type OwnerRows interface {
	ByUser(ctx context.Context, v ident.VendorID, user ident.UserID) (owners.Reach, error)
}

// Config is what the area needs; all of it is required.
type Config struct {
	Clock     ident.Clock
	Prepaid   Service
	Rows      Rows
	Reports   Reports
	Owners    Owners
	OwnerRows OwnerRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil || c.Prepaid == nil || c.Rows == nil || c.Reports == nil || c.Owners == nil || c.OwnerRows == nil {
		return nil, errors.New("prepaid: the configuration is incomplete")
	}
	return &Area{c}, nil
}

const group = "Prepaid"

// Names of queries and columns that several lists have.
const (
	licenseCodeName = "license_code"
	customerIDName  = "customer_id"
)

// Operations are the area's lines of the API's table: each for the vendor's keys, and
// nearly all of them for access tokens, too.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	staff, own := a.all(m, a.staffDoor()), a.all(m, a.ownDoor())
	for i := range staff {
		if !slices.Contains(forStaff, staff[i].ID) {
			staff[i].Own = &own[i]
		}
	}
	return staff
}

// forStaff are the operations that are the vendor's alone.
var forStaff = []string{ //nolint:gochecknoglobals // a list
	"create-license-code", "update-license-code", "issue-cards", "top-up-card", "withdraw-cards", "create-prepaid-device",
	"update-prepaid-device", "report-devices", "list-unknown-devices", "get-prepaid-settings", "update-prepaid-settings",
}

func (a *Area) all(m *operation.Maker, d door) []operation.Operation {
	return slices.Concat(
		a.codes(m, d), a.cards(m, d), a.acts(m, d), a.devices(m, d), a.reports(m), a.records(m, d), a.figures(m, d), a.statements(m, d), a.settings(m, d),
	)
}
