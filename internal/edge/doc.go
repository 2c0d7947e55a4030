// Package edge owns what is the same for every request: its id, who sent it and
// from where, limits, origin protection, the access log, the table of routes, and
// the one place where a fault becomes a response.
//
// A handler can only be mounted with a permission, or as public with a reason.
// The edge does not know what the routes do, nor how a surface's credentials
// and errors look on the wire: each surface brings that along.
//
// Wire, web, wiring and server call it. It imports identity for the principal, and no store.
package edge
