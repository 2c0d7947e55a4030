// Package own owns the operations of the management API that a user's own access token
// opens: the licences in the user's reach, their activations and their meters. Each is
// also an operation of staff, at the same address. What is out of reach is not there,
// and what only staff may see is not in the answers (license.go, activation.go, meter.go).
package own
