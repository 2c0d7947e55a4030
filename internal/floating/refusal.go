package floating

import "chancery/internal/refusal"

// Refusal is a business refusal of a client's call.
type Refusal = refusal.Refusal

// The numbers of refusals that floating gives (docs/clients-api.md#refusals).
const (
	InvalidKey       = 1000
	NoSessionLeft    = 1007
	UnknownUser      = 1010
	MissingClientID  = 2010
	NamedLicense     = 12000
	TooManyOfClient  = 12002
	CheckoutTooLong  = 12003
	MissingUser      = 12004
	BadSessionID     = 12005
	UserHasAnotherOn = 12006
)

var refusals = refusal.Table{ //nolint:gochecknoglobals // a table of the protocol
	InvalidKey: {
		Message: "This is not a valid license key.",
		Help:    "Send the license key as license_id; a license's id is taken from its activated clients only.",
	},
	NoSessionLeft:    {Message: "All sessions of this license are in use.", Help: "Wait until somebody closes one, or ask your vendor for more."},
	UnknownUser:      {Message: "This user is not one of the license's users.", Help: "Ask your vendor to add the user to the license."},
	MissingClientID:  {Message: "The client id is missing.", Help: "Send a client_id that tells this installation from all others."},
	NamedLicense:     {Message: "This license has no sessions: its clients are named.", Help: "Activate the client and send heartbeats instead."},
	TooManyOfClient:  {Message: "This client has as many sessions open as one client may have.", Help: "Close one of them, or renew one by its session_id."},
	CheckoutTooLong:  {Message: "The license does not allow so long a checkout.", Help: "Ask for fewer minutes, or leave checkout_period out."},
	MissingUser:      {Message: "The user id is missing.", Help: "Send the user_id of who works with the program: the license is for users."},
	BadSessionID:     {Message: "This is not a session id.", Help: "Send at most 256 bytes without control characters, or none."},
	UserHasAnotherOn: {Message: "This user has a session open on another client.", Help: "Close it there, or wait until it lapses."},
}

// Refuse gives the refusal with this number.
func Refuse(id int) *Refusal { return refusals.Refuse(id) }
