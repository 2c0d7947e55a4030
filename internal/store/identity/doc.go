// Package identity is the SQL of the identity room: tables users, roles,
// user_sessions, failed_attempts, known_places and api_keys.
// It implements the room's stores and reads API keys for screens and the API;
// the rules are in internal/identity.
package identity
