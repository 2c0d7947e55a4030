package observe

// Lone stands in a text that was sent for half of a UTF-16 pair, which has no UTF-8. It is
// a code point that no text may hold.
const Lone = '\ufdd0'

// Field is one field of an item as it was sent.
type Field struct {
	Text  string // with Lone where half a pair was sent
	Given bool   // neither left out nor null
	Other bool   // given, and no text
}

// Sent is one item as it was sent, before it is judged.
type Sent struct {
	What   What
	Broken bool // no JSON object; nothing else is set but Payload and Size
	Size   int  // bytes of its JSON

	ID       Field // event_id, exception_id or session_id
	Time     Field // timestamp, occurred_at, started_at or ended_at
	Actor    Field
	Product  Field
	Version  Field
	Session  Field
	Account  Field
	License  Field
	Category Field
	Name     Field // of an exception: exception_type

	Properties      []Property
	PropertiesOther bool // they are no object

	// Of exceptions.
	Severity, Message, Stack Field
	Breadcrumbs              string // JSON without Lone and U+0000; "" for none
	BreadcrumbCount          int
	BreadcrumbsOther         bool // they are no list

	EndReason Field
	Started   Field // started_at of the end of a session that makes it

	Payload string // its JSON, for Invalid events
}

// Property is one property of an event as it was sent.
type Property struct {
	Key    string
	Text   Field  // of a text
	Raw    string // the JSON of a number, true, false or null
	Nested bool
}
