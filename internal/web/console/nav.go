package console

import (
	"slices"

	"chancery/internal/identity"
	"chancery/internal/web"
)

// entry is one entry of the navigation and what one needs to see it.
type entry struct {
	label string
	path  string
	icon  string
	needs identity.Permission
}

// homeOf is the entry that stands for pages which have none of their own.
func homeOf(path string) []string {
	switch path {
	case "/products":
		return []string{path, "/editions"}
	case "/settings/webhooks":
		return []string{path, "/settings/incoming"}
	}
	return []string{path}
}

type group struct {
	label   string
	entries []entry
}

func groups() []group {
	return []group{
		{"", []entry{{"Overview", "/", "layout-dashboard", identity.ViewLicenses}}},
		{"Sell", []entry{
			{"Products & editions", "/products", "package", identity.ViewCatalog},
			{"Licences", "/licenses", "license", identity.ViewLicenses},
			{"Customers", "/customers", "building", identity.ViewCustomers},
			{"Requests", "/requests", "message", identity.ViewLicenses},
			{"Import", "/imports", "file-import", identity.ManageImports},
		}},
		{"Run", []entry{
			{"Devices", "/devices", "devices", identity.ViewDevices},
			{"Sessions", "/sessions", "plug", identity.ViewSessions},
			{"Prepaid", "/prepaid", "credit-card", identity.ViewPrepaid},
			{"Devices by files", "/offline", "file-certificate", identity.ViewLicenses},
		}},
		{"Explore", []entry{
			{"Analytics", "/analytics", "chart-bar", identity.ViewUsage},
			{"Goodwill zone", "/goodwill", "scale", identity.ViewLicenses},
			{"Denied", "/denials", "ban", identity.ViewLicenses},
			{"Used up", "/used-up", "battery", identity.ViewLicenses},
			{"Expiring soon", "/expiring", "calendar-due", identity.ViewLicenses},
		}},
		{"Govern", []entry{
			{"Audit log", "/audit-log", "history", identity.ViewAuditLog},
			{"Personal data", "/erasures", "eye-off", identity.ManageGovernance},
		}},
		{"Settings", []entry{
			{"Vendor & branding", "/settings/vendor", "building-store", identity.ManageVendor},
			{"Help for owners", "/settings/help", "help-circle", identity.ManageVendor},
			{"Team & roles", "/settings/team", "users", identity.ManageTeam},
			{"Sign-in", "/settings/sign-in", "fingerprint", identity.ManageTeam},
			{"API keys", "/settings/api-keys", "key", identity.ManageAPIKeys},
			{"Webhooks", "/settings/webhooks", "webhook", identity.ManageDelivery},
			{"Mail", "/settings/mail", "mail", identity.ManageDelivery},
			{"Signing keys", "/settings/signing-keys", "certificate", identity.ManageSigningKeys},
			{"Plan", "/settings/plan", "receipt", identity.ManageVendor},
			{"Test clock", "/settings/test-clock", "clock", identity.ManageVendor}, // where there is one
		}},
	}
}

// Nav is the navigation of who is signed in.
func Nav(p identity.Principal, base string, active func(path string) bool) []web.NavGroup {
	var all []web.NavGroup
	for _, g := range groups() {
		shown := web.NavGroup{Label: g.label}
		for _, e := range g.entries {
			if e.path == "/analytics" && !p.May(identity.ViewLicenses) { // its first page counts the clients of licences
				e.path = "/analytics/usage"
			}
			if p.May(e.needs) {
				here := slices.ContainsFunc(homeOf(e.path), active)
				shown.Items = append(shown.Items, web.NavItem{Label: e.label, Href: base + e.path, Icon: e.icon, Active: here})
			}
		}
		if len(shown.Items) > 0 {
			all = append(all, shown)
		}
	}
	return all
}
