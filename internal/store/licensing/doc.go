// Package licensing owns the SQL of the licences, tokens, activations, pulses
// and heartbeats. It implements the interfaces of the room licensing, and the
// queries behind lists of them. It decides nothing.
package licensing
