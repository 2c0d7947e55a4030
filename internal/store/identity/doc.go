// Package identity is the SQL of the identity room: tables users, roles
// and api_keys. It implements the room's stores, and reads users, roles and API keys
// for screens and the API; how users are read is shared with store/access.
// the rules are in internal/identity.
package identity
