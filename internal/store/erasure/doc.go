// Package erasure owns the SQL of the room erasure: how far erasures have come, and
// what of each table is about people (tables). A test holds that list against the schema.
package erasure
