package client

import (
	"errors"
	"fmt"
	"time"
)

// What a call can fail with, beside *RefusalError, *UnverifiedError and
// *ServerError. Test with errors.Is.
var (
	// ErrNotActivated: there is no activation here to work with.
	ErrNotActivated = errors.New("this program is not activated here")
	// ErrUnreachable: no answer came; the cause is wrapped. A good time to go on
	// under freeride: ask Status.
	ErrUnreachable = errors.New("the licence server could not be reached")
	// ErrForeignAnswer: properly signed, but about another client or product.
	ErrForeignAnswer = errors.New("the answer is about another client or product")
	// ErrStateEdited: the state on disk was changed or damaged.
	ErrStateEdited = errors.New("the licence state on this machine was changed or damaged")
	// ErrStateCopied: the state on disk belongs to another machine or product.
	ErrStateCopied = errors.New("the licence state on this machine was copied from another one")
	// ErrStateRolledBack: the state, or an answer, is older than what was held before.
	ErrStateRolledBack = errors.New("the licence state is older than one seen before")
	// ErrExhausted: there is not enough left of the limitation; nothing was counted.
	ErrExhausted = errors.New("there is not enough left of this limit")
	// ErrNotValid: the licence is not valid, so nothing can be consumed; the reason follows.
	ErrNotValid = errors.New("the licence is not valid")
	// ErrUnknownLimitation: the licence has nothing of this name that is consumed.
	ErrUnknownLimitation = errors.New("the licence has no such limit that is consumed")
	// ErrQueueFull: 10,000 consumptions wait on this machine; connect first.
	ErrQueueFull = errors.New("too many consumptions wait to be sent")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("the client is closed")
)

// A RefusalError is the server's signed no: HTTP 409 with a reason.
type RefusalError struct {
	ID      int    `json:"id"`      // one of the Refusal constants, or a newer one
	Message string `json:"message"` // what is wrong
	Help    string `json:"help"`    // what to do
}

func (e *RefusalError) Error() string {
	text := fmt.Sprintf("refused (%d): %s", e.ID, e.Message)
	if e.Help != "" {
		text += " " + e.Help
	}
	return text
}

// The reasons that programs act upon. docs/integrate.md lists them all.
const (
	RefusalUnknownKey        = 1000
	RefusalExpired           = 1001
	RefusalInactive          = 1002
	RefusalVersion           = 1003
	RefusalNoSession         = 1007
	RefusalUnknownUser       = 1010
	RefusalNoToken           = 2000
	RefusalTokenTaken        = 2001
	RefusalTokenFree         = 2002
	RefusalUnknownToken      = 2003
	RefusalAlreadyUnassigned = 2004
	RefusalUnknownClient     = 2006
	RefusalUnknownProduct    = 3000
	RefusalUnknownLimitation = 3003
	RefusalOtherToken        = 5000
	RefusalNamedLicense      = 12000
	RefusalClientSessions    = 12002
	RefusalCheckout          = 12003
	RefusalMissingUser       = 12004
	RefusalUserElsewhere     = 12006
	RefusalSuspended         = 20001
	RefusalMayNotUnassign    = 20002
	RefusalAllowanceUsedUp   = 20003
	RefusalOtherCustomer     = 20004
	RefusalBlacklisted       = 20010
)

// ends tells whether a heartbeat refused for this reason means that the program
// has no licence any more, so that the last good answer must not outlive it.
func ends(id int) bool {
	switch id {
	case RefusalUnknownKey, RefusalExpired, RefusalInactive, RefusalVersion,
		RefusalTokenFree, RefusalUnknownToken, RefusalUnknownClient, RefusalOtherToken,
		RefusalSuspended, RefusalOtherCustomer, RefusalBlacklisted:
		return true
	}
	return false
}

// An UnverifiedError is an answer that was not signed, or wrongly: by another
// key, for another call, or changed on the way. Nothing of it is used.
type UnverifiedError struct {
	Status int   // the HTTP status, itself not to be believed
	Err    error // one of package signed's errors
}

func (e *UnverifiedError) Error() string {
	return fmt.Sprintf("the answer (HTTP %d) is not properly signed by the vendor, check BaseURL, VendorID and PublicKeys: %v", e.Status, e.Err)
}

func (e *UnverifiedError) Unwrap() error { return e.Err }

// A ServerError is a properly signed answer other than success or refusal: a bad
// request, a wrong provisioning key, too many calls, a fault.
type ServerError struct {
	Status     int           // HTTP status
	Title      string        // RFC 9457 title, or the status in words
	Detail     string        // RFC 9457 detail, may be empty
	RetryAfter time.Duration // zero: the server did not say
}

func (e *ServerError) Error() string {
	text := fmt.Sprintf("the licence server answered %d %s", e.Status, e.Title)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}
