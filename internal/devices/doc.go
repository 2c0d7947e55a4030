// Package devices owns the machines of a vendor's customers: a device is a number
// that is unique at the vendor (the client id that its programs send), and it may
// be suspended until an instant. A device is never deleted: what its clients did
// refers to it.
//
// It does not own what a device holds or uses: activations (licensing) and
// sessions (floating) are rooms of their own, and more will share the device. Each
// declares what it needs of it; wiring joins them.
//
// Service locks, makes and suspends devices, in the caller's transaction.
package devices
