// Package access is the SQL of the room access: tables user_sessions, user_links,
// sign_in_steps, sign_in_ceremonies, totp_secrets, recovery_codes, passkeys,
// identity_providers, user_identities, failed_attempts and known_places, and of users
// the password and the last sign-in. It implements the room's stores, and lists a
// user's sessions for screens; the rules are in internal/access. How users are read is
// shared with store/identity.
package access
