// Package server is the process: configuration, start and stop, health, limits on how
// much is asked of it, figures for the operator, and periodic work.
//
// Server is a struct that tests start in-process (servertest). The rooms and the faces
// come joined from wiring; this package mounts them (mount in server.go) and plans
// their periodic work (plan in jobs.go). It has no rules of the trade, and reads no
// command line: that is cli's, which alone calls it.
package server
