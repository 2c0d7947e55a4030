// Package floating is the SQL of sessions, for both engines. It implements what
// package floating asks of its store, and the lists of the management API.
package floating
