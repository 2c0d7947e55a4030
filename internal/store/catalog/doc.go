// Package catalog owns the SQL of the room catalog. Policy and grants of an
// edition are JSON texts: nothing is searched inside them.
package catalog
