// Package server holds the promises that a script can't tell: every route and
// every bad value, many calls at once, several servers over one database, and
// answers checked by code that is not ours. Everything goes over HTTP against
// real servers, on both engines.
//
// What a script can tell goes into test/scripts. There is nothing to import here.
package server
