// Package keyring owns the keys that sign and that requests are sealed to: for
// each vendor Ed25519, RSA-2048 and X25519, made together, rotated one by one,
// and the master key that all of them are sealed under at rest.
//
// Keyring makes, retires and uses the keys, and Sealer seals them and whatever else the
// database must not show. Private keys never leave it: it signs and opens for others. It does not know
// who may ask (identity and edge do), nor what a signature means (package
// signed does). It holds no SQL; store/keyring implements its Store.
package keyring
