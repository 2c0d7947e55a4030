// Package fault owns the one error type of Chancery: a stable code, a message
// that is safe to show, what to do about it, and the cause that only the log sees.
//
// It does not know HTTP: internal/edge is the one place that turns a fault into
// a response. Every package may use it; it imports nothing of Chancery.
package fault
