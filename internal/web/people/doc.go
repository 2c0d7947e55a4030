// Package people owns the pages of a customer's people: who may look after its licences,
// with which role; inviting somebody, changing a role, taking one away. The console has
// them for the vendor's staff below a customer's page, the portal for administrators of
// customers. It does not own accounts: who has no role any more keeps theirs.
package people
