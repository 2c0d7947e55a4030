package identity

import (
	"slices"
	"strings"

	"chancery/internal/ident"
)

// KeyKind is what an API key is for.
type KeyKind string

// The kinds of API key.
const (
	Provisioning KeyKind = "provisioning" // embedded in programs, so public: names a product's signing keys and little else
	Admin        KeyKind = "admin"        // the vendor's back office
	Ingest       KeyKind = "ingest"       // embedded in programs that send usage events, so public: sends and reads nothing
	Read         KeyKind = "read"         // programs of the vendor's that read what was observed
)

// KeyKinds lists the kinds of API key.
func KeyKinds() []KeyKind { return []KeyKind{Provisioning, Admin, Ingest, Read} }

// Public reports whether keys of this kind are in every copy of a program, so that
// anybody may have them.
func (k KeyKind) Public() bool { return k == Provisioning || k == Ingest }

// Principal is who a request acts as. Its VendorID is the only one it may reach.
type Principal struct {
	Vendor      ident.VendorID
	VendorUUID  ident.UUID
	Kind        string     // "api_key" or "user"
	ID          ident.UUID // of the key or the user
	Name        string     // of a user: the e-mail address, as the audit log shows it
	KeyKind     KeyKind    // of an API key
	Permissions []Permission
	User        ident.UserID // of a user

	// What signs answers to a provisioning key; zero for the vendor's newest.
	Ed25519Key ident.SigningKeyID
	RSAKey     ident.SigningKeyID
}

// Principal is the user as who a request acts, at the vendor that they are a user of.
func (u User) Principal(vendor ident.VendorID, vendorUUID ident.UUID) Principal {
	return Principal{
		Vendor: vendor, VendorUUID: vendorUUID, Kind: asUser, ID: u.UUID, Name: u.Email, User: u.ID, Permissions: u.Permissions(),
	}
}

// OwnerPrincipal is the user as who a request acts on the portal: with nothing of what
// a role among the vendor's staff allows.
func (u User) OwnerPrincipal(vendor ident.VendorID, vendorUUID ident.UUID, managesPeople bool) Principal {
	p := u.Principal(vendor, vendorUUID)
	p.Permissions = []Permission{OwnAccount, OwnLicenses}
	if managesPeople {
		p.Permissions = append(p.Permissions, OwnPeople)
	}
	return p
}

// Reach refuses when a user may do what p may not: who changes another must have all
// that the other has.
func (p Principal) Reach(u User) error {
	if !p.MayAll(u.Role.Permissions) {
		return errBeyond(asUser)
	}
	return nil
}

// May reports whether p has permission to do what.
func (p Principal) May(what Permission) bool { return slices.Contains(p.Permissions, what) }

// MayAll reports whether p holds every one of these permissions, each by itself or
// by one that covers it: what one may hand out, take away or reach through.
func (p Principal) MayAll(all []Permission) bool {
	return !slices.ContainsFunc(all, func(one Permission) bool { return !p.holds(one) })
}

func (p Principal) holds(one Permission) bool {
	if p.May(one) {
		return true
	}
	by, covered := one.coveredBy()
	return covered && p.May(by)
}

// MaySee reports whether p may see what an event tells, by the name of the event: a
// webhook or a mail must bring nobody what the screens would not show.
func (p Principal) MaySee(event string) bool {
	noun, what, _ := strings.Cut(event, ".")
	switch what {
	case "dark_soon", "blacklisted", "lifted": // of prepaid devices
		return p.May(ViewPrepaid)
	}
	switch noun {
	case "customer":
		return p.May(ViewCustomers)
	case "card":
		return p.May(ViewPrepaid)
	case "activation", "device":
		return p.May(ViewDevices)
	case "session":
		return p.May(ViewSessions)
	case "webhook": // a test, which tells nothing
		return true
	}
	return p.May(ViewLicenses)
}

// Operator is who works at the server's command line: everything is allowed to
// whoever has the database.
func Operator(vendor ident.VendorID) Principal {
	return Principal{Vendor: vendor, Kind: "system", Permissions: AllPermissions()}
}
