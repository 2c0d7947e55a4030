package edge

import (
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
)

const codeNoRoute = "route_not_found"

// NoRoute is the fault for an address at which there is nothing. Surfaces that
// answer it by themselves, in their own form, give the same one.
func NoRoute() *fault.Error {
	return &fault.Error{
		Kind: fault.NotFound, Code: codeNoRoute, Message: "There is nothing at this address.",
		Help: "Check the path against the documentation of the API.",
	}
}

// codeMethod has a status of its own: no kind of fault names methods.
const codeMethod = "method_not_allowed"

func errMethod(allow string) *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Code: codeMethod, Message: "This address does not take this method.",
		Help: "Use one of: " + allow + ".",
	}
}

func errOrigin() *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "cross_origin", Message: "This request came from another site's page.",
		Help: "Open the page of this server and try again there.",
	}
}

// PermissionMissing is the code of a refusal to who lacks the permission of a route.
const PermissionMissing = "permission_missing"

// Forbidden refuses a call of somebody who lacks a permission.
func Forbidden(p identity.Permission) *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: PermissionMissing, Message: "These credentials do not have the permission " + string(p) + ".",
		Help: "Use a key or a user that has it.",
	}
}

func errTimeout() *fault.Error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "timeout", Message: "The server could not answer in time.",
		Help: "Try again in a moment.", RetryAfter: 2 * time.Second,
	}
}

// statusGone is what an access log says of a caller who hung up before the answer;
// no standard names it, and nobody receives it.
const statusGone = 499

// errGone is for a caller who hung up.
func errGone() *fault.Error {
	return &fault.Error{
		Kind: fault.Abandoned, Code: "caller_gone", Message: "The caller hung up before there was an answer.", Help: "Call again.",
	}
}

func errTooLarge(limit int64) *fault.Error {
	return &fault.Error{
		Kind: fault.TooLarge, Code: "body_too_large", Message: "What was sent is larger than " + sizeText(limit) + ".",
		Help: "Send less at once.",
	}
}

// sizeText says so many bytes as people do.
func sizeText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
