// Package identity owns who one is, and what one may do: a vendor's users and roles,
// the permissions that these are made of, API keys, and the principal that a request
// acts as. A licensee is a user without a role; an owner is one whom the vendor always has.
//
// It does not know how users prove who they are (that is access, which it asks through
// Proofs), nor how credentials travel (that is edge and wire), and holds no keys that
// sign (that is keyring). Its services are Users, Roles, APIKeys, AccessTokens and Authenticator; what
// the permissions allow is in permission.go, what the built-in roles are in role.go.
package identity
