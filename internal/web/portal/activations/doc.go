// Package activations owns the portal's pages of activated devices: those of a licence,
// the page of one, and deleting activations.
package activations
