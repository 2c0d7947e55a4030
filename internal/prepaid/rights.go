package prepaid

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Role is what a person may do for a customer; "" is the vendor's staff.
type Role string

// The roles.
const (
	Viewer        Role = "viewer"
	Operator      Role = "operator"
	Administrator Role = "administrator"
)

// By is who asks: the vendor's staff, or a person for a customer.
type By struct {
	Vendor   ident.VendorID
	Customer ident.CustomerID // that the person acts for; 0 is staff
	Role     Role
	Name     string // in words, for the sales record
}

// Staff is the vendor's staff, or a program of theirs.
func Staff(v ident.VendorID, name string) By { return By{Vendor: v, Name: name} }

// IsStaff reports whether the vendor's staff asks.
func (b By) IsStaff() bool { return b.Customer == 0 }

// Kin says how the owner of a thing stands to who asks.
type Kin int

// The kinds of kin.
const (
	Stranger Kin = iota // beside or above: is not seen
	Own                 // it is the asking customer's own; of staff all things are
	Direct              // a sub-customer directly below owns it
	Below               // a sub-customer further down does
)

// Act is something that can be done with a card or a device.
type Act string

// The acts.
const (
	See        Act = "see"
	Bind       Act = "bind"
	Unbind     Act = "unbind"
	Lock       Act = "lock" // and unlock
	SellOn     Act = "sell"
	SendBack   Act = "return"
	SetSwitch  Act = "switch"
	OnlyVendor Act = "vendor" // issue, withdraw, top up, license codes, settings
)

// may decides whether somebody may do something with a card or a device of an owner
// (docs/rules/prepaid.md, rule 20). allows tells whether that owner lets its superior manage its licences.
// what is "card" or "device".
func may(by By, act Act, kin Kin, allows bool, what string) error {
	switch {
	case by.IsStaff():
		return nil
	case kin == Stranger:
		return fault.Missing(what)
	case act == See:
		return nil
	case by.Role != Operator && by.Role != Administrator:
		return refuse(roleMissing)
	case act == OnlyVendor:
		return refuse(onlyVendor)
	case act == SetSwitch && (kin != Own || by.Role != Administrator):
		return refuse(switchForeign)
	case kin == Own:
		return nil
	case act == SellOn:
		return refuse(sellForeign)
	case kin == Below:
		return refuse(notDirect)
	case !allows:
		return refuse(superiorNotAllowed)
	case by.Role != Administrator:
		return refuse(administratorOnly)
	}
	return nil
}
