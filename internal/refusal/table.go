package refusal

// The numbers of refusals (docs/clients-api.md#refusals).
const (
	InvalidKey          = 1000
	Expired             = 1001
	NotActive           = 1002
	VersionNotAllowed   = 1003
	NoSessionLeft       = 1007
	UnknownUserOnce     = 1008 // older servers said it for UnknownUser
	UnknownUser         = 1010
	NoTokenLeft         = 2000
	TokenAssigned       = 2001
	TokenNotAssigned    = 2002
	UnknownToken        = 2003
	AlreadyUnassigned   = 2004
	ClientAssigned      = 2005
	UnknownClient       = 2006
	UnknownLegacyKey    = 2007
	MissingClientID     = 2010
	UnknownProduct      = 3000
	UnknownFeature      = 3001
	UnknownLimitation   = 3003
	NoLicenseOfCustomer = 4000
	NoLicenseOfUser     = 4001
	OtherToken          = 5000
	UnknownHeartbeat    = 5001
	UnknownField        = 6000
	NotANumber          = 6001
	NamedLicense        = 12000
	TooManyOfClient     = 12002
	CheckoutTooLong     = 12003
	MissingUser         = 12004
	BadSessionID        = 12005
	UserHasAnotherOn    = 12006
	Suspended           = 20001
	MayNotUnassign      = 20002
	AllowanceUsedUp     = 20003
	OtherCustomersToken = 20004
	OfflineNotAllowed   = 20005
	OfflineSubscription = 20006
	Blacklisted         = 20010
	NoRollback          = 20011
	CallRepeated        = 20021
	KeyGivenUp          = 20022
	KeyReplaced         = 20023
)

// Kind is one row of the table: what is said of one number, wherever it is said.
// Message and Help are the wire's, so they say "license" as its fields do.
type Kind struct {
	ID        int
	Words     string // a few words, for a badge or a chart
	Message   string // what is wrong, one sentence
	Help      string // what to do, one sentence
	Elsewhere bool   // other servers of the protocol give it, this one does not (any more)
}

var table = []Kind{ //nolint:gochecknoglobals // a table of the protocol, in the order of ID; All and Refuse give copies
	{
		ID: InvalidKey, Words: "Unknown key", Message: "This is not a valid license key.",
		Help: "Check the key for typing errors, and that it was issued for this product.",
	},
	{ID: Expired, Words: "Licence expired", Message: "The license has expired.", Help: "Ask your vendor to extend it."},
	{
		ID: NotActive, Words: "Licence off or not started", Message: "The license is switched off.",
		Help: "Ask your vendor why, and to switch it on again.",
	},
	{
		ID: VersionNotAllowed, Words: "Version not allowed", Message: "This software version is not covered by the license.",
		Help: "Install a version that the license covers, or ask your vendor to extend it.",
	},
	{
		ID: NoSessionLeft, Words: "No session left", Message: "All sessions of this license are in use.",
		Help: "Wait until somebody closes one, or ask your vendor for more.",
	},
	{
		ID: UnknownUserOnce, Words: "Unknown user", Message: "This user is not one of the license's users.",
		Help: "Ask your vendor to add the user to the license.", Elsewhere: true,
	},
	{
		ID: UnknownUser, Words: "Unknown user", Message: "This user is not one of the license's users.",
		Help: "Ask your vendor to add the user to the license.",
	},
	{
		ID: NoTokenLeft, Words: "No activation left", Message: "All activations of this license are in use.",
		Help: "Release a device that no longer needs it, or ask your vendor for more activations.",
	},
	{
		ID: TokenAssigned, Words: "Token in use by another client", Message: "This token key is in use by another client.",
		Help: "Release it there first, or activate with the license key.",
	},
	{ID: TokenNotAssigned, Words: "Token not assigned", Message: "This token is not assigned to any client.", Help: "Activate the client first."},
	{ID: UnknownToken, Words: "Unknown token", Message: "There is no such token key.", Help: "Activate the client again with its license key."},
	{
		ID: AlreadyUnassigned, Words: "Given up already", Message: "The token is already unassigned.",
		Help: "Nothing is left to do; activate again to use the license.",
	},
	{
		ID: ClientAssigned, Words: "Client has a key of its own",
		Message: "This client is activated with a key pair of its own, and the call was not signed with it.",
		Help:    "Call from the installation that was activated, or ask your vendor to release it.",
	},
	{ID: UnknownClient, Words: "Client not activated", Message: "This client is not activated.", Help: "Activate it with a license key."},
	{
		ID: UnknownLegacyKey, Words: "Unknown key", Message: "This is not a valid license key.",
		Help: "Check the key for typing errors, and that it was issued for this product.", Elsewhere: true,
	},
	{
		ID: MissingClientID, Words: "Client id missing", Message: "The client id is missing.",
		Help: "Send a client_id that tells this installation from all others.",
	},
	{ID: UnknownProduct, Words: "Unknown product", Message: "There is no such product.", Help: "Check the product_id in the program's configuration."},
	{
		ID: UnknownFeature, Words: "Unknown usage feature", Message: "There is no such usage feature.",
		Help: "Check the usage_feature_id, or send usage_feature_name to the call by name.",
	},
	{
		ID: UnknownLimitation, Words: "Unknown limitation",
		Message: "There is no such limitation in this client's license, or it is a static limit that nothing is consumed of.",
		Help:    "Check the limitation_id against the limitations of the license; consumption_reset_mode 0 is a static limit.",
	},
	{ID: NoLicenseOfCustomer, Words: "No licence", Message: "The customer has no license.", Help: "Ask your vendor for one.", Elsewhere: true},
	{ID: NoLicenseOfUser, Words: "No licence", Message: "The customer has no license.", Help: "Ask your vendor for one.", Elsewhere: true},
	{
		ID: OtherToken, Words: "Client of another token", Message: "This client is not assigned to that token.",
		Help: "Send the token_key of this client's own activation, or none.",
	},
	{ID: UnknownHeartbeat, Words: "Unknown heartbeat type", Message: "There is no such heartbeat type.", Help: "Leave heartbeat_type_id out."},
	{
		ID: UnknownField, Words: "Unknown analytical field", Message: "There is no such analytical field.",
		Help: "Check the analytical_field_id; the vendor defines the fields of a product.",
	},
	{
		ID: NotANumber, Words: "Analytical value not a number", Message: "The value of this analytical field must be a number.",
		Help: "Send a decimal number, such as 12.5.",
	},
	{
		ID: NamedLicense, Words: "Session on a named licence", Message: "This license has no sessions: its clients are named.",
		Help: "Activate the client and send heartbeats instead.",
	},
	{
		ID: TooManyOfClient, Words: "Too many sessions of a client", Message: "This client has as many sessions open as one client may have.",
		Help: "Close one of them, or renew one by its session_id.",
	},
	{
		ID: CheckoutTooLong, Words: "Checkout too long", Message: "The license does not allow so long a checkout.",
		Help: "Ask for fewer minutes, or leave checkout_period out.",
	},
	{
		ID: MissingUser, Words: "User missing", Message: "The user id is missing.",
		Help: "Send the user_id of who works with the program: the license is for users.",
	},
	{
		ID: BadSessionID, Words: "Bad session id", Message: "This is not a session id.",
		Help: "Send at most 256 bytes without control characters, or none.",
	},
	{
		ID: UserHasAnotherOn, Words: "User has another session", Message: "This user has a session open on another client.",
		Help: "Close it there, or wait until it lapses.",
	},
	{ID: Suspended, Words: "Device suspended", Message: "This client is suspended.", Help: "Ask your vendor until when and why."},
	{
		ID: MayNotUnassign, Words: "May not unassign", Message: "Clients of this license may not give it up by themselves.",
		Help: "Ask your vendor to release this device.",
	},
	{
		ID: AllowanceUsedUp, Words: "Deactivations used up", Message: "The allowance of deactivations is used up.",
		Help: "Ask your vendor to release this device, or to allow more deactivations.",
	},
	{
		ID: OtherCustomersToken, Words: "Client of another customer", Message: "This client is activated with the license of another customer.",
		Help: "Release it there first, or ask your vendor to.",
	},
	{
		ID: OfflineNotAllowed, Words: "Offline use not allowed", Message: "This license may not be used offline.",
		Help: "Activate the machine online, or ask your vendor for a license that allows it.",
	},
	{
		ID: OfflineSubscription, Words: "Offline use of a subscription",
		Message: "A subscription can't be used offline: whether it is in force is decided elsewhere.",
		Help:    "Activate the machine online, or ask your vendor for a time-limited license.",
	},
	{
		ID: Blacklisted, Words: "Device blacklisted", Message: "This device is blacklisted: its cards have no day left.",
		Help: "Bind a card with days to it, or ask for more days.",
	},
	{
		ID: NoRollback, Words: "Consumption not rolled back", Message: "This consumption can't be rolled back.",
		Help: "A client may roll back its own newest consumption, within 24 hours; ask the vendor for others.",
	},
	{
		ID: CallRepeated, Words: "Call sent before", Message: "This call was sent before, or out of its order.",
		Help: "Sign it again with a counter above the one in this answer; a program that counts its calls may not leave the counter out.",
	},
	{
		ID: KeyGivenUp, Words: "Key pair given up", Message: "This client has given its activation up, and its key pair with it.",
		Help: "Make a new key pair and activate again.",
	},
	{
		ID: KeyReplaced, Words: "Key replaced", Message: "This key was replaced by a new one.",
		Help: "Use the new key; who does not have it asks the vendor for it.",
	},
}
