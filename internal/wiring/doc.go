// Package wiring joins the rooms on one database, and the faces to the rooms.
//
// Rooms do not know one another. What one needs of another is an interface that it
// declares; the types in here implement these, in a file that is named after the pair:
// licensing_floating.go, catalog_licensing.go. rooms.go opens the database and makes the
// rooms; faces.go, apis.go and console.go are the faces, as tables of areas. Areas take
// rooms and the Site, never the process.
//
// Rules are not in here: what decides is in a room. Only server and cli call it, and
// tests.
package wiring
