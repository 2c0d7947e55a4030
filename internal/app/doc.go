// Package app is where the house is put together: configuration, wiring, start
// and stop, periodic work, and the subcommands of the one binary.
//
// wiring.go is the one place where handlers are mounted, rooms.go the one where
// rooms get their stores. Rules are not in here. App is a struct that tests
// start in-process (apptest); cmd/chancery calls Main and nothing else.
package app
