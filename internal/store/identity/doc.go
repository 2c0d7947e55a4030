// Package identity is the SQL of the identity room: tables users, roles
// and api_keys. It implements the room's stores, and reads users, roles and API keys
// for screens and the API; the rules are in internal/identity. How users are read is
// shared with store/access.
package identity
