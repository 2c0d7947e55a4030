// Package migrations owns the schema: two folders of goose migrations with the
// same numbers, one per engine, embedded in the binary. A schema serves its own
// release and the one before it, so a migration first expands and a later one
// contracts. What an older program must know to serve it, the schema says itself
// (schema_serves): the first migration of a release sets it to the last one of the
// release before. A test holds that both engines reach the same tables.
package migrations
