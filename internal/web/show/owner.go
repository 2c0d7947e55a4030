package show

import (
	"chancery/internal/language"
	"chancery/internal/owners"
)

// RoleName is a role at a customer in words, for Language.Word.
func RoleName(r owners.Role) string {
	return map[owners.Role]string{
		owners.Viewer: language.Mark("Viewer"), owners.Operator: language.Mark("Operator"), owners.Administrator: language.Mark("Administrator"),
	}[r]
}

// RoleAbout is one sentence on a role at a customer, for Language.Word.
func RoleAbout(r owners.Role) string {
	return map[owners.Role]string{
		owners.Viewer:        language.Mark("Sees all licences of the customer, and their devices."),
		owners.Operator:      language.Mark("Sees all licences of the customer, and names and deletes devices."),
		owners.Administrator: language.Mark("Does for the customer's licences whatever there is to do, and says who else may."),
	}[r]
}
