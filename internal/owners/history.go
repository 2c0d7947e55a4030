package owners

import (
	"strings"
	"time"

	"chancery/internal/ident"
)

// Doer is who has done something, as owners of licences are told.
type Doer string

// The doers. Who of the vendor's staff it was, and by which key, is the vendor's business.
const (
	ByTheVendor Doer = "vendor"
	ByAPerson   Doer = "person" // an owner, named by the address
	ByAToken    Doer = "token"  // a program with an owner's access token
	ByADevice   Doer = "device"
	ByTheServer Doer = "server"
	BySomebody  Doer = "somebody" // a user who is gone: nobody knows whose
)

// Happening is something that was done to a licence, or to the people of a customer, as those
// may see it who own it. Before and After are JSON of which they see what a page tells.
type Happening struct {
	ID      int64
	At      time.Time
	Action  string
	License ident.LicenseID // 0 for what is about people
	Subject ident.UUID
	Device  string // what the device is called that it is about; empty for none
	By      Doer
	Person  string // address; of ByAPerson and ByAToken
	Before  string
	After   string
}

// ToldOfLicenses and ToldOfPeople are the actions that owners are told of. What is not among
// them is the vendor's own, or says nothing to anybody who did not write the program.
func ToldOfLicenses() []string {
	return []string{
		"license.issued", "license.changed", "license.handed_over", "license.hand_over_requested", "license.hand_over_cancelled",
		"license.key_replaced", "license.deactivations_reset", "license.file_issued",
		"license.requested", "license.request_answered", "license.expired", "license.revived", "license_user.added", "license_user.removed",
		"activation.created", "activation.deleted", "activation.display_name_changed", "activation.offline",
		"device.suspended", "device.resumed", "meter.adjusted", "meter.reset", "meter.rolled_back", "session.released", "offline.reported",
	}
}

// ToldOfPeople see ToldOfLicenses.
func ToldOfPeople() []string {
	return []string{"customer.user_added", "customer.user_role_changed", "customer.user_removed"}
}

// Standing is what is known of who has done something.
type Standing int

// The standings. Of a user or a key that is gone nothing is known.
const (
	Unknown Standing = iota
	Staff            // a user of the vendor's staff
	NoStaff
	Program // the key that is in every copy of a vendor's program
)

// StandingOf is the standing of who is there: of a user, or of a user by an access token, by
// the role at the vendor, and of an API key by its kind.
func StandingOf(kind, fact string) Standing {
	switch {
	case kind == aKey && fact == "provisioning":
		return Program
	case kind == aKey:
		return Unknown
	case fact == "":
		return NoStaff
	}
	return Staff
}

// The kinds of actors in the audit log that stand for somebody.
const (
	aUser  = "user"
	aToken = "access_token"
	aKey   = "api_key"
)

// AddressOf is the address of a user in the name of an actor, who may have used an access token.
func AddressOf(name string) string {
	address, _, _ := strings.Cut(name, " (")
	return address
}

// DoerOf tells who has done something, of the kind and the name in the audit log. A user is
// told by address only who is known to be no staff, whether by an access token or not.
func DoerOf(kind, name string, s Standing) (by Doer, person string) {
	switch kind {
	case aUser, aToken:
		switch s {
		case NoStaff:
			if kind == aToken {
				return ByAToken, AddressOf(name)
			}
			return ByAPerson, name
		case Staff:
			return ByTheVendor, ""
		case Unknown, Program:
		}
		return BySomebody, ""
	case "client":
		return ByADevice, ""
	case aKey:
		if s == Program {
			return ByADevice, ""
		}
		return ByTheVendor, ""
	}
	return ByTheServer, ""
}

// Holding is of a licence what decides since when it is somebody's.
type Holding struct {
	Customer string `json:"customer_id"`
	Licensee string `json:"licensee_email"`
}

// Handed reports whether a change of a licence made it the user's, who sees it now: what
// was before is somebody else's. Who has a role at the customer sees what each of its
// licensees did.
func (r Reach) Handed(l License, before, after Holding) bool {
	if before.Customer != after.Customer {
		return true
	}
	return !r.roleAt(l.Customer).atLeast(Viewer) && folded(before.Licensee) != folded(after.Licensee)
}
