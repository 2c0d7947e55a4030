// Package attention owns the pages of what asks somebody of the vendor to act:
// the goodwill zone, denied activations and sessions, licences that are used up,
// and licences that end soon. Each is a chart and a list to act on.
package attention
