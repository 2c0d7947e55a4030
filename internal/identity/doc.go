// Package identity owns who may call: staff users of a vendor, API keys, and the
// principal that a request acts as, with its permissions.
//
// It does not know how credentials travel (that is edge and wire) and holds no
// keys that sign (that is keyring).
package identity
