package show

import "chancery/internal/owners"

// RoleName is a role at a customer in words.
func RoleName(r owners.Role) string {
	return map[owners.Role]string{owners.Viewer: "Viewer", owners.Operator: "Operator", owners.Administrator: "Administrator"}[r]
}

// RoleAbout is one sentence on a role at a customer.
func RoleAbout(r owners.Role) string {
	return map[owners.Role]string{
		owners.Viewer:        "Sees all licences of the customer, and their devices.",
		owners.Operator:      "Sees all licences of the customer, and deletes devices.",
		owners.Administrator: "Does for the customer's licences whatever there is to do, and says who else may.",
	}[r]
}
