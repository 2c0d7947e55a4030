package ident

import (
	"database/sql/driver"
	"strconv"
	"strings"
)

// VendorID is the tenant that a piece of data belongs to. Its number can't be
// made from a literal by accident: store functions that take a VendorID can
// only be reached with one that came from a principal or from the store itself.
type VendorID struct{ n int64 }

// VendorOf makes a VendorID from its number. Only those who have established
// who is calling (the principal) or who read it from the database may call it;
// internal/arch holds the list.
func VendorOf(n int64) VendorID { return VendorID{n} }

// Int64 gives the number for SQL.
func (v VendorID) Int64() int64 { return v.n }

// IsZero reports whether v names no vendor.
func (v VendorID) IsZero() bool { return v.n == 0 }

// Value implements driver.Valuer.
func (v VendorID) Value() (driver.Value, error) { return v.n, nil }

// boundMark stands in a purpose before what Bind adds.
const boundMark = "\x01"

// Bind adds the vendor, and what else tells the row, to the purpose that a sealed
// value is bound to: nobody who writes to the database can pass it off in another row.
func (v VendorID) Bind(purpose string, row ...string) string {
	return purpose + boundMark + strconv.FormatInt(v.n, 10) + "\x00" + strings.Join(row, "\x00")
}

// Unbound gives a purpose without what Bind added.
func Unbound(purpose string) string {
	if at := strings.LastIndex(purpose, boundMark); at >= 0 {
		return purpose[:at]
	}
	return purpose
}

// Keys inside the database. They never leave the server: outside, things are
// known by UUID.
//
//nolint:revive // one comment is enough for all of them
type (
	ProductID    int64
	EditionID    int64
	CustomerID   int64
	LicenseID    int64
	TokenID      int64
	DeviceID     int64
	ActivationID int64
	UserID       int64
	KeyID        int64 // an API key
	SigningKeyID int64
	RoleID       int64 // a role of a vendor's own
	SessionID    int64 // a signed-in user's
	MeterID      int64
	EntryID      int64 // a row of a meter's ledger
	CodeID       int64 // a license code of prepaid cards
	CardID       int64
	TransferID   int64 // a row of the sales record
	OrderID      int64 // work on very many cards
)
