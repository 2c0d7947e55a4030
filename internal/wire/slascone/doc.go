// Package slascone owns the clients' surface: the provisioning API below
// /api/v2/isv/{isv_id} and /isv/{isv_id}, in the wire format of the SLASCONE v2
// API, so that its official clients run unchanged; what is ours are optional
// fields and headers that such clients ignore.
//
// It owns the JSON of that protocol, its error numbers on the wire, and the
// signatures of its answers. It decides nothing: licensing does. Only wiring makes it.
package slascone
