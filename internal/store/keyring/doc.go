// Package keyring is the SQL of the keyring room: table signing_keys. It
// implements keyring.Store; the rules are in internal/keyring.
package keyring
