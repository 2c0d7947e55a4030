package licensing

import "chancery/internal/refusal"

// Refusal is a business refusal of a client's call.
type Refusal = refusal.Refusal

// The numbers of refusals that licensing gives (docs/clients-api.md#refusals).
const (
	InvalidKey          = 1000
	Expired             = 1001
	NotActive           = 1002
	VersionNotAllowed   = 1003
	NoTokenLeft         = 2000
	TokenAssigned       = 2001
	TokenNotAssigned    = 2002
	UnknownToken        = 2003
	AlreadyUnassigned   = 2004
	ClientAssigned      = 2005
	UnknownClient       = 2006
	MissingClientID     = 2010
	UnknownProduct      = 3000
	OtherToken          = 5000
	UnknownHeartbeat    = 5001
	Suspended           = 20001
	MayNotUnassign      = 20002
	OtherCustomersToken = 20004
	OfflineNotAllowed   = 20005
	OfflineSubscription = 20006
	CallRepeated        = 20021
	KeyGivenUp          = 20022
)

var refusals = refusal.Table{ //nolint:gochecknoglobals // a table; Refuse gives copies
	InvalidKey: {
		Message: "This is not a valid license key.",
		Help:    "Check the key for typing errors, and that it was issued for this product.",
	},
	Expired:   {Message: "The license has expired.", Help: "Ask your vendor to extend it."},
	NotActive: {Message: "The license is switched off.", Help: "Ask your vendor why, and to switch it on again."},
	VersionNotAllowed: {
		Message: "This software version is not covered by the license.",
		Help:    "Install a version that the license covers, or ask your vendor to extend it.",
	},
	NoTokenLeft: {
		Message: "All activations of this license are in use.",
		Help:    "Release a device that no longer needs it, or ask your vendor for more activations.",
	},
	TokenAssigned:     {Message: "This token key is in use by another client.", Help: "Release it there first, or activate with the license key."},
	TokenNotAssigned:  {Message: "This token is not assigned to any client.", Help: "Activate the client first."},
	UnknownToken:      {Message: "There is no such token key.", Help: "Activate the client again with its license key."},
	AlreadyUnassigned: {Message: "The token is already unassigned.", Help: "Nothing is left to do; activate again to use the license."},
	ClientAssigned: {
		Message: "This client is activated with a key pair of its own, and the call was not signed with it.",
		Help:    "Call from the installation that was activated, or ask your vendor to release it.",
	},
	UnknownClient:    {Message: "This client is not activated.", Help: "Activate it with a license key."},
	MissingClientID:  {Message: "The client id is missing.", Help: "Send a client_id that tells this installation from all others."},
	UnknownProduct:   {Message: "There is no such product.", Help: "Check the product_id in the program's configuration."},
	OtherToken:       {Message: "This client is not assigned to that token.", Help: "Send the token_key of this client's own activation, or none."},
	UnknownHeartbeat: {Message: "There is no such heartbeat type.", Help: "Leave heartbeat_type_id out."},
	Suspended:        {Message: "This client is suspended.", Help: "Ask your vendor until when and why."},
	MayNotUnassign:   {Message: "Clients of this license may not give it up by themselves.", Help: "Ask your vendor to release this device."},
	OtherCustomersToken: {
		Message: "This client is activated with the license of another customer.",
		Help:    "Release it there first, or ask your vendor to.",
	},
	OfflineNotAllowed: {
		Message: "This license may not be used offline.",
		Help:    "Activate the machine online, or ask your vendor for a license that allows it.",
	},
	OfflineSubscription: {
		Message: "A subscription can't be used offline: whether it is in force is decided elsewhere.",
		Help:    "Activate the machine online, or ask your vendor for a time-limited license.",
	},
	CallRepeated: {
		Message: "This call was sent before, or out of its order.",
		Help:    "Sign it again with a counter above the one in this answer; a program that counts its calls may not leave the counter out.",
	},
	KeyGivenUp: {
		Message: "This client has given its activation up, and its key pair with it.",
		Help:    "Make a new key pair and activate again.",
	},
}

// Refuse gives the refusal with this number.
func Refuse(id int) *Refusal { return refusals.Refuse(id) }

// RefuseUnsigned is ClientAssigned for a call that carries no signature at all.
func RefuseUnsigned() *Refusal {
	return Refuse(ClientAssigned).With("Sign the call: its Chancery-Client-Signature header is missing. " +
		"The key pair is that of the installation that was activated; where it is lost, activate again with a license key and a new one.")
}

// RefuseUser answers a client that names a user instead of a key: unknown user,
// wrong password or code, and a user without a licence are one answer.
func RefuseUser() *Refusal {
	r := Refuse(InvalidKey)
	r.Message = "The e-mail address, the password or the code is wrong, or there is no license of this product for this user."
	r.Help = "Check them; who signs in with a second factor takes a single-use code instead of the password."
	return r
}

// refuseEarlyFile answers who asks for a file of a licence whose clock has not
// started: it would say that the licence never ends.
func refuseEarlyFile() *Refusal {
	r := Refuse(TokenNotAssigned)
	r.Message = "The end of this license is counted from its first activation, which is still to come."
	r.Help = "Activate a client first, then ask for the file again."
	return r
}
