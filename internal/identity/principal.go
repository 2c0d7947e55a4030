package identity

import (
	"slices"

	"chancery/internal/ident"
)

// KeyKind is what an API key is for.
type KeyKind string

// The kinds of API key.
const (
	Provisioning KeyKind = "provisioning" // embedded in programs, so public: names a product's signing keys and little else
	Admin        KeyKind = "admin"        // the vendor's back office
)

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

// May reports whether p has permission to do what.
func (p Principal) May(what Permission) bool { return slices.Contains(p.Permissions, what) }

// MayAll reports whether p has every one of these permissions.
func (p Principal) MayAll(all []Permission) bool {
	return !slices.ContainsFunc(all, func(one Permission) bool { return !p.May(one) })
}

// mayHandOut reports whether p may make, change and end keys that may do all
// this: nobody gives, or takes, what they do not hold. What programs do with a
// provisioning key no role of the vendor's own can hold; it is public in the
// program, and whoever of the staff manages keys may give it.
func (p Principal) mayHandOut(all []Permission) bool {
	if p.User != 0 {
		all = without(all, ProvisionClients, LookUpLicenses, SwitchLicenses)
	}
	return p.MayAll(all)
}

// Operator is who works at the server's command line: everything is allowed to
// whoever has the database.
func Operator(vendor ident.VendorID) Principal {
	return Principal{Vendor: vendor, Kind: "system", Permissions: AllPermissions()}
}
