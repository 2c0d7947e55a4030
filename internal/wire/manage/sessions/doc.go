// Package sessions owns the operations of the management API on
// floating sessions and refused calls of a licence.
package sessions
