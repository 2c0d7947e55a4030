package identity

// Role is what a user of the vendor's staff does.
type Role string

// Owner may do everything; every vendor begins with one.
const Owner Role = "owner"

// AllPermissions lists every permission there is.
func AllPermissions() []Permission {
	return []Permission{
		ProvisionClients, LookUpLicenses, SwitchLicenses, ViewCatalog, ManageCatalog, ViewCustomers, ManageCustomers,
		ViewLicenses, ManageLicenses, ManageActivations, ManageAPIKeys, ViewAuditLog, ManageVendor,
	}
}

// Permissions is what the role may do.
func (r Role) Permissions() []Permission {
	if r == Owner {
		return AllPermissions()
	}
	return nil
}
