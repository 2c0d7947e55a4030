// Package manage owns the management API below /api/v1: what a vendor's scripts
// and staff tools call with an admin key. It reads requests, calls the rooms'
// services and the stores' lists, and writes answers; it decides nothing itself.
//
// Every operation is one line of a table: method, path, permission, types. From
// the table come the routes, the OpenAPI 3.1 document and the page that shows it.
// Types and their checks are huma's; credentials, limits, idempotency and errors
// are the edge's. An operation that changes something can only be made by change,
// which runs it in one transaction and keeps its answer for repeated requests.
//
// Only wiring calls it. It imports rooms and the edge, never a store.
package manage
