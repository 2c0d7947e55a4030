// Package manage owns the management API below /api/v1: what a vendor's scripts
// and staff tools call with an admin key. It makes the routes, the OpenAPI 3.1
// document and the page that shows it, all from one table of operations, and it
// knows who calls.
//
// The operations are those of the areas, the packages below this one: licenses,
// customers, catalog and others, named like the console's. An area is a Config of
// small interfaces, New, and Operations; it reads requests, calls the rooms'
// services and the stores' lists, and writes answers, and decides nothing itself.
// Areas do not import each other. What an operation is stands in package
// operation, the values that several areas share in package value. A new area is
// one line in the table of the wiring.
//
// Types and their checks are huma's; credentials, limits, idempotency and errors
// are the edge's. Only wiring calls it. It imports rooms and the edge, never a store.
package manage
