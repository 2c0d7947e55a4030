// Package demo owns what `chancery demo` shows: an invented vendor's catalogue,
// customers and licences with a year and a half of history, and a few simulated
// clients that keep the server busy.
//
// The history is made by the rooms' own services, on a clock that walks through
// the past, so that all rules, the audit log included, have seen it happen. The
// clients are the real SDK over HTTP. It knows no SQL, prints nothing and starts
// no server: that is cli's, which alone calls it.
package demo
