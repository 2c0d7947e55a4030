package identity

import (
	"testing"

	"chancery/internal/ident"
)

// Who holds one permission hands out that one and what it covers, and nothing else.
func TestHandingOut(t *testing.T) {
	t.Parallel()
	covers := map[Permission]Permission{
		LookUpLicenses: ViewLicenses, SwitchLicenses: ManageLicenses, ProvisionClients: ManageActivations, SendEvents: ViewUsage,
	}
	for _, user := range []bool{false, true} {
		for _, held := range AllPermissions() {
			p := Principal{Permissions: []Permission{held}}
			if user {
				p.User = 1
			}
			for _, asked := range AllPermissions() {
				if got, want := p.MayAll([]Permission{asked}), asked == held || covers[asked] == held; got != want {
					t.Errorf("with %s (user: %t), %s: %t", held, user, asked, got)
				}
				if got := p.May(asked); got != (asked == held) {
					t.Errorf("with %s, a route of %s: %t", held, asked, got)
				}
			}
			if p.MayAll(AllPermissions()) {
				t.Errorf("%s is as good as all", held)
			}
		}
	}
	if !(Principal{Permissions: staffPermissions()}).MayAll(AllPermissions()) {
		t.Error("who holds all that a role can hold does not hold all")
	}
}

// Each event that can be subscribed to shows what some screen shows.
func TestSeeingEvents(t *testing.T) {
	t.Parallel()
	for event, needs := range map[string]Permission{
		"customer.created": ViewCustomers, "license.issued": ViewLicenses, "meter.exhausted": ViewLicenses,
		"activation.created": ViewDevices, "device.resumed": ViewDevices, "session.denied": ViewSessions,
		"card.low": ViewPrepaid, "device.dark_soon": ViewPrepaid, "device.lifted": ViewPrepaid, "something.new": ViewLicenses,
	} {
		for _, held := range AllPermissions() {
			if got := (Principal{Permissions: []Permission{held}}).MaySee(event); got != (held == needs) {
				t.Errorf("with %s, %s: %t", held, event, got)
			}
		}
	}
}

// Nobody is staff on the portal, whatever their role among the vendor's staff.
func TestOwnersAreNoStaff(t *testing.T) {
	t.Parallel()
	for _, role := range append(BuiltInRoles(), Role{}) {
		for _, manages := range []bool{false, true} {
			p := User{Role: role}.OwnerPrincipal(ident.VendorID{}, ident.UUID{}, manages)
			for _, one := range AllPermissions() {
				if p.May(one) {
					t.Errorf("%s may %s on the portal", role.Name, one)
				}
			}
			if !p.May(OwnAccount) || !p.May(OwnLicenses) || p.May(OwnPeople) != manages {
				t.Errorf("%s: %v", role.Name, p.Permissions)
			}
		}
	}
}
