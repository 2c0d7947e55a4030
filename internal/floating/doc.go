// Package floating owns sessions: the leases of a floating licence. Opening,
// renewing, closing and lapsing them, how many may be open at once, and what a
// denied one leaves behind.
//
// A session lapses at an instant and not when somebody looks: every count is of
// what is open now. Rules are pure functions (decide.go) over what the store
// brought, with the licence's counter locked; Service loads, decides and writes. It does not own licences, their
// clients or their users (licensing), nor how anything travels (wire); what it
// needs of licensing is the interface Licenses. Only wiring and wire call it.
package floating
