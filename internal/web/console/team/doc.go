// Package team owns the pages on which a vendor looks after its staff: users,
// invitations, and roles.
package team
