package identity

import "slices"

// Permission is the name of something one may do; each route names one.
type Permission string

// The permissions. Describe says of each what it allows.
const (
	ProvisionClients Permission = "provision_clients"
	LookUpLicenses   Permission = "look_up_licenses"
	SwitchLicenses   Permission = "switch_licenses"
	SendEvents       Permission = "send_events"

	// OwnAccount is what every user who is signed in has, staff or not.
	OwnAccount Permission = "own_account"

	// OwnLicenses is what every user has who is signed in to the portal, and
	// OwnPeople who is an administrator of a customer. Which licences and which
	// customers these are is the business of the room owners.
	OwnLicenses Permission = "own_licenses"
	OwnPeople   Permission = "own_people"

	ViewCatalog       Permission = "view_catalog"
	ManageCatalog     Permission = "manage_catalog"
	ViewCustomers     Permission = "view_customers"
	ManageCustomers   Permission = "manage_customers"
	ViewLicenses      Permission = "view_licenses"
	ManageLicenses    Permission = "manage_licenses"
	ManageActivations Permission = "manage_activations"
	ManageImports     Permission = "manage_imports"
	ViewDevices       Permission = "view_devices"
	ViewSessions      Permission = "view_sessions"
	ViewPrepaid       Permission = "view_prepaid"
	ManagePrepaid     Permission = "manage_prepaid"
	ViewUsage         Permission = "view_usage"
	ViewAccounts      Permission = "view_accounts"
	ManageGovernance  Permission = "manage_governance"
	ViewAuditLog      Permission = "view_audit_log"
	ManageVendor      Permission = "manage_vendor"
	ManageTeam        Permission = "manage_team"
	ManageOwners      Permission = "manage_owners"
	ManageAPIKeys     Permission = "manage_api_keys"
	ManageDelivery    Permission = "manage_delivery"
	ManageSigningKeys Permission = "manage_signing_keys"
)

// coveredBy gives the permission of the staff's that covers what a program may do with
// its key. No role of the vendor's own can hold the latter, and who may see licences,
// switch them and release their devices by hand may let a program do it.
func (p Permission) coveredBy() (by Permission, ok bool) {
	by, ok = map[Permission]Permission{
		LookUpLicenses: ViewLicenses, SwitchLicenses: ManageLicenses, ProvisionClients: ManageActivations,
		SendEvents: ViewUsage,
	}[p]
	return by, ok
}

// Description tells a person what a permission allows.
type Description struct {
	Permission Permission
	Area       string // as in the console's navigation: "Sell"
	Name       string // a few words: "See licences"
	Sentence   string
}

// The areas of the console's navigation.
const (
	areaSell     = "Sell"
	areaRun      = "Run"
	areaExplore  = "Explore"
	areaGovern   = "Govern"
	areaSettings = "Settings"
)

// descriptions are in the order of the screens.
var descriptions = []Description{ //nolint:gochecknoglobals // a list that never changes
	{ViewCatalog, areaSell, "See products", "See products, editions, features, limitations and variables."},
	{ManageCatalog, areaSell, "Change products", "Create and change products and editions; a change reaches every licence of the edition."},
	{ViewCustomers, areaSell, "See customers", "See customers and who belongs to whom."},
	{ManageCustomers, areaSell, "Change customers", "Create, change and move customers."},
	{ViewLicenses, areaSell, "See licences", "See licences with their keys and meters."},
	{ManageLicenses, areaSell, "Change licences", "Issue licences, change their terms, and switch them off and on."},
	{ManageImports, areaSell, "Import", "Load customers and licences from files."},
	{ViewDevices, areaRun, "See devices", "See devices and their activations, with addresses and places."},
	{ManageActivations, areaRun, "Release devices", "Release activations, suspend devices, and reset what is counted against an allowance."},
	{ViewSessions, areaRun, "See sessions", "See open and past floating sessions, and those that were denied."},
	{ViewPrepaid, areaRun, "See prepaid licences", "See prepaid device licences, stocks, sales and deductions."},
	{ManagePrepaid, areaRun, "Change prepaid licences", "Sell, return, bind, unbind and block prepaid device licences."},
	{ViewUsage, areaExplore, "See usage", "See analytics, usage events, observed licences, and what was sold beside what was observed."},
	{ViewAccounts, areaExplore, "See accounts", "See the accounts and identities that usage events name."},
	{ManageGovernance, areaGovern, "Govern data", "Settle invalid events, and decide what is kept, for how long, and what is erased."},
	{ViewAuditLog, areaGovern, "See the audit log", "See who changed what, when and from where, also as the history of a licence or a customer."},
	{ManageVendor, areaSettings, "Change the vendor", "Change the vendor's name, address, time zone and branding, and see the plan."},
	{ManageTeam, areaSettings, "Manage the team", "Invite, change, disable and remove users, and make roles, as far as one's own permissions go."},
	{ManageOwners, areaSettings, "Manage owners", "Make somebody an owner, and change or remove owners."},
	{ManageAPIKeys, areaSettings, "Manage API keys", "Create and revoke API keys, as far as one's own permissions go."},
	{ManageDelivery, areaSettings, "Manage webhooks and mail", "Set up webhooks and mail, see what was sent, and send it again."},
	{ManageSigningKeys, areaSettings, "Manage signing keys", "Make new signing keys and retire old ones."},
}

// Descriptions lists what a role can be made of, in the order of the screens.
func Descriptions() []Description { return slices.Clone(descriptions) }

// AllPermissions lists every permission that a key or a role may have.
func AllPermissions() []Permission {
	return append([]Permission{ProvisionClients, LookUpLicenses, SwitchLicenses, SendEvents}, staffPermissions()...)
}

// staffPermissions are those that a role can be made of.
func staffPermissions() []Permission {
	all := make([]Permission, len(descriptions))
	for i, d := range descriptions {
		all[i] = d.Permission
	}
	return all
}

// without gives all but some.
func without(all []Permission, some ...Permission) []Permission {
	return slices.DeleteFunc(slices.Clone(all), func(p Permission) bool { return slices.Contains(some, p) })
}
