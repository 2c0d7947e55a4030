package edge

import (
	"fmt"
	"time"

	"chancery/internal/fault"
	"chancery/internal/identity"
)

// NoRoute is the fault for an address at which there is nothing. Surfaces that
// answer it by themselves, in their own form, give the same one.
func NoRoute() *fault.Error {
	return &fault.Error{
		Kind: fault.NotFound, Code: "route_not_found", Message: "There is nothing at this address.",
		Help: "Check the path against the documentation of the API.",
	}
}

func errMethod(allow string) *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "method_not_allowed", Message: "This address does not take this method.",
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

func errForbidden(p identity.Permission) *fault.Error {
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

func errTooLarge(limit int64) *fault.Error {
	return &fault.Error{
		Kind: fault.TooLarge, Code: "body_too_large", Message: fmt.Sprintf("The request body is larger than %d bytes.", limit),
		Help: "Send less at once.",
	}
}
