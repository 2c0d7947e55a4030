package owners

import "slices"

// Role is what a user may do with the licences of a customer.
type Role string

// The roles. Each may do what those before it may.
const (
	Viewer        Role = "viewer"        // sees all
	Operator      Role = "operator"      // deletes and names devices and asks the vendor for more, too
	Administrator Role = "administrator" // manages people and switches, and hands licences over, too
)

// Roles lists the roles, the least first.
func Roles() []Role { return []Role{Viewer, Operator, Administrator} }

// Known reports whether this is a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// atLeast reports whether r may do what the other role may. A role that this program
// does not know allows nothing.
func (r Role) atLeast(other Role) bool {
	return r.Known() && slices.Index(Roles(), r) >= slices.Index(Roles(), other)
}

// Act is something that one may do with a licence.
type Act string

// The acts.
const (
	See           Act = "see"
	DeleteDevices Act = "delete_devices"
	NameDevices   Act = "name_devices"
	Manage        Act = "manage" // its switches: who is told of what, and the like
	HandOver      Act = "hand_over"
	AskVendor     Act = "ask_vendor" // for more, or for a renewal
)

// needs returns the least role at the licence's customer that may do it.
func (a Act) needs() Role {
	switch a {
	case See:
		return Viewer
	case DeleteDevices, NameDevices, AskVendor:
		return Operator
	case Manage, HandOver:
		return Administrator
	}
	return Administrator
}
