// Package imports owns the SQL of the room imports: the files that were brought
// in, and their lines.
package imports
