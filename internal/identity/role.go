package identity

import (
	"slices"
	"time"

	"chancery/internal/ident"
)

// Role is what a user of the vendor's staff may do: a built-in one, or one of
// the vendor's own. The zero Role is that of a licensee, who is not staff.
type Role struct {
	Key         string // "owner", or the UUID of a role of the vendor's own: what forms and the API name it by
	Name        string
	Description string // one sentence
	Permissions []Permission

	// Only of the vendor's own.
	ID                   ident.RoleID
	UUID                 ident.UUID
	CreatedAt, UpdatedAt time.Time
}

// The keys of the built-in roles.
const (
	Owner     = "owner"
	AdminRole = "admin"
	Support   = "support"
	Sales     = "sales"
	Analyst   = "analyst"
	Viewer    = "viewer"
)

// BuiltIn reports whether the role is the program's and can't be changed.
func (r Role) BuiltIn() bool { return r.ID == 0 && r.Key != "" }

// BuiltInRoles lists the built-in roles, the mightiest first.
func BuiltInRoles() []Role {
	views := []Permission{ViewCatalog, ViewCustomers, ViewLicenses, ViewDevices, ViewSessions, ViewPrepaid, ViewUsage, ViewAccounts}
	return []Role{
		{
			Key: Owner, Name: "Owner", Description: "May do everything, and make others owners.",
			Permissions: AllPermissions(),
		},
		{
			Key: AdminRole, Name: "Admin", Description: "May do everything but change owners.",
			Permissions: without(AllPermissions(), ManageOwners),
		},
		{
			Key: Support, Name: "Support", Description: "Helps customers: sees everything that runs, and releases devices.",
			Permissions: append(slices.Clone(views), ManageActivations, ManageCustomers, ViewAuditLog),
		},
		{
			Key: Sales, Name: "Sales", Description: "Sells: customers, licences and prepaid device licences.",
			Permissions: append(slices.Clone(views), ManageCustomers, ManageLicenses, ManagePrepaid, ManageImports),
		},
		{
			Key: Analyst, Name: "Analyst", Description: "Looks at usage, and governs the data that is observed.",
			Permissions: append(slices.Clone(views), ManageGovernance),
		},
		{
			Key: Viewer, Name: "Viewer", Description: "Sees what is sold and what runs, and changes nothing.",
			Permissions: views,
		},
	}
}

// BuiltInRole finds a built-in role by its key.
func BuiltInRole(key string) (Role, bool) {
	for _, r := range BuiltInRoles() {
		if r.Key == key {
			return r, true
		}
	}
	return Role{}, false
}
