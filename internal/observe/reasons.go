package observe

// Reason says why an item was refused. It is stable: programs get it, and lists filter by it.
type Reason string

// The reasons.
const (
	InvalidEvent         Reason = "invalid_event"
	EventTooLarge        Reason = "event_too_large"
	InvalidEventID       Reason = "invalid_event_id"
	InvalidExceptionID   Reason = "invalid_exception_id"
	InvalidSessionID     Reason = "invalid_session_id"
	InvalidTimestamp     Reason = "invalid_timestamp"
	TimestampOutOfRange  Reason = "timestamp_out_of_range"
	InvalidActorID       Reason = "invalid_actor_id"
	InvalidLicenseID     Reason = "invalid_license_id"
	InvalidAccountID     Reason = "invalid_account_id"
	InvalidProduct       Reason = "invalid_product"
	InvalidVersion       Reason = "invalid_product_version"
	UnrecognizedProduct  Reason = "unrecognized_product"
	InvalidCategory      Reason = "invalid_category"
	InvalidName          Reason = "invalid_name"
	InvalidException     Reason = "invalid_exception"
	InvalidEndReason     Reason = "invalid_end_reason"
	InvalidProperty      Reason = "invalid_property"
	TooManyProperties    Reason = "too_many_properties"
	ReservedPropertyKey  Reason = "reserved_property_key"
	InvalidBreadcrumbs   Reason = "invalid_breadcrumbs"
	TooManyLicenses      Reason = "too_many_license_ids"
	TooManyAccounts      Reason = "too_many_account_ids"
	TooManyActors        Reason = "too_many_actor_ids"
	TooManyProducts      Reason = "too_many_products"
	TooManyVersions      Reason = "too_many_product_versions"
	SessionNotFound      Reason = "session_not_found"
	IdentityAlreadyLinks Reason = "identity_already_linked"
)

// Refusal tells people of a reason: what is wrong, and how to mend it.
type Refusal struct {
	Reason Reason
	Wrong  string
	Help   string
}

// refusals are in the order in which an item is looked at.
var refusals = []Refusal{ //nolint:gochecknoglobals // a list that never changes
	{InvalidEvent, "It is not a JSON object.", "Send each item as an object with the fields that the call takes."},
	{EventTooLarge, "It is larger than an item may be: 4 KB for an event, 128 KB for an exception.", "Send fewer or shorter properties."},
	{InvalidEventID, "event_id is not a UUID.", "Make a new UUID (version 7) for each event, and send the same one when you repeat it."},
	{InvalidExceptionID, "exception_id is not a UUID.", "Make a new UUID for each exception."},
	{InvalidSessionID, "session_id is not a UUID.", "Send the id under which the session was started, or leave it out."},
	{InvalidTimestamp, "The time is not written as 2026-03-14T09:26:53.589Z.", "Send it with the date, the time and Z or an offset."},
	{
		TimestampOutOfRange, "The time is more than 48 hours ahead, or older than events are kept.",
		"Set the device's clock; events that waited for longer than the retention can't be counted any more.",
	},
	{
		InvalidActorID, "actor_id is missing, is empty, has more than 512 characters, holds a control character, or stands for nobody.",
		"Send the id of the user or device; don't identify anybody before a user has signed in.",
	},
	{InvalidLicenseID, "license_id is empty, has more than 256 characters, or holds a control character.", "Leave it out while there is none."},
	{InvalidAccountID, "account_id is empty, has more than 256 characters, or holds a control character.", "Leave it out while there is none."},
	{InvalidProduct, "product is missing, is empty, or has more than 256 characters.", "Set the product's name where the SDK is started."},
	{InvalidVersion, "product_version is missing, is empty, or has more than 128 characters.", "Set the version where the SDK is started."},
	{UnrecognizedProduct, "The product is not known, and new names are not taken.", "Correct the name, or let new names be taken in Data governance."},
	{InvalidCategory, "category is missing, is empty, or has more than 128 characters.", "Send a short category."},
	{InvalidName, "name is missing, is empty, or has more than 256 characters.", "Send a short name; put what differs into properties."},
	{
		InvalidException, "exception_type or severity is missing, the message has more than 1,000 characters, or the stack trace more than 32,768.",
		"Send type and severity, and shorten the rest.",
	},
	{InvalidEndReason, "end_reason has more than 256 characters, or is not a text.", "Send a short word."},
	{InvalidProperty, "A property is an object or a list, its key has more than 64 characters, or its value more than 256.", "Send flat, short values."},
	{TooManyProperties, "It has more than 20 properties.", "Send those that you look at."},
	{
		ReservedPropertyKey, "A property has the name of a field: an id, or account, accountId, license, licenseId.",
		"Send it as the field license_id or account_id: SetLicense and SetAccount of the SDK do.",
	},
	{InvalidBreadcrumbs, "breadcrumbs is not a list, or has more than 200 entries.", "Send the newest ones."},
	{TooManyLicenses, "It names a new license_id, and there are as many as are kept.", "Use one id for each contract, and not one for each user."},
	{TooManyAccounts, "It names a new account_id, and there are as many as are kept.", "Use one id for each customer organisation."},
	{TooManyActors, "It names a new actor_id, and there are as many as are kept.", "Keep an actor's id from one start to the next."},
	{TooManyProducts, "It names a new product, and there are as many as are kept.", "Use one name for each product."},
	{TooManyVersions, "It names a new product_version, and there are as many as are kept.", "Don't put build numbers or dates into it."},
	{SessionNotFound, "The session is not known, and what would make it is not complete.", "Send the start first, or the end with all of the start's fields."},
	{IdentityAlreadyLinks, "The anonymous actor was identified as somebody else before.", "Begin a new anonymous actor when a user signs out."},
}

// Refusals lists the reasons with their texts.
func Refusals() []Refusal { return append([]Refusal{}, refusals...) }

// RefusalOf gives the texts of a reason.
func RefusalOf(reason Reason) Refusal {
	for _, r := range refusals {
		if r.Reason == reason {
			return r
		}
	}
	return Refusal{Reason: reason}
}
