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
	// ErrForeignAnswer: properly signed, but about another client, product, licence or limitation than was asked for.
	ErrForeignAnswer = errors.New("the answer is about another client, product, license or limitation than was asked for")
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
	// ErrOffline: the program is set to work without internet, and this needs a connection.
	ErrOffline = errors.New("this program works without internet; use files")
	// ErrNoRequest: the licence file answers no request that waits here.
	ErrNoRequest = errors.New("the licence file answers no request that was made here; make a new request and upload that")
	// ErrInstalled: the same licence file is installed already, and in force. Nothing is left to do.
	ErrInstalled = errors.New("this licence file is installed here already; nothing is left to do")
	// ErrNoReport: the receipt is of no report that waits here.
	ErrNoReport = errors.New("the receipt is of no report that was made here")
	// ErrForeignFile: the file is properly signed, and for another device, activation, vendor or product.
	ErrForeignFile = errors.New("the file is for another device or program")
	// ErrOlderFile: a newer file is held, and stays in force; both follow.
	ErrOlderFile = errors.New("the file is older than the licence that is installed here, which stays in force")
	// ErrAlreadyCounted: the receipt is of a report whose records a later receipt has confirmed. Nothing is left to do.
	ErrAlreadyCounted = errors.New("what this receipt confirms was counted already; nothing is left to do")
	// ErrRevokedKey: the file is signed by a key that the vendor has revoked.
	ErrRevokedKey = errors.New("the file is signed by a key that the vendor has revoked; ask for a new file")
	// ErrGivenUp: the licence was given up on this device, for good.
	ErrGivenUp = errors.New("this licence was given up on this device; make a new request")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("the client is closed")
)

// A RefusalError is the server's signed no: HTTP 409 with a reason.
type RefusalError struct {
	ID      int    `json:"id"`      // one of the Refusal constants, or a newer one
	Message string `json:"message"` // what is wrong
	Help    string `json:"help"`    // what to do

	counter int64 // with RefusalCallRepeated: the highest that the server has seen
}

func (e *RefusalError) Error() string {
	text := fmt.Sprintf("refused (%d): %s", e.ID, e.Message)
	if e.Help != "" {
		text += " " + e.Help
	}
	return text
}

// The reasons that programs act upon, each with its short words.
// docs/clients-api.md#refusals lists them all.
const (
	RefusalUnknownKey        = 1000  // Unknown key
	RefusalExpired           = 1001  // Licence expired
	RefusalInactive          = 1002  // Licence off or not started
	RefusalVersion           = 1003  // Version not allowed
	RefusalNoSession         = 1007  // No session left
	RefusalUnknownUser       = 1010  // Unknown user
	RefusalNoToken           = 2000  // No activation left
	RefusalTokenTaken        = 2001  // Token in use by another client
	RefusalTokenFree         = 2002  // Token not assigned
	RefusalUnknownToken      = 2003  // Unknown token
	RefusalAlreadyUnassigned = 2004  // Given up already
	RefusalUnknownClient     = 2006  // Client not activated
	RefusalUnknownProduct    = 3000  // Unknown product
	RefusalUnknownLimitation = 3003  // Unknown limitation
	RefusalOtherToken        = 5000  // Client of another token
	RefusalNamedLicense      = 12000 // Session on a named licence
	RefusalClientSessions    = 12002 // Too many sessions of a client
	RefusalCheckout          = 12003 // Checkout too long
	RefusalMissingUser       = 12004 // User missing
	RefusalUserElsewhere     = 12006 // User has another session
	RefusalSuspended         = 20001 // Device suspended
	RefusalMayNotUnassign    = 20002 // May not unassign
	RefusalAllowanceUsedUp   = 20003 // Deactivations used up
	RefusalOtherCustomer     = 20004 // Client of another customer
	RefusalBlacklisted       = 20010 // Device blacklisted
	RefusalCallRepeated      = 20021 // Call sent before
	RefusalKeyGivenUp        = 20022 // Key pair given up
	RefusalKeyReplaced       = 20023 // Key replaced
)

// ends tells whether a heartbeat refused for this reason means that the program
// has no licence any more, so that the last good answer must not outlive it.
func ends(id int) bool {
	switch id {
	case RefusalUnknownKey, RefusalExpired, RefusalInactive, RefusalVersion,
		RefusalNoToken, // of a licence that counts the devices of each month: this month has no place for it
		RefusalTokenFree, RefusalUnknownToken, RefusalUnknownClient, RefusalOtherToken,
		RefusalSuspended, RefusalOtherCustomer, RefusalBlacklisted, RefusalKeyReplaced:
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
