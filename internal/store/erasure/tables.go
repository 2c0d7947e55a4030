package erasure

// In what a row is about the person.
const (
	about  = 1 << iota // the row is about them: their licence, their device, themselves
	by                 // they did it
	client             // a device of theirs did it
)

// table says what of one table is about people.
type table struct {
	name    string
	key     []string // its unique key, but for the vendor
	texts   []column
	related []relation
	where   string // rows that are left out do not match it; empty for none
	set     string // what is set beside, in a row that changes; empty for nothing
}

type column struct {
	name  string
	blank int    // relations with which it goes as a whole
	mark  string // what then stands there
	about int    // relations with which it loses what its JSON says of people
	whole bool   // a word in it makes the row as a whole go
	bytes bool   // of the type BLOB
	named bool   // an id of theirs in it makes the row as a whole be about them
	id    bool   // "erased-" and the row's id stands there: it must stay unique
}

// relation is a condition on the row x. {of} is the licences of the erasure as a
// condition on l.license_id; {subject} and {subject_text} are the customer or user.
type relation struct {
	bits      int
	condition string
}

const (
	byLicense = `EXISTS (SELECT 1 FROM erasure_licenses l WHERE {of} AND l.license_id = x.license_id)`
	byMeter   = `EXISTS (SELECT 1 FROM meters m JOIN erasure_licenses l ON l.vendor_id = m.vendor_id AND l.license_id = m.license_id
		WHERE {of} AND m.id = x.meter_id)`
	byActivation = `EXISTS (SELECT 1 FROM activations a JOIN erasure_licenses l ON l.vendor_id = a.vendor_id AND l.license_id = a.license_id
		WHERE {of} AND a.id = x.activation_id)`
	byUUID   = `EXISTS (SELECT 1 FROM erasure_licenses l WHERE {of} AND l.license = x.`
	byStream = byUUID + `stream)`
	byItem   = `EXISTS (SELECT 1 FROM outbox o JOIN erasure_licenses l ON l.vendor_id = o.vendor_id AND l.license = o.stream
		WHERE {of} AND o.id = x.item_id)`
	byItemOfSubject = `EXISTS (SELECT 1 FROM outbox o WHERE o.vendor_id = x.vendor_id AND o.id = x.item_id AND o.stream = {subject})`
)

func blank(names ...string) []column {
	all := make([]column, len(names))
	for i, name := range names {
		all[i] = column{name: name, blank: about}
	}
	return all
}

// naming is whole, of texts that name what they are about by its id.
func naming(name string) column { return column{name: name, blank: about, whole: true, named: true} }

func whole(names ...string) []column {
	all := blank(names...)
	for i := range all {
		all[i].whole = true
	}
	return all
}

// tables are all tables that hold texts which may be about people, in the order in which
// they are gone through: the audit log comes last, because it says what the others were.
var tables = []table{ //nolint:gochecknoglobals // a list that never changes, of names
	{name: "customers", key: []string{"id"}, texts: []column{{name: "email"}}},
	{name: "licensee_moves", key: []string{"customer_id", "former"}, texts: []column{{name: "former"}}},
	{name: "address_moves", key: []string{"former"}, texts: []column{{name: "former"}, {name: "address"}}},
	{name: "licenses", key: []string{"id"}, texts: []column{{name: "overrides"}}},
	{
		name: "license_handovers", key: []string{"id"}, related: []relation{{about, byLicense}},
		texts: whole("former", "address", "name"), set: `ended = CASE WHEN ended = '' THEN 'cancelled' ELSE ended END`,
	},
	{
		name: "license_requests", key: []string{"id"}, texts: whole("message", "answer"),
		related: []relation{
			{about, byLicense},
			{about, `x.customer_id = (SELECT c.id FROM customers c WHERE c.vendor_id = x.vendor_id AND c.uuid = {subject})`},
		},
	},
	{name: "license_users", key: []string{"id"}, texts: []column{{name: "user_id", blank: about, id: true}}, related: []relation{{about, byLicense}}},
	{
		name: "sessions", key: []string{"id"},
		texts:   blank("client_id", "session_id", "user_id"),
		related: []relation{{about, byLicense + ` AND x.ended_at IS NOT NULL`}},
	},
	{name: "consumptions", key: []string{"id"}, texts: blank("user_id", "note"), related: []relation{{about, byMeter}}},
	{name: "heartbeats", key: []string{"id"}, texts: blank("hostname", "address", "group_id", "user_id"), related: []relation{{about, byActivation}}},
	{
		name: "activations", key: []string{"id"}, related: []relation{{about, byLicense}},
		texts: blank("display_name", "display_name_folded", "client_name", "client_description", "tags", "hostname", "device_variables", "address"),
	},
	{name: "release_orders", key: []string{"id"}, related: []relation{{by, `x.actor_id = {subject_text}`}}, texts: []column{{name: "actor_name", blank: by}}},
	{
		name: "offline_files", key: []string{"id"}, related: []relation{{about, byLicense}, {by, `x.actor_id = {subject_text}`}},
		texts: []column{{name: "client_id", blank: about}, {name: "actor_name", blank: about | by}, {name: "address", blank: about | by}},
		set:   `content = NULL`,
	},
	{
		name: "offline_deletions", key: []string{"id"}, related: []relation{{by, `x.actor_id = {subject_text}`}},
		texts: []column{{name: "actor_name", blank: by}},
	},
	{name: "offline_histories", key: []string{"id"}, related: []relation{{about, byLicense}}, texts: blank("hostname")},
	{name: "analytical_values", key: []string{"field_id", "device_id", "day"}, texts: []column{{name: "value"}}},
	{
		name: "last_refusals", key: []string{"license_id", "slot"},
		texts:   blank("client_id", "hostname", "address"),
		related: []relation{{about, byLicense}},
	},
	{name: "api_keys", key: []string{"id"}, texts: []column{{name: "name"}}},
	{
		name: "mails", key: []string{"id"}, texts: append(append(whole("recipient", "subject"), naming("body_text"),
			column{name: "once_key", blank: about, whole: true, id: true}),
			blank("body_html", "stop_link", "error")...),
		related: []relation{{about, `x.license IS NOT NULL AND ` + byUUID + `license)`}},
		set:     `sealed = NULL, state = CASE WHEN state = 'queued' THEN 'failed' ELSE state END`,
	},
	{
		name: "outbox", key: []string{"id"}, texts: []column{{name: "payload", about: about}},
		related: []relation{{about, byStream}, {about, `x.stream = {subject}`}},
	},
	{
		name: "deliveries", key: []string{"id"}, texts: append(whole("error", "response"), naming("request")),
		related: []relation{{about, byItem}, {about, byItemOfSubject}},
	},
	{
		name: "answers", key: []string{"principal", "route", "request_key"}, where: `x.is_sealed = 0`,
		texts: []column{{name: "body", bytes: true, about: about, named: true}},
	},
	{
		name: "imports", key: []string{"id"}, related: []relation{{by, `x.actor_id = {subject_text}`}},
		texts: []column{{name: "file_name"}, {name: "actor_name", blank: by}, {name: "actor_address", blank: by}},
	},
	{name: "observe_ids", key: []string{"id"}, texts: []column{{name: "name", id: true}}},
	{name: "observe_joins", key: []string{"id"}, texts: []column{{name: "actor", id: true}, {name: "identified", id: true}, {name: "root", id: true}}},
	{name: "observe_sessions", key: []string{"session_key"}, texts: []column{{name: "actor"}, {name: "account"}, {name: "license"}}},
	{name: "observe_environments", key: []string{"session_key"}, texts: []column{{name: "body"}}},
	{name: "observe_invalid", key: []string{"id"}, texts: []column{{name: "payload", whole: true}}},
	{name: "prepaid_orders", key: []string{"id"}, texts: []column{{name: "actor"}}},
	{name: "prepaid_transfers", key: []string{"id"}, texts: []column{{name: "actor"}}},
	{name: "prepaid_device_numbers", key: []string{"id"}, texts: []column{{name: "number", id: true}, {name: "number_key", id: true}}},
	{
		name: "import_lines", key: []string{"import_id", "line"}, texts: []column{
			{name: "cells", blank: about, mark: "[]", whole: true}, {name: "problems", blank: about, mark: "[]", whole: true}, {name: "result"},
		},
	},
	{
		name: auditLog, key: []string{"id"}, texts: []column{
			{name: "actor_id", blank: client},
			{name: "actor_name", blank: by | client},
			{name: "address", blank: by | client},
			{name: "before_value", about: about},
			{name: "after_value", about: about},
		},
		related: []relation{
			{about, byLicense},
			{about, `x.subject_id = {subject}`},
			{by, `x.actor_id = {subject_text}`},
			{client, `x.actor_kind = 'client' AND ` + byLicense},
			{by, `x.actor_kind = 'api_key' AND ` + byLicense}, // most often a program that calls with its key
		},
	},
}

const auditLog = "audit_log"

// notPersonal are columns of text that say nothing of people: words of the server's own,
// of the vendor's catalogue and settings, hashes, and what is sealed. What is personal and
// not in tables is erased by statements of its own: customers, licences, devices and users.
var notPersonal = map[string][]string{ //nolint:gochecknoglobals // a list that never changes
	"activations":            {"platform", "operating_system", "software_version", "country", "city", "release_reason"},
	"analytical_fields":      {"name"},
	"answers":                {"principal", "route", "request_key"},
	"access_tokens":          {"hint"},
	"api_keys":               {"kind", "hint", "permissions"},
	"audit_heads":            {"head"},
	"audit_log":              {"action", "subject", "actor_kind", "request_id"},
	"consumptions":           {"kind", "external_id"},
	"customers":              {"customer_number", "language"},
	"customer_users":         {"role"},
	"editions":               {"name", "description", "provisioning_mode", "client_type", "license_type", "policy", "grants"},
	"erasures":               {"kind", "stage", "after_key"},
	"features":               {"name", "description"},
	"figures":                {"figure", "value"},
	"goodwill_stays":         {"left_by"},
	"heartbeats":             {"software_version", "operating_system", "platform", "country", "city"},
	"help_texts":             {"language", "body"},
	"identity_providers":     {"issuer", "client_id", "label"},
	"imports":                {"kind", "zone", "columns", "state", "actor_kind", "actor_id"},
	"import_lines":           {"state"},
	"key_lists":              {"document"},
	"last_ids":               {"name"},
	"last_refusals":          {"software_version"},
	"leases":                 {"name", "holder"},
	"word_progress":          {"names"},
	"zone_moves":             {"from_zone", "to_zone"},
	"license_handovers":      {"ended"},
	"license_notices":        {"kind"},
	"license_requests":       {"wish", "meter_name", "state"},
	"licenses":               {"printed_key", "legacy_license_key", "expires_mode", "measured"},
	"limitations":            {"name", "description"},
	"mail_choices":           {"kind"},
	"mail_rules":             {"kind"},
	"mail_templates":         {"kind", "language", "subject", "body_text", "body_html"},
	"mails":                  {"kind", "state"},
	"meters":                 {"reset_mode"},
	"observe_environments":   {"session_key"},
	"observe_invalid":        {"reason", "product", "version"},
	"observe_invalid_counts": {"reason"},
	"observe_sessions":       {"session_key", "end_reason", "product", "version"},
	"offline_histories":      {"report_hash", "marks"},
	"offline_reports":        {"report_hash", "previous", "intent"},
	"offline_requests":       {"trusted_keys"},
	"outbox":                 {"event"},
	"products":               {"name", "description", "latest_release"},
	"release_orders":         {"reason", "actor_kind", "actor_id"},
	"roles":                  {"name", "description", "permissions"},
	"sessions":               {"end_reason"},
	"test_clock":             {"moved_by"},
	"sign_in_ceremonies":     {"kind"},
	"sign_in_steps":          {"kind"},
	"signing_keys":           {"kid", "kind"},
	"software_releases":      {"software_release", "description"},
	"subscription_events":    {"event"},
	"subscriptions":          {"kind"},
	"tokens":                 {"role"},
	"usage_features":         {"name"},
	"usage_modules":          {"name"},
	"former_links":           {"kind"},
	"former_slugs":           {"slug"},
	"vendor_hosts":           {"host", "opens", "secret", "proof", "seen"},
	"user_links":             {"kind"},
	"user_sessions":          {"method", "face"},
	"users":                  {"role", "language"},
	"variables":              {"name", "description"},
	"prepaid_bound":          {"number"},
	"prepaid_cards":          {"number"},
	"prepaid_codes":          {"code", "code_key", "name", "models", "price_note", "contact"},
	"prepaid_customers":      {"transfer_code"},
	"prepaid_device_numbers": {"model", "said_model"},
	"prepaid_orders":         {"kind", "state", "filter", "problem"},
	"prepaid_transfers":      {"kind"},
	"prepaid_unknown":        {"number_key", "number"},
	"offline_files":          {"kind", "via", "actor_kind", "actor_id", "in_hash", "out_name", "refused_code", "refused"},
	"offline_deletions":      {"reason", "actor_kind", "actor_id"},
	"vendors": {
		"name", "zone", "plan", "slug", "support_email", "website", "language", "shown_name", "accent_light", "accent_dark",
		"support_text", "logo",
	},
	"incoming_webhooks":     {"provider"},
	"license_subscriptions": {"provider", "external_id", "status", "message"},
}

// elsewhere are columns that are about people and that other statements erase: those of
// customers, licences and devices, and of users, whose rows go when they are removed; and
// addresses in settings, for which an erasure is refused until somebody takes them out.
var elsewhere = map[string][]string{ //nolint:gochecknoglobals // a list that never changes
	"activations":     {"client_id"},
	"customer_words":  {"word"},
	"license_words":   {"word"},
	"customers":       {"company_name", "name_folded"},
	"devices":         {"number"},
	"erasure_words":   {"word"},
	"licenses":        {"name", "name_folded", "licensee_email"},
	"mail_rules":      {"staff"},
	"access_tokens":   {"name"},
	"passkeys":        {"name"},
	"subscriptions":   {"target"},
	"user_identities": {"issuer", "subject", "email"},
	"user_links":      {"address"},
	"user_sessions":   {"address", "user_agent"},
	"users":           {"email", "name", "password_hash"},
}
