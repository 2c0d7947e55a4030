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
	KeyKind     KeyKind    // of an API key
	Permissions []Permission

	// What signs answers to a provisioning key; zero for the vendor's newest.
	Ed25519Key ident.SigningKeyID
	RSAKey     ident.SigningKeyID
}

// Permission is the name of something one may do; each route names one.
type Permission string

// The permissions of the foundation.
const (
	ProvisionClients  Permission = "provision_clients" // activate, heartbeat, unassign, validate
	LookUpLicenses    Permission = "look_up_licenses"  // by_customer, by_user on the clients' surface
	SwitchLicenses    Permission = "switch_licenses"   // the toggle on the clients' surface
	ViewCatalog       Permission = "view_catalog"
	ManageCatalog     Permission = "manage_catalog"
	ViewCustomers     Permission = "view_customers"
	ManageCustomers   Permission = "manage_customers"
	ViewLicenses      Permission = "view_licenses"
	ManageLicenses    Permission = "manage_licenses"
	ManageActivations Permission = "manage_activations"
	ManageAPIKeys     Permission = "manage_api_keys"
	ViewAuditLog      Permission = "view_audit_log"
	ManageVendor      Permission = "manage_vendor"
)

// May reports whether p has permission to do what.
func (p Principal) May(what Permission) bool { return slices.Contains(p.Permissions, what) }
