// Package requests owns the portal's form by which owners ask the vendor for something for
// a licence, and the button that takes it back. What was asked for shows on the licence.
package requests
