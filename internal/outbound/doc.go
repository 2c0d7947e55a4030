// Package outbound owns the one HTTP client for addresses that a vendor gave:
// webhooks, and the discovery, keys and tokens of OpenID providers.
//
// A vendor must not be able to point the server at the inside of its network. So
// the address is checked when the connection is made, after the name was
// resolved; redirects and proxies are not followed; answers are read up to 64 kB.
// Only the operator lists exceptions. Adapters use it; it knows nothing of the house.
package outbound
