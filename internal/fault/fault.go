package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what class of problem a fault is. The edge maps it to a response.
type Kind uint8

// The kinds. The zero value is Internal, so that a forgotten kind never leaks a message.
const (
	Internal        Kind = iota // a defect or a broken dependency; the message is not shown
	Invalid                     // the request is wrong in itself
	Unauthenticated             // no credentials, or unknown ones
	Forbidden                   // known, but not allowed
	NotFound                    // no such thing for this principal
	Conflict                    // refused by a business rule or by the present state
	Unprocessable               // well-formed, but contradicts an earlier request (idempotency)
	TooLarge                    // the body is over its limit
	Throttled                   // over a budget; RetryAfter says when to come back
	Unavailable                 // the server can't do it now; RetryAfter says when to come back
	TooSlow                     // the request did not arrive in time
	Abandoned                   // the caller hung up; nobody reads the answer
	Misdirected                 // sent to a host name that is none of this server
)

// Field is one wrong field of a request.
type Field struct {
	Name    string // path in the request, as the caller spelt it: "token_limit", "features[2].name"
	Message string // one clause: "must be between 0 and 1000000"
}

// Error is the one error type of Chancery.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case: "license_not_found"
	Message    string // one sentence saying what is wrong; safe to show, never holds a secret
	Help       string // one sentence saying what to do; may be empty
	Fields     []Field
	RetryAfter time.Duration // for Throttled and Unavailable
	Cause      error         // for the log only
}

// Error gives the text for the log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	b.WriteString(": ")
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s %s]", f.Name, f.Message)
	}
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// WithCause returns a copy of e that carries the cause for the log.
func (e *Error) WithCause(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// As finds the fault in err's chain. Every other error comes back as an
// Internal fault with err as its cause; nil gives nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Message: "Something went wrong on the server.", Cause: err}
}

// Is reports whether err's chain holds a fault with this code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
