// Package wellknown is where anybody finds a vendor's public keys: the JWK set,
// and the RSA key as PEM and as .NET XML for clients of the SLASCONE protocol. It also
// answers what every server is asked for: robots.txt and security.txt.
//
// It owns the addresses and forms, not the keys (keyring).
package wellknown
